import { status } from "../state/server.ts";
import { location } from "../state/url.ts";
import { silences as words } from "../words/silences.ts";
import { isActive } from "./model.ts";
import { followSilences, silences } from "./store.ts";

followSilences();

/** The pages below Alerts. */
export function Tabs() {
  const path = location.value.path;
  return (
    <nav class="tabs" aria-label={words.tabs}>
      <Tab href="/alerts" name={words.now} count={status.value?.counts.firing ?? 0} level="bad" here={path === "/alerts"} />
      <Tab href="/alerts/silences" name={words.title} count={silences.value?.filter(isActive).length ?? 0} here={path.startsWith("/alerts/silences")} />
      <Tab href="/alerts/notifications" name={words.notifications} count={0} here={path === "/alerts/notifications"} />
    </nav>
  );
}

interface Props { href: string; name: string; count: number; level?: "bad"; here: boolean }

const Tab = ({ href, name, count, level, here }: Props) => <a class="tab" href={href} aria-current={here ? "page" : undefined}>{name}{count > 0 && <span class="badge" data-level={level}>{count}</span>}</a>;
