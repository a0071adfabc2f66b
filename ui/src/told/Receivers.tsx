import { fullTime, whenText } from "../chart/axis.ts";
import { told as words } from "../words/told.ts";
import { OutcomeChip, partsOf, Why } from "./Outcome.tsx";
import type { Receiver } from "./model.ts";

/** Each receiver with its last delivery. */
export const Receivers = ({ list }: { list: Receiver[] }) => <ul class="receivers">{list.map((r) => <Row key={r.name} receiver={r} />)}</ul>;

function Row({ receiver: r }: { receiver: Receiver }) {
  const at = r.last ? Date.parse(r.last.at) / 1000 : 0;
  return (
    <li class="receiver">
      <p><b>{r.name}</b> <span class="muted">{partsOf(r.name, r.integrations).join(", ")}</span></p>
      {r.last ? <p class="receiver-last"><OutcomeChip of={r.last} /> <time class="muted" dateTime={r.last.at} title={fullTime(at)}>{words.last(whenText(at))}</time></p> : <p class="muted">{words.never}</p>}
      {r.last && !r.last.ok && <Why of={r.last} />}
    </li>
  );
}
