import { Chip } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import { ago } from "../words/en.ts";
import { queues as words } from "../words/queues.ts";
import { absent, type Server } from "./model.ts";

/** How Luneo and each Redis get on: one line a server. */
export function Servers({ servers, alone }: { servers: Server[]; alone: boolean }) {
  const shown = alone ? servers : servers.filter((s) => !absent(s));
  if (shown.length === 0) return null;
  return <ul class="redis" aria-label={words.server.region}>{shown.map((s) => <Line key={s.name} server={s} />)}</ul>;
}

const age = (at: string | null) => (at ? ago((Date.now() - Date.parse(at)) / 1000) : "");

function Line({ server: s }: { server: Server }) {
  if (absent(s)) return <li><Icon name="info" /><span class="muted">{words.server.none(s.address)}</span></li>;
  if (!s.up && !s.error) return <li><Icon name="hourglass" /><span>{words.server.asking(named(s), s.address)}</span></li>;
  if (!s.up) return (
    <li data-level="bad">
      <Chip level="bad" icon="unplug">{words.server.downChip(age(s.since))}</Chip>
      <span><b>{words.server.down(named(s), s.address)}</b> {s.error} <span class="muted">{words.server.downHelp}</span></span>
    </li>
  );
  return (
    <li>
      <Chip level="ok" icon="ok">{words.server.upChip}</Chip>
      <span>
        {words.server.up(versionOf(s), s.address)}{s.replica && `, ${words.server.replica}`}<span class="muted"> · {[words.server.queues(s.queues), words.server.origins[s.origin]].filter(Boolean).join(" · ")}</span>
        {s.skipped > 0 && <span class="redis-note"><Icon name="warning" size={14} />{words.server.skipped(s.skipped)}</span>}
        {s.notes.map((n) => <span key={n} class="redis-note"><Icon name="info" size={14} />{n}</span>)}
      </span>
    </li>
  );
}

/** " eu", where its name says more than its address. */
const named = (s: Server) => (s.name === s.address ? "" : ` ${s.name}`);

/** "Redis 7.0.15 (eu)": the name where it says more. */
function versionOf(s: Server): string {
  const version = s.version ? s.version[0]!.toUpperCase() + s.version.slice(1) : "Redis";
  return s.name.toLowerCase() === "redis" || s.name === s.address ? version : `${version} ${words.server.name(s.name)}`;
}
