import { useMemo, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { queryRange, type Series } from "../api/prometheus.ts";
import { useBackground } from "../chart/background.ts";
import { Legend } from "../chart/Legend.tsx";
import type { Plot, PlotSeries } from "../chart/plot.ts";
import { colours, paint } from "../chart/theme.ts";
import { last } from "../dashboard/frames.ts";
import { gridOf } from "../dashboard/interval.ts";
import { deploys } from "../pages/kpis.tsx";
import { Canvas } from "../panels/TimeSeries.tsx";
import { range, tick, type TimeRange } from "../state/time.ts";
import { format } from "../units/format.ts";
import { words } from "../words/pages.ts";

type Name = "cost" | "baseline" | "limit" | "low" | "high";
interface Answer { range: TimeRange; series: Partial<Record<Name, Series>> }

const queries = (w: string): [Name, string][] => [
  ["low", `max(luneo_ai_cost_usual_cents{time_window="${w}",bound="low"})`], ["high", `max(luneo_ai_cost_usual_cents{time_window="${w}",bound="high"})`],
  ["baseline", `max(luneo_ai_cost_baseline_cents{time_window="${w}"})`], ["limit", `2 * max(luneo_ai_cost_baseline_cents{time_window="${w}"})`],
  ["cost", `sum(luneo_ai_cost_current_cents{time_window="${w}"})`],
];

/** A window's cost with what is usual, its range, and twice that in red. */
export function CostChart({ window: w }: { window: string }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useSignalEffect(() => {
    tick.value;
    const abort = new AbortController(), r = range.value;
    void ask(w, r, abort.signal).then(setAnswer, () => {});
    return () => abort.abort();
  });
  useBackground(deploys, []);
  paint.value;
  const plot = useMemo(() => answer && plotOf(answer), [answer]);
  if (!plot) return <div class="detail-chart" />;
  const items = plot.series.filter((s) => s.width > 0 || s.fillTo).map((s) => {
    const band = !!s.fillTo;
    return { name: s.name, text: s.name, colour: band ? colours().baselineBand : s.colour(), dash: !!s.dash, band, ...(band ? {} : { value: last(s) }), unit: "currencyCents" };
  });
  return (
    <div class="cost-chart">
      <div class="detail-chart"><Canvas plot={plot} label={words.spend.chartAlt(w, format(last(answer!.series.cost ?? { values: [] }), "currencyCents"), format(last(answer!.series.baseline ?? { values: [] }), "currencyCents"))} /></div>
      <Legend items={items} isolated={null} onIsolate={() => {}} />
    </div>
  );
}

async function ask(w: string, r: TimeRange, signal: AbortSignal): Promise<Answer> {
  const grid = gridOf(r, 800);
  const found = await Promise.all(queries(w).map(async ([name, expr]) => [name, (await queryRange(expr, grid, signal))[0]] as const));
  return { range: grid, series: Object.fromEntries(found.filter(([, s]) => s)) };
}

function plotOf(a: Answer): Plot {
  const looks: Record<Name, Omit<PlotSeries, "values">> = {
    low: { name: "low", colour: () => "transparent", kind: "line", width: 0, fill: 0, quiet: true },
    high: { name: words.spend.usualRange, colour: () => "transparent", kind: "line", width: 0, fill: 0, fillTo: "low", quiet: true },
    baseline: { name: words.spend.usually, colour: () => colours().baseline, kind: "line", width: 1.25, dash: [4, 4], fill: 0 },
    limit: { name: words.spend.fires, colour: () => colours().threshold, kind: "line", width: 1.25, dash: [4, 4], fill: 0 },
    cost: { name: words.spend.cost, colour: () => colours().series[0]!, kind: "line", width: 2.25, fill: 0 },
  };
  const series = queries("").flatMap(([name]) => (a.series[name] ? [{ ...looks[name], values: a.series[name].values, unit: "currencyCents" }] : []));
  return { times: Object.values(a.series)[0]?.times ?? [], series, range: a.range, unit: "currencyCents", min: 0, stacked: false, limits: [], rule: "CostSpikeDetected" };
}
