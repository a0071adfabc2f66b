import { clockText, whenText } from "../chart/axis.ts";
import { silences as words } from "../words/silences.ts";
import type { Span } from "./band.ts";

/** What the hatched parts of a chart are, in words. */
export function Spans({ spans }: { spans: Span[] }) {
  if (spans.length === 0) return null;
  return (
    <ul class="silence-spans" aria-label={words.drawn}>
      {spans.map((s) => <li key={s.id}><i class="hatch" aria-hidden="true" /><span>{words.span(whenText(s.from), sameDay(s) ? clockText(s.ends) : whenText(s.ends))} {words.band(s.who, s.why)}</span></li>)}
    </ul>
  );
}

const sameDay = (s: Span) => new Date(s.from * 1000).toDateString() === new Date(s.ends * 1000).toDateString();
