import { usePoll } from "../state/poll.ts";
import { figure, format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import type { GatewayAnswer, RateLimit } from "./model.ts";

const near = 0.8, full = 0.95;

/** What the APIs still allow, by what they said with their last answers; the fullest first. */
export function Headroom() {
  const { data } = usePoll<GatewayAnswer>("/api/gateway");
  if (!data) return null;
  const limits = data.limits.toSorted((a, b) => b.used - a.used).slice(0, 12);
  return (
    <section class="card">
      <header class="history-head"><h2>{words.spend.headroom}</h2><span class="panel-sub">{words.spend.headroomSub}</span></header>
      {limits.length === 0 && <p class="muted">{words.spend.noLimits}</p>}
      <div class="bars"><ul>{limits.map((l) => <Limit key={[l.upstream, l.model, l.scope, l.resource].join()} limit={l} at={data.at} />)}</ul></div>
    </section>
  );
}

function Limit({ limit: l, at }: { limit: RateLimit; at: string }) {
  const left = l.resetsAt ? (Date.parse(l.resetsAt) - Date.parse(at)) / 1000 : 0;
  return (
    <li>
      <span><b>{l.model}</b> {words.spend.resources[l.resource]} <span class="muted">{l.upstream}{l.scope === "project" && ` · ${words.spend.project}`}</span></span>
      <span>{format(l.remaining, "short")} <span class="muted">{words.spend.leftOf(format(l.limit, "short"))}</span></span>
      <i style={{ "--share": `${Math.min(100, l.used * 100)}%`, "--swatch": l.used >= full ? "var(--bad)" : l.used >= near ? "var(--warn)" : "var(--c1)" }} aria-hidden="true" />
      <span class="bar-note">{words.spend.used(figure(l.used * 100, 2))}{left > 0 && ` · ${words.spend.renewed(format(left, "s"))}`}</span>
    </li>
  );
}
