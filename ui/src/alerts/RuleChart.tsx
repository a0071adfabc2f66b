import { useMemo, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import { queryRange, type Series } from "../api/prometheus.ts";
import { useBackground } from "../chart/background.ts";
import { mostSeries } from "../chart/colour.ts";
import { colours, paint } from "../chart/theme.ts";
import type { Plot, PlotSeries } from "../chart/plot.ts";
import { gridOf } from "../dashboard/interval.ts";
import { hasValues, last } from "../dashboard/frames.ts";
import { legend } from "../dashboard/template.ts";
import { Failed } from "../dashboard/states.tsx";
import { deploys } from "../pages/kpis.tsx";
import { Canvas } from "../panels/TimeSeries.tsx";
import { behindOf, spansOf } from "../silences/band.ts";
import { Spans } from "../silences/Spans.tsx";
import { silences } from "../silences/store.ts";
import { range, tick, type TimeRange } from "../state/time.ts";
import { format } from "../units/format.ts";
import { words } from "../words/pages.ts";
import type { Alert, Rule } from "./model.ts";

interface Drawn { values: Series[]; limits: Series[]; range: TimeRange }

/** What the rule looks at, with its limit and the times in which it was pending or firing. */
export function RuleChart({ rule, alert }: { rule: Rule; alert: Alert | undefined }) {
  const [drawn, setDrawn] = useState<Drawn | null>(null), [error, setError] = useState<ApiError | null>(null);
  useSignalEffect(() => {
    tick.value;
    const abort = new AbortController(), r = range.value;
    void ask(rule, r, abort.signal).then((d) => { setDrawn(d); setError(null); }, (err) => { if (err instanceof ApiError) setError(err); });
    return () => abort.abort();
  });
  useBackground(deploys, []);
  paint.value;
  const known = silences.value;
  const spans = useMemo(() => (drawn ? spansOf(known ?? [], alert?.labels ?? { alertname: rule.name }, drawn.range) : []), [drawn, known]);
  const plot = useMemo(() => drawn && { ...plotOf(rule, alert, drawn), behind: behindOf(spans) }, [drawn, spans, paint.value]);
  if (error && !drawn) return <div class="detail-chart"><Failed error={error} /></div>;
  if (!plot) return <div class="detail-chart" />;
  if (!drawn || !hasValues(drawn.values)) return <p class="muted detail-empty">{words.alerts.noValues}</p>;
  return <><div class="detail-chart"><Canvas plot={plot} label={alternative(rule, drawn)} /></div><Spans spans={spans} /></>;
}

async function ask(rule: Rule, r: TimeRange, signal: AbortSignal): Promise<Drawn> {
  const grid = gridOf(r, 700);
  const [values, limits] = await Promise.all([
    queryRange(rule.query, grid, signal),
    rule.limitQuery ? queryRange(rule.limitQuery, grid, signal) : Promise.resolve([]),
  ]);
  return { values, limits, range: grid };
}

/** The series of the alert, or the largest; each limit that varies as a dashed curve of its own. */
function plotOf(rule: Rule, alert: Alert | undefined, drawn: Drawn): Plot {
  const own = drawn.values.filter((s) => !alert || Object.entries(s.labels).every(([n, v]) => alert.labels[n] === undefined || alert.labels[n] === v));
  const shown = [...(own.length ? own : drawn.values)].sort((a, b) => pressure(b, drawn) - pressure(a, drawn)).slice(0, rule.limitQuery ? 1 : mostSeries);
  const varying = shown.map((s) => limitOf(s, drawn)).filter((l) => l !== undefined);
  const series = [...shown.map((s, i) => line(s, rule, i, shown.length)), ...varying.map((l) => limitLine(l, rule))];
  return {
    times: shown[0]?.times ?? [], series, range: drawn.range, unit: rule.unit, min: 0, stacked: false, rule: rule.name,
    limits: rule.limit !== null && !rule.limitQuery ? [{ value: rule.limit, words: words.alerts.limit(format(rule.limit, rule.unit)) }] : [],
  };
}

/** The limit that varies, of a series: the one with its labels. */
const limitOf = (s: Series, drawn: Drawn) => drawn.limits.find((l) => Object.entries(l.labels).every(([n, v]) => s.labels[n] === undefined || s.labels[n] === v));

/** How near a series is to its limit; where the limit is one for all, its value says as much. */
function pressure(s: Series, drawn: Drawn): number {
  const limit = limitOf(s, drawn), value = last(s) || 0;
  return limit ? value / (last(limit) || Infinity) : value;
}

const line = (s: Series, rule: Rule, i: number, count: number): PlotSeries => ({ name: legend(undefined, s.labels, rule.title), values: s.values, colour: () => colours().series[i]!, kind: "line", width: 1.75, fill: count === 1 ? 0.14 : 0, unit: rule.unit });
const limitLine = (s: Series, rule: Rule): PlotSeries => ({ name: words.alerts.limitOf(legend(undefined, s.labels, "")), values: s.values, colour: () => colours().threshold, kind: "line", width: 1.25, dash: [4, 4], fill: 0, unit: rule.unit });

function alternative(rule: Rule, drawn: Drawn): string {
  const top = Math.max(...drawn.values.map((s) => last(s)).filter((v) => !Number.isNaN(v)));
  return `${rule.title}. ${words.alerts.lastValue(format(top, rule.unit))}${rule.limit !== null ? ` ${words.alerts.limit(format(rule.limit, rule.unit))}.` : ""}`;
}
