import { format } from "../units/format.ts";
import { round } from "../units/format.ts";
import { niceTop } from "../chart/axis.ts";
import { words } from "../words/pages.ts";
import { day } from "./Figures.tsx";
import type { SpendAnswer } from "./model.ts";

/** What each day cost; today's bar is not full yet. */
export function Days({ spend }: { spend: SpendAnswer }) {
  const days = spend.days.slice(-31), top = niceTop(Math.max(...days.map((d) => d.cents), 1) / 100, "currencyUSD") * 100;
  return (
    <section class="card days-card">
      <header class="history-head"><h2>{words.spend.days}</h2><span class="panel-sub">{spend.timezone}</span></header>
      <div class="days" role="img" aria-label={words.spend.daysAlt(days.length, format(Math.max(...days.map((d) => d.cents), 0), "currencyCents"))}>
        <div class="days-axis" aria-hidden="true"><span>{round(top / 100, "currencyUSD")}</span><span>{round(top / 200, "currencyUSD")}</span><span>0</span></div>
        <div class="days-bars">
          {days.map((d, i) => <i key={d.date} data-today={i === days.length - 1 || undefined} title={`${day(d.date)}: ${format(d.cents, "currencyCents")}`} style={{ height: `${(d.cents / top) * 100}%` }} />)}
        </div>
      </div>
      <div class="days-dates" aria-hidden="true"><span>{days[0] && day(days[0].date)}</span><span>{words.spend.todayShort}</span></div>
    </section>
  );
}
