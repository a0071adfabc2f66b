import { Icon, type IconName } from "../frame/Icon.tsx";
import { Parts } from "../frame/Parts.tsx";
import { figure } from "../units/format.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { whenText } from "../chart/axis.ts";
import { connected, type SetupAnswer, type Source } from "./model.ts";

const icons: Record<string, IconName> = { queues: "layers", openai: "sparkles", embeds: "code", renders: "box", ar: "monitor", http: "activity", notifications: "send" };

/** The sources, how many are connected, and what each has found. */
export function SourceList({ setup, chosen }: { setup: SetupAnswer; chosen: Source }) {
  const counted = setup.sources.filter((s) => s.state !== "soon");
  return (
    <nav class="card rule-list" aria-label={words.setup.sources}>
      <div class="steps"><div class="steps-bar" aria-hidden="true">{counted.map((s) => <i key={s.id} data-done={connected(s) || undefined} data-now={s.id === chosen.id && !connected(s) || undefined} />)}</div><span>{words.setup.of(setup.connected, setup.total)}</span></div>
      <ul>{setup.sources.map((s) => <Row key={s.id} source={s} current={s.id === chosen.id} />)}</ul>
    </nav>
  );
}

function Row({ source, current }: { source: Source; current: boolean }) {
  const done = connected(source);
  return (
    <li>
      <a class="rule-row source-row" href={`/setup?source=${source.id}`} aria-current={current ? "true" : undefined}>
        <span class="source-icon" data-done={done || undefined} data-state={source.state}><Icon name={done ? "check" : source.state === "waiting" && current ? "radio" : icons[source.id] ?? "plug"} size={18} /></span>
        <span class="rule-name">{t.sources[source.id] ?? source.id}</span>
        <span class="rule-against">{words.setup.states[source.state]}</span>
        <span class="rule-scope">{found(source)}</span>
      </a>
    </li>
  );
}

function found(s: Source) {
  if (s.state === "quiet") return s.lastEventAt ? words.setup.lastAt(whenText(Date.parse(s.lastEventAt) / 1000)) : "";
  if (s.state === "waiting") return words.setup.waitingFor;
  if (s.state === "soon") return "";
  return s.found.length ? <Parts parts={s.found} /> : words.setup.perMinute(figure(s.perMinute, 3));
}
