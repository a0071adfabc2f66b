import { Chip } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import type { GatewayAnswer, GatewayUpstream } from "../spend/model.ts";
import type { SpendAnswer } from "../spend/model.ts";
import { usePoll } from "../state/poll.ts";
import { format } from "../units/format.ts";
import { ago } from "../words/en.ts";
import { words } from "../words/pages.ts";

/** The gateway as it is now: what is behind it, how its calls do, and what their costs lack. */
export function Gateway({ url }: { url: string }) {
  const { data } = usePoll<GatewayAnswer>("/api/gateway"), { data: spend } = usePoll<SpendAnswer>("/api/spend");
  if (!data) return null;
  const hints = [
    ...Object.entries(data.unknown).filter(([, n]) => n > 0).map(([reason, n]) => words.setup.gateway.unknown[reason]?.(format(n, "short")) ?? `${reason}: ${format(n, "short")}`),
    ...(spend?.unpricedRemaining ?? []).map((u) => words.setup.gateway.waiting(format(u.requests, "short"), u.model)),
  ];
  return (
    <section class="setup-found">
      <h3 class="list-head">{words.setup.gateway.title}</h3>
      <ul class="redis" aria-label={words.setup.gateway.title}>
        {data.upstreams.map((u) => <Upstream key={u.name} upstream={u} url={url} at={data.at} />)}
        {data.overheadP99 > 0 && <li><Icon name="info" /><span>{words.setup.gateway.overhead(format(data.overheadP50, "s"), format(data.overheadP99, "s"))}</span></li>}
        {hints.map((h) => <li key={h}><Icon name="info" /><span>{h}</span></li>)}
      </ul>
    </section>
  );
}

function Upstream({ upstream: u, url, at }: { upstream: GatewayUpstream; url: string; at: string }) {
  const age = (when: string) => ago((Date.parse(at) - Date.parse(when)) / 1000);
  const failing = u.failureAt !== null && u.failureAt === u.lastAt, w = words.setup.gateway;
  return (
    <li>
      <Chip level={failing ? "warn" : u.lastAt ? "ok" : "mute"} icon={failing ? "warning" : u.lastAt ? "ok" : "hourglass"}>{failing ? w.failing : u.lastAt ? w.passing : w.idle}</Chip>
      <span>
        <b>{u.name}</b> <code>{url}{u.path}</code> <span class="muted">→ {u.address}</span>
        <span class="redis-note">{u.lastAt ? w.calls(format(u.calls, "short"), format(u.failed, "short"), age(u.lastAt)) : w.none}{u.inFlight > 0 && ` ${w.inFlight(format(u.inFlight, "short"))}`}{u.ownKey && ` ${w.ownKey}`}{u.inject && ` ${w.inject}`}</span>
        {u.failureAt && <span class="redis-note">{w.failure(u.failure, age(u.failureAt))}</span>}
      </span>
    </li>
  );
}
