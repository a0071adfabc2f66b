import { fullTime, whenText } from "../chart/axis.ts";
import { ago } from "../words/en.ts";
import { queues as words } from "../words/queues.ts";
import type { Incident, QueueAnswer } from "./model.ts";

/** What the alerts about this queue did in the last day, the newest first. */
export function Incidents({ answer }: { answer: QueueAnswer }) {
  const w = words.incidents;
  return (
    <section class="card">
      <header class="history-head"><h2>{w.title}</h2><span class="panel-sub">{w.sub}</span></header>
      {answer.incidents_error && <p class="wrong">{w.failed} {answer.incidents_error}</p>}
      {!answer.incidents_error && answer.incidents.length === 0 && <p class="muted">{w.none}</p>}
      <ol class="timeline">{answer.incidents.map((i) => <Line key={i.rule + i.state + i.from} of={i} queue={answer.queue.name} />)}</ol>
    </section>
  );
}

function Line({ of: i, queue }: { of: Incident; queue: string }) {
  const w = words.incidents, from = Date.parse(i.from) / 1000, lasted = Date.parse(i.to) / 1000 - from;
  const link = "/alerts?" + new URLSearchParams({ rule: i.rule, "label.queue_name": queue });
  return (
    <li>
      <time dateTime={i.from} title={fullTime(from)}>{whenText(from)}</time><i class="timeline-dot" data-kind={i.state === "firing" ? "bad" : "warn"} aria-hidden="true" />
      <span>{w.states[i.state]}{lasted >= 60 && ` ${w.lasted(ago(lasted))}`}{i.ongoing && <b>, {w.ongoing}</b>} <a href={link}>{i.rule}</a></span>
    </li>
  );
}
