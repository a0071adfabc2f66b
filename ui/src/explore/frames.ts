// Results as the chart and the tables take them.
import { fullTime } from "../chart/axis.ts";
import type { PanelData } from "../dashboard/data.ts";
import type { Frame } from "../dashboard/frames.ts";
import type { PanelModel } from "../dashboard/model.ts";
import type { Cell, Column, Rows } from "../dashboard/table.ts";
import { explore as words } from "../words/explore.ts";
import { namesOf } from "./model.ts";
import type { Result, Results } from "./results.ts";
import { guessUnit } from "./unit.ts";

/** The unit of a query: the chosen one, else guessed. */
export const unitFor = (expr: string, chosen: string) => chosen || guessUnit(expr);

/** All series of all queries as the data of one panel. */
export function chartData(results: Results, chosen: string): PanelData {
  const several = results.list.length > 1;
  const frames = results.list.flatMap((r) => framesOf(r, { several, unit: unitFor(r.expr, chosen) }));
  return { state: "ready", frames, range: results.range, step: results.step, at: results.at, queries: results.list.map((r) => r.expr) };
}

function framesOf(r: Result, how: { several: boolean; unit: string }): Frame[] {
  const series = r.answer?.series ?? [], names = namesOf(series, how.several ? r.letter : "");
  return series.map((s, i) => ({ name: names[i]!, labels: s.labels, refId: r.letter, times: s.times, values: s.values, field: { unit: how.unit } }));
}

/** The panel that draws them: its axis has a unit when all of them have the same. */
export function chartPanel(data: PanelData): PanelModel {
  const units = [...new Set(data.frames.map((f) => f.field.unit))];
  return {
    id: 0, type: "timeseries", title: words.result, gridPos: { x: 0, y: 0, w: 24, h: 10 },
    fieldConfig: { defaults: { unit: units.length === 1 ? units[0]! : "short" } },
  };
}

/** One row a value: its labels, then the value; with its time where a range was asked. */
export function tableOf(r: Result, unit: string): Rows {
  const series = r.answer?.series ?? [];
  const labels = [...new Set(series.flatMap((s) => Object.keys(s.labels)))].filter((n) => n !== "__name__").sort();
  const named = labels.length === 0 || new Set(series.map((s) => s.labels.__name__)).size > 1, times = r.answer?.type === "matrix";
  const text = (name: string): Column => ({ name, kind: "text" });
  const columns = [...(named ? [text(words.metric)] : []), ...labels.map(text), ...(times ? [text(words.time)] : []), { name: words.value, kind: "number" as const, unit }];
  const rows = series.flatMap((s) => s.values.map((v, i): Cell[] => [
    ...(named ? [s.labels.__name__ ?? words.noLabels] : []), ...labels.map((n) => s.labels[n] ?? null), ...(times ? [fullTime(s.times[i]!)] : []), Number.isNaN(v) ? "NaN" : v,
  ]));
  return { columns, rows: ordered(r.expr) || times ? rows : rows.sort((a, b) => size(b) - size(a)) };
}

/** Whether the query itself says in which order. */
const ordered = (expr: string) => /^\s*(sort|topk|bottomk)/.test(expr);

const size = (row: Cell[]) => { const v = row[row.length - 1]; return typeof v === "number" ? v : -Infinity; };
