import { Icon, type IconName } from "../frame/Icon.tsx";
import { Parts } from "../frame/Parts.tsx";
import { figure } from "../units/format.ts";
import { stateOf, type Told } from "../told/model.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { told as toldWords } from "../words/told.ts";
import { whenText } from "../chart/axis.ts";
import { connected, senders, type SetupAnswer, type Source } from "./model.ts";

const icons: Record<string, IconName> = { queues: "layers", openai: "sparkles", embeds: "code", renders: "box", ar: "monitor", http: "activity" };

/** The sources, how many are connected, and what each has found. */
export function SourceList({ setup, chosen, told }: { setup: SetupAnswer; chosen: Source; told: Told }) {
  return (
    <nav class="card rule-list" aria-label={words.setup.sources}>
      <div class="steps"><div class="steps-bar" aria-hidden="true">{senders(setup.sources).map((s) => <i key={s.id} data-done={connected(s) || undefined} data-now={s.id === chosen.id && !connected(s) || undefined} />)}</div><span>{words.setup.of(setup.connected, setup.total)}</span></div>
      <ul>{setup.sources.map((s) => (s.id === "notifications" ? <ToldRow key={s.id} told={told} current={s.id === chosen.id} /> : <Row key={s.id} source={s} current={s.id === chosen.id} />))}</ul>
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

/** Who is told of alerts, and whether the last attempts arrived. */
function ToldRow({ told, current }: { told: Told; current: boolean }) {
  const state = stateOf(told), receivers = told.data?.receivers ?? [];
  return (
    <li>
      <a class="rule-row source-row" href="/setup?source=notifications" aria-current={current ? "true" : undefined}>
        <span class="source-icon" data-done={state === "live" || undefined}><Icon name={state === "live" ? "check" : state === "failing" ? "warning" : "send"} size={18} /></span>
        <span class="rule-name">{t.sources.notifications}</span>
        <span class="rule-against">{state && toldWords.states[state]}</span>
        <span class="rule-scope">{receivers.length ? receivers.map((r) => r.name).join(", ") : state === "none" ? toldWords.foundNone : ""}</span>
      </a>
    </li>
  );
}

function found(s: Source) {
  if (s.state === "quiet") return s.lastEventAt ? words.setup.lastAt(whenText(Date.parse(s.lastEventAt) / 1000)) : "";
  if (s.state === "waiting") return words.setup.waitingFor;
  return s.found.length ? <Parts parts={s.found} /> : words.setup.perMinute(figure(s.perMinute, 3));
}
