import { RuleChip } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import { usePoll } from "../state/poll.ts";
import { location, setParams } from "../state/url.ts";
import { session, status } from "../state/server.ts";
import { figure, format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import { whenText } from "../chart/axis.ts";
import { CostChart } from "./CostChart.tsx";
import type { Explanation, SpendWindow } from "./model.ts";

const limit = 2;

/** Each window against what is usual, and how what is usual comes about. */
export function Baseline({ windows }: { windows: SpendWindow[] }) {
  const asked = location.value.params.get("window"), chosen = windows.find((w) => w.window === asked) ?? windows.find((w) => w.window === "1h") ?? windows[0];
  const { data } = usePoll<Explanation>(chosen ? `/api/cost/explain?window=${encodeURIComponent(chosen.window)}` : null);
  const rule = status.value?.rules.CostSpikeDetected;
  return (
    <section class="card baseline">
      <header class="history-head"><h2>{words.spend.baseline}</h2>{rule && <RuleChip state={rule.state} text={rule.chip} />}<a class="text-button end" href="/alerts?rule=CostSpikeDetected"><Icon name="bell" />CostSpikeDetected</a></header>
      <div class="windows" role="group" aria-label={words.spend.windows}>
        {windows.map((w) => <WindowButton key={w.window} window={w} chosen={w === chosen} />)}
      </div>
      {chosen && <CostChart key={chosen.window} window={chosen.window} />}
      {data && <Explained x={data} />}
    </section>
  );
}

function WindowButton({ window: w, chosen }: { window: SpendWindow; chosen: boolean }) {
  const level = w.ratio !== null && w.ratio > limit ? "bad" : undefined;
  return (
    <button type="button" class="window" aria-pressed={chosen} data-level={level} onClick={() => setParams({ window: w.window }, "replace")}>
      <span class="window-name">{words.spend.lastWindow(w.window)}</span>
      <b>{w.currentCents === null ? "–" : format(w.currentCents, "currencyCents")}</b>
      <span class="window-ratio">{w.ratio === null ? words.spend.noBaseline : words.spend.ratio(figure(w.ratio, 3), format(w.baselineCents!, "currencyCents"))}</span>
      <i class="meter" style={{ "--share": `${Math.min(100, ((w.ratio ?? 0) / 2.5) * 100)}%` }} aria-hidden="true" />
    </button>
  );
}

/** The arithmetic, in the open. */
function Explained({ x }: { x: Explanation }) {
  return (
    <details class="explained">
      <summary>{words.spend.how}<span class="muted"> {x.sum ?? x.state}</span></summary>
      {x.missing && <p class="wrong">{x.missing}</p>}
      {!x.ready && <p>{words.spend.notReady(x.readyAt ? whenText(Date.parse(x.readyAt) / 1000) : "")}</p>}
      {x.ready && <p>{words.spend.arithmetic({ window: x.window, days: x.windows.length, season: x.season, middle: format(x.middleCents, "currencyCents"), smoothed: format(x.smoothedCents, "currencyCents"), around: figure(x.aroundMinutes, 3), factor: figure(x.levelFactor, 3), baseline: format(x.baselineCents ?? 0, "currencyCents"), zone: session.value?.timezone ?? x.timeZone })}</p>}
      <div class="detail-columns">
        <section>
          <h3 class="list-head">{words.spend.past}</h3>
          <ul class="past">{x.windows.map((w) => <li key={w.end} data-use={w.use}><span>{whenText(Date.parse(w.end) / 1000)}</span><b>{format(w.cents, "currencyCents")}</b><span class="muted">{words.spend.uses[w.use] ?? w.use}</span></li>)}</ul>
        </section>
        <section>
          <h3 class="list-head">{words.spend.contributors}</h3>
          <ul class="past">{x.contributors.map((c) => <li key={c.model + c.operation}><span>{c.model} <span class="muted">{c.operation}</span></span><b>{format(c.cents, "currencyCents")}</b><span class="muted">{figure(c.share * 100, 2)} %</span></li>)}</ul>
        </section>
      </div>
    </details>
  );
}
