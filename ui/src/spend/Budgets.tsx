import { figure, format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import { day } from "./Figures.tsx";
import type { Budget } from "./model.ts";

/** Soft limits for a day or a month: how much is used, and where it is going. */
export function Budgets({ budgets }: { budgets: Budget[] }) {
  return (
    <section class="card">
      <header class="history-head"><h2>{words.spend.budgets}</h2><span class="panel-sub">{words.spend.budgetsSub}</span></header>
      {budgets.length === 0 && <><p class="muted">{words.spend.noBudgets}</p><pre class="code" tabIndex={0}><code>{words.spend.budgetYaml}</code></pre></>}
      <div class="bars"><ul>{budgets.map((b) => (
        <li key={b.name}>
          <span><b>{b.name}</b> <span class="muted">{words.spend.per[b.period]}{b.tag && ` · ${b.tag}`}</span></span>
          <span>{format(b.spentCents, "currencyCents")} <span class="muted">{words.spend.ofLimit(format(b.limitCents, "currencyCents"))}</span></span>
          <i style={{ "--share": `${Math.min(100, b.ratio * 100)}%`, "--swatch": colour[b.state] }} aria-hidden="true" />
          <span class="bar-note">{words.spend.used(figure(b.ratio * 100, 3))}{outlook(b)}</span>
        </li>
      ))}</ul></div>
    </section>
  );
}

const colour: Record<Budget["state"], string> = { ok: "var(--c1)", near: "var(--warn)", over: "var(--bad)" };

function outlook(b: Budget): string {
  if (b.reachedAt) return ` · ${words.spend.reached(b.period === "day" ? clock.format(new Date(b.reachedAt)) : day(b.reachedAt))}`;
  return b.forecastCents === null ? "" : ` · ${words.spend.going(format(b.forecastCents, "currencyCents"))}`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
