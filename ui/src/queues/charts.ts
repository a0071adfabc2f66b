// The panels of one queue's page, as the dashboards have theirs.
import type { FieldConfig, FieldOptions, PanelModel, Target } from "../dashboard/model.ts";
import { queues as words } from "../words/queues.ts";
import type { Queue } from "./model.ts";

/** A text as a string of PromQL. A dollar would begin a variable of the panel. */
export const quoted = (text: string) => JSON.stringify(text).replaceAll("$", "\\x24");

const target = (refId: string, expr: string, legendFormat: string, more: Partial<Target> = {}): Target => ({ refId, expr, legendFormat, ...more });

const lines = (unit: string, more: FieldOptions = {}): FieldConfig => ({ defaults: { unit, min: 0, ...more, custom: { drawStyle: "line", lineWidth: 2, ...more.custom } }, overrides: [] });

const runbook = [{ url: "/runbooks/QueueWaitTimeHigh" }];

type Sized = Omit<PanelModel, "gridPos">;

/** The panels, in rows of two; only what is known of the queue. */
export function panelsOf(q: Queue): PanelModel[] {
  const own = `{queue_name=${quoted(q.name)}}`, watched = q.source === "redis";
  const list = [oldest(own, q.limit_seconds), heat(own), ...(watched ? [depth(q.name), rates(own), duration(own)] : [started(own)]), wait(own)];
  return list.map((p, i) => ({ ...p, gridPos: { x: (i % 2) * 12, y: Math.floor(i / 2) * 8, w: 12, h: 8 } }));
}

const oldest = (own: string, limit: number): Sized => ({
  id: 1, type: "timeseries", title: words.charts.oldest, description: words.charts.oldestHelp, links: runbook,
  targets: [target("A", `max(luneo_worker_queue_wait_time_current_seconds${own})`, words.charts.oldest)],
  fieldConfig: lines("s", { thresholds: { mode: "absolute", steps: [{ value: null, color: "transparent" }, { value: limit, color: "red" }] }, custom: { thresholdsStyle: { mode: "dashed" } } }),
  options: { legend: { showLegend: false } },
});

const heat = (own: string): Sized => ({
  id: 2, type: "heatmap", title: words.charts.heat, description: words.charts.heatHelp, links: runbook, interval: "1m",
  targets: [target("A", `sum by (le) (increase(luneo_worker_queue_wait_time_seconds_bucket${own}[$__interval]))`, "{{le}}", { format: "heatmap", interval: "1m" })],
  options: { yAxis: { unit: "s" } },
});

const depth = (name: string): Sized => ({
  id: 3, type: "timeseries", title: words.charts.depth, description: words.charts.depthHelp,
  targets: Object.entries(words.charts.states).map(([state, legend], i) => target("ABCDEF"[i]!, `max(luneo_queue_jobs{queue_name=${quoted(name)},state="${state}"}) > 0`, legend, { interval: "1m" })),
  fieldConfig: lines("short", { decimals: 0, custom: { drawStyle: "bars", stacking: { mode: "normal" } } }),
});

const rates = (own: string): Sized => ({
  id: 4, type: "timeseries", title: words.charts.rates, description: words.charts.ratesHelp,
  targets: [
    target("A", `sum(rate(luneo_queue_jobs_added_total${own}[$__rate_interval]))`, words.charts.added, { interval: "1m" }),
    target("B", `sum(rate(luneo_queue_jobs_processed_total${own}[$__rate_interval]))`, words.charts.ended, { interval: "1m" }),
    target("C", `sum(rate(luneo_queue_jobs_failed_total${own}[$__rate_interval]))`, words.charts.failedRate, { interval: "1m" }),
  ],
  fieldConfig: lines("reqps"),
});

const started = (own: string): Sized => ({
  id: 5, type: "timeseries", title: words.charts.started, description: words.charts.startedHelp,
  targets: [target("A", `sum(rate(luneo_worker_queue_wait_time_seconds_count${own}[$__rate_interval]))`, words.charts.startedName, { interval: "1m" })],
  fieldConfig: lines("reqps"), options: { legend: { showLegend: false } },
});

const quantile = (share: number, metric: string, selector: string) => `histogram_quantile(${share}, sum by (le) (rate(${metric}_bucket${selector}[$__rate_interval]))) >= 0`;

const quantiles = (metric: string, selector: string): Target[] => [
  target("A", quantile(0.5, metric, selector), words.charts.median, { interval: "1m" }), target("B", quantile(0.95, metric, selector), words.charts.p95, { interval: "1m" }),
];

const duration = (own: string): Sized => ({
  id: 6, type: "timeseries", title: words.charts.duration, description: words.charts.durationHelp,
  targets: quantiles("luneo_queue_job_duration_seconds", own), fieldConfig: lines("s"),
});

const wait = (own: string): Sized => ({
  id: 7, type: "timeseries", title: words.charts.wait, description: words.charts.waitHelp,
  targets: quantiles("luneo_worker_queue_wait_time_seconds", own), fieldConfig: lines("s"),
});
