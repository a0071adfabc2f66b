import { useState } from "preact/hooks";
import { Chip } from "../frame/Chip.tsx";
import { settings as words } from "../words/settings.ts";
import { amount, byNeed, fullness, isKey, live, needOf, type Limit } from "./model.ts";
import { Meter } from "./Rows.tsx";

const atFirst = 8;

/** Every bound, the ones that matter now first. */
export function Limits({ limits }: { limits: Limit[] }) {
  const [all, setAll] = useState(false);
  const sorted = byNeed(limits), hit = limits.filter((l) => (l.hits ?? 0) > 0).length;
  const shown = all ? sorted : sorted.slice(0, Math.max(atFirst, hit));
  return (
    <section class="card limits" aria-labelledby="limits">
      <h2 id="limits">{words.limits}</h2>
      <p class="muted">{words.limitsLead} {hit ? words.someHit(hit) : words.noneHit}</p>
      <ul>{shown.map((l) => <Row key={l.name + l.what} limit={l} />)}</ul>
      {limits.length > atFirst && <button type="button" class="text-button" aria-expanded={all} onClick={() => setAll(!all)}>{all ? words.fewerLimits : words.allLimits(limits.length)}</button>}
    </section>
  );
}

function Row({ limit: l }: { limit: Limit }) {
  const need = needOf(l), [what, ...more] = l.what.split("; ");
  return (
    <li class="limit">
      <span class="limit-what">{what}</span>
      <span class="limit-used">{l.used === null ? words.upTo(amount(l.limit, l.unit)) : words.used(l.used.toLocaleString("en"), amount(l.limit, l.unit))}</span>
      {l.used !== null && <Meter share={fullness(l)} need={need} />}
      <span class="limit-name">{[<code key="name">{l.name}</code>, ...more.map((m) => ` · ${m}`)]}</span>
      {need !== "ok" && <span class="limit-hits"><Chip level="warn" icon="warning">{l.hits ? words.hits(l.hits.toLocaleString("en")) : words.full}</Chip> {advice(l)}</span>}
    </li>
  );
}

/** What to do about a limit that was hit. */
function advice(l: Limit): string {
  if (!isKey(l.name)) return `${words.fixed} ${l.unit === "series" ? words.lessValues : words.lessRequests}`;
  return `${words.raise(l.name)} ${live(l.name) ? words.live : words.restart}`;
}
