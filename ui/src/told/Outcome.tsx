import { clockSeconds, fullTime, whenText } from "../chart/axis.ts";
import { Chip } from "../frame/Chip.tsx";
import { format } from "../units/format.ts";
import { told as words } from "../words/told.ts";
import type { Outcome as Of } from "./model.ts";

export const OutcomeChip = ({ of }: { of: Of }) => <Chip level={of.ok ? "ok" : "bad"} icon={of.ok ? "ok" : "alert"}>{of.ok ? words.delivered : words.failed}</Chip>;

/** One attempt: when, whether it arrived, at whom, of what; and what to do where it did not. */
export function Outcome({ of }: { of: Of }) {
  const at = Date.parse(of.at) / 1000, today = new Date(of.at).toDateString() === new Date().toDateString();
  return (
    <li>
      <time dateTime={of.at} title={fullTime(at)}>{today ? clockSeconds(at) : whenText(at)}</time>
      <OutcomeChip of={of} />
      <p class="told-what"><b>{of.alert || words.several}</b> <span class="muted">{[words.counts(of.firing, of.resolved), words.to(nameOf(of))].filter(Boolean).join(" ")}</span></p>
      <p class="told-how">{[of.status ? words.status(of.status) : "", format(of.seconds, "s")].filter(Boolean).join(" · ")}</p>
      {!of.ok && <Why of={of} />}
    </li>
  );
}

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
