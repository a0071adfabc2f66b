import { clockSeconds, fullTime, whenText } from "../chart/axis.ts";
import { Chip } from "../frame/Chip.tsx";
import { format } from "../units/format.ts";
import { told as words } from "../words/told.ts";
import type { Outcome as Of } from "./model.ts";

export const OutcomeChip = ({ of }: { of: Of }) => <Chip level={of.ok ? "ok" : "bad"} icon={of.ok ? "ok" : "alert"}>{of.ok ? words.delivered : words.failed}</Chip>;

/** One attempt: when, whether it arrived, at whom, of what; what to do where it did not, and when it failed like that before. */
export function Outcome({ of, before = [] }: { of: Of; before?: Of[] }) {
  return (
    <li>
      <When of={of} />
      <OutcomeChip of={of} />
      <p class="told-what"><b>{of.alert || words.several}</b> <span class="muted">{[words.counts(of.firing, of.resolved), words.to(nameOf(of))].filter(Boolean).join(" ")}</span></p>
      <p class="told-how">{[of.status ? words.status(of.status) : "", format(of.seconds, "s")].filter(Boolean).join(" · ")}</p>
      {!of.ok && <Why of={of} />}
      {before.length > 0 && <Before list={before} />}
    </li>
  );
}

function When({ of }: { of: Of }) {
  const at = Date.parse(of.at) / 1000;
  return <time dateTime={of.at} title={fullTime(at)}>{timeOf(of)}</time>;
}

function timeOf(of: Of): string {
  const at = Date.parse(of.at) / 1000;
  return new Date(of.at).toDateString() === new Date().toDateString() ? clockSeconds(at) : whenText(at);
}

const Before = ({ list }: { list: Of[] }) => (
  <details class="told-before">
    <summary>{words.before(list.length, timeOf(list.at(-1)!))}</summary>
    <ul>{list.map((o) => <li key={o.at}><When of={o} /> {format(o.seconds, "s")}</li>)}</ul>
  </details>
);

/** The receiver, and which part of it where that says more. */
const nameOf = (o: Of) => [o.receiver, ...partsOf(o.receiver, [o.integration]).map((i) => `(${i})`)].join(" ");

/** Integrations, without one that is called like its receiver. */
export const partsOf = (receiver: string, integrations: string[]) => integrations.filter((i) => i && i !== `${receiver}[0]`);

/** What went wrong, and what helps. */
export function Why({ of }: { of: Of }) {
  return (
    <div class="told-why">
      <p class="wrong">{of.error}</p>
      {of.advice && <p><b>{words.advice}</b> {of.advice}</p>}
      {of.retry && <p class="muted">{words.retried}</p>}
      {of.answer && !of.error.includes(of.answer) && <p class="muted">{words.answer} <code>{of.answer}</code></p>}
    </div>
  );
}
