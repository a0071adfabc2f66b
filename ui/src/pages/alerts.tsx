import "../silences/style.ts";
import { Now } from "../alerts/Now.tsx";
import { SilencesPage } from "../silences/SilencesPage.tsx";
import { location } from "../state/url.ts";
import { NotificationsPage } from "../told/NotificationsPage.tsx";

/** What fires, who is not told of it, and who was. */
export default function Alerts() {
  const path = location.value.path;
  if (path.startsWith("/alerts/silences")) return <SilencesPage />;
  return path === "/alerts/notifications" ? <NotificationsPage /> : <Now />;
}
