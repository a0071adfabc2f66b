import { figure, format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import type { SpendAnswer, SpendShare, SpendUpstream } from "./model.ts";

/** On whose behalf calls were made through the gateway, and what that cost. */
export function ByTag({ tags }: { tags: SpendShare[] }) {
  return (
    <section class="card">
      <header class="history-head"><h2>{words.spend.byTag}</h2><span class="panel-sub">{words.spend.throughGateway}</span></header>
      {tags.length === 0 ? <p class="muted">{words.spend.noTags}</p> : (
        <div class="table-box" tabIndex={0} role="region" aria-label={words.spend.byTag}>
          <table class="spend-table">
            <thead><tr><th scope="col">{words.spend.tag}</th><th scope="col" data-kind="number">{words.spend.spent}</th><th scope="col" data-kind="number">{words.spend.monthShort}</th></tr></thead>
            <tbody>{tags.map((s) => <tr key={s.name}><Name share={s} /><Money share={s} /></tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The APIs that were called, how their calls did, and what was made again. */
export function ByUpstream({ spend }: { spend: SpendAnswer }) {
  return (
    <section class="card">
      <header class="history-head"><h2>{words.spend.byUpstream}</h2><span class="panel-sub">{words.spend.last24}</span></header>
      {spend.upstreams.length === 0 ? <p class="muted">{words.spend.noUpstreams} <a class="text-button" href="/setup?source=openai">{words.spend.howTo}</a></p> : (
        <div class="table-box" tabIndex={0} role="region" aria-label={words.spend.byUpstream}>
          <table class="spend-table">
            <thead><tr><th scope="col">{words.spend.upstream}</th><th scope="col" data-kind="number">{words.spend.spent}</th><th scope="col" data-kind="number">{words.spend.monthShort}</th><th scope="col" data-kind="number">{words.spend.calls}</th><th scope="col" data-kind="number">{words.spend.failed}</th></tr></thead>
            <tbody>{spend.upstreams.map((u) => <Upstream key={u.name} upstream={u} />)}</tbody>
          </table>
        </div>
      )}
      <Notes spend={spend} />
    </section>
  );
}

const Name = ({ share }: { share: SpendShare }) => (
  <th scope="row"><span class="spend-model">{share.name}</span><i class="share" style={{ "--share": `${Math.max(0.5, share.share * 100)}%` }} aria-hidden="true" /></th>
);

const Money = ({ share }: { share: SpendShare }) => (
  <><td data-kind="number">{format(share.lastDayCents, "currencyCents")}</td><td data-kind="number">{format(share.monthCents, "currencyCents")}</td></>
);

const Upstream = ({ upstream: u }: { upstream: SpendUpstream }) => (
  <tr><Name share={u} /><Money share={u} /><td data-kind="number">{format(u.calls24h, "short")}</td><td data-kind="number">{u.calls24h ? `${figure((u.failed24h / u.calls24h) * 100, 2)} %` : "–"}</td></tr>
);

/** What the last day's calls lost to retries, to limits and to missing prices. */
function Notes({ spend }: { spend: SpendAnswer }) {
  const { retries24h: r, refused24h: no, unpricedRemaining } = spend;
  const waiting = unpricedRemaining.reduce((sum, u) => sum + u.requests, 0);
  const notes = [
    r.calls > 0 && words.spend.retries(format(r.calls, "short"), format(r.cents, "currencyCents"), format(r.seconds, "s")),
    no.wait > 0 && words.spend.refusedWait(format(no.wait, "short")),
    no.outOfMoney > 0 && words.spend.refusedMoney(format(no.outOfMoney, "short")),
    waiting > 0 && words.spend.waiting(format(waiting, "short"), unpricedRemaining.map((u) => u.model).join(", ")),
  ].filter((n) => n !== false);
  return notes.length ? <ul class="spend-notes">{notes.map((n) => <li key={n}>{n}</li>)}</ul> : null;
}
