import { PageHead } from "../frame/PageHead.tsx";
import { t } from "../words/en.ts";

export default function Alerts() {
  return <PageHead title={t.pages.alerts} />;
}
