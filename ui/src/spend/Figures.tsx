import { Icon } from "../frame/Icon.tsx";
import { figure, format, pieces } from "../units/format.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import type { SpendAnswer } from "./model.ts";

/** Today, the month so far, and where it is going. */
export function Figures({ spend }: { spend: SpendAnswer }) {
  const unpriced = spend.unpriced.reduce((sum, u) => sum + u.requests24h, 0);
  return (
    <div class="figures">
      <Figure name={words.spend.today} cents={spend.todayCents} note={words.spend.yesterday(format(spend.yesterdayCents, "currencyCents"))} />
      <Figure name={words.spend.month} cents={spend.monthCents} note={spend.monthComplete ? words.spend.sinceFirst : words.spend.since(day(spend.historySince))} />
      <Figure name={words.spend.forecast} cents={spend.forecastCents} note={spend.forecastBasis} />
      <section class="card figure" data-level={unpriced ? "warn" : undefined}>
        <h2>{words.spend.unpriced}</h2>
        <p class="stat-value">{figure(unpriced, 4)}</p>
        <p class="figure-note">{unpriced ? <><Icon name="warning" size={14} />{words.spend.unpricedOf(spend.unpriced.map((u) => u.model).join(", "))}</> : words.spend.allPriced}</p>
      </section>
    </div>
  );
}

function Figure({ name, cents, note }: { name: string; cents: number | null; note: string }) {
  return (
    <section class="card figure">
      <h2>{name}</h2>
      <p class="stat-value">{cents === null ? t.stat.noValue : pieces(cents, "currencyCents").map((p) => <span key={p.unit}>{p.before && p.unit}{p.figure}{!p.before && <small>{p.unit}</small>}</span>)}</p>
      <p class="figure-note">{note}</p>
    </section>
  );
}

const dayOf = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
export const day = (text: string) => dayOf.format(new Date(text));
