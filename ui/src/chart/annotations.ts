// What is drawn behind the data of every chart of a page: when rules were
// pending and firing, and the marks that the dashboard asks for.
import { signal } from "@preact/signals";
import { queryInstant, queryRange, type Labels } from "../api/prometheus.ts";
import type { AnnotationModel } from "../dashboard/model.ts";
import { gridOf } from "../dashboard/interval.ts";
import { interpolate, legend, type Values } from "../dashboard/template.ts";
import type { TimeRange } from "../state/time.ts";

/** A time in which a rule was pending or firing; in seconds. */
export interface Band { rule: string; state: "firing" | "pending"; from: number; to: number; labels: Labels }
/** A moment with a name: a deploy, a restart. */
export interface Mark { name: string; text: string; at: number; colour: string }

export const bands = signal<Band[]>([]);
export const marks = signal<Mark[]>([]);

export function clearBackground() {
  bands.value = [];
  marks.value = [];
}

export async function loadBands(range: TimeRange, signal: AbortSignal) {
  const grid = gridOf(range, 720);
  const series = await queryRange('ALERTS{alertname!="Watchdog"}', grid, signal);
  bands.value = series.flatMap((s) => runs(s.times, s.values, grid.step).map(([a, b]) => ({
    rule: s.labels.alertname ?? "", state: s.labels.alertstate === "firing" ? "firing" as const : "pending" as const, from: a, to: b, labels: s.labels,
  })));
}

/** The stretches of values without a hole, each to the end of its last step. */
export function runs(times: number[], values: number[], step: number): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const open = out[out.length - 1];
    if (open && times[i]! - open[1] <= 1e-6) open[1] = times[i]! + step;
    else out.push([times[i]!, times[i]! + step]);
  }
  return out;
}

/** Asks the annotation queries of a dashboard. Those whose value is their time are asked for all that happened in the range. */
export async function loadMarks(models: AnnotationModel[], range: TimeRange, vars: Values, signal: AbortSignal) {
  const asked = models.filter((m) => m.enable !== false && !m.builtIn && isTrue(m.useValueForTime));
  const found = await Promise.all(asked.map((m) => marksOf(m, range, vars, signal)));
  marks.value = found.flat().sort((a, b) => a.at - b.at);
}

const isTrue = (v: boolean | string | undefined) => v === true || v === "on";

async function marksOf(m: AnnotationModel, range: TimeRange, vars: Values, signal: AbortSignal): Promise<Mark[]> {
  const expr = interpolate(m.expr ?? m.target?.expr ?? "", vars, {});
  if (!expr) return [];
  const length = Math.max(60, Math.round(range.to - range.from));
  // The subquery looks at whole minutes: what is newer is there now.
  const series = await queryInstant(`(${expr}) or last_over_time((${expr})[${length}s:60s])`, Math.ceil(range.to), signal);
  const seen = new Set<string>();
  const out: Mark[] = [];
  for (const s of series) {
    const at = s.values[0]! / 1000, text = legend(m.titleFormat ?? m.textFormat ?? m.name, s.labels, m.name);
    if (!(at >= range.from && at <= range.to) || seen.has(text + at)) continue;
    seen.add(text + at);
    out.push({ name: m.name, text, at, colour: m.iconColor ?? "" });
  }
  return out;
}
