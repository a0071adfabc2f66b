import { figure, format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import type { SpendAnswer, SpendRow } from "./model.ts";

/** Who spends how much: by model and operation, the largest first. */
export function ByModel({ spend }: { spend: SpendAnswer }) {
  const total = spend.rows.reduce((sum, r) => ({ day: sum.day + r.lastDayCents, calls: sum.calls + r.calls24h, month: sum.month + r.monthCents }), { day: 0, calls: 0, month: 0 });
  return (
    <section class="card">
      <header class="history-head"><h2>{words.spend.byModel}</h2><span class="panel-sub">{words.spend.last24}</span></header>
      <div class="table-box" tabIndex={0} role="region" aria-label={words.spend.byModel}>
        <table class="spend-table">
          <thead><tr><th scope="col">{words.spend.model}</th><th scope="col" data-kind="number">{words.spend.spent}</th><th scope="col" data-kind="number">{words.spend.monthShort}</th><th scope="col" data-kind="number">{words.spend.calls}</th><th scope="col" data-kind="number">{words.spend.perCall}</th><th scope="col" data-kind="number">{words.spend.usual}</th></tr></thead>
          <tbody>
            {spend.rows.map((r) => <Row key={r.model + r.operation} row={r} />)}
            <tr class="total"><th scope="row">{words.spend.all}</th><td data-kind="number">{format(total.day, "currencyCents")}</td><td data-kind="number">{format(total.month, "currencyCents")}</td><td data-kind="number">{format(total.calls, "short")}</td><td data-kind="number">{total.calls ? format(total.day / total.calls, "suffix:¢") : "–"}</td><td /></tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ row }: { row: SpendRow }) {
  return (
    <tr>
      <th scope="row"><span class="spend-model">{row.model}</span> <span class="muted">{row.operation}</span><i class="share" style={{ "--share": `${Math.max(0.5, row.share * 100)}%` }} aria-hidden="true" /></th>
      <td data-kind="number">{format(row.lastDayCents, "currencyCents")}</td>
      <td data-kind="number">{format(row.monthCents, "currencyCents")}</td>
      <td data-kind="number">{format(row.calls24h, "short")}</td>
      <td data-kind="number">{row.centsPerCall === null ? "–" : format(row.centsPerCall, "suffix:¢")}</td>
      <td data-kind="number">{change(row)}</td>
    </tr>
  );
}

function change(row: SpendRow): string {
  if (!row.centsPerCall || !row.usualCentsPerCall) return "–";
  const share = (row.centsPerCall / row.usualCentsPerCall - 1) * 100;
  return Math.abs(share) < 1 ? words.spend.same : `${share > 0 ? "+" : "−"}${figure(Math.abs(share), 2)} %`;
}
