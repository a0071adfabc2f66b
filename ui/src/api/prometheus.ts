// Prometheus' HTTP API, as far as the pages need it.
// https://prometheus.io/docs/prometheus/latest/querying/api/
import { get } from "./client.ts";
import { RequestQueue } from "./queue.ts";

export type Labels = Record<string, string>;

/** One series; times in Unix seconds, NaN where a value is missing. */
export interface Series {
  labels: Labels;
  times: number[];
  values: number[];
}

/** An answer with what Prometheus has to say about it. */
export interface Answer {
  series: Series[];
  type: ResultType;
  /** The text of a string literal. */
  text?: string;
  warnings: string[];
  infos: string[];
  /** How many series were native histograms, which have no single value and are left out. */
  histograms: number;
}

type ResultType = "matrix" | "vector" | "scalar" | "string";
interface Envelope<T> { status: string; data: T; warnings?: string[]; infos?: string[] }
interface Result { resultType: ResultType; result: unknown }
type Sample = [number, string];
interface Row { metric: Labels; value?: Sample; values?: Sample[] }

const queue = new RequestQueue();

export interface Range { from: number; to: number; step: number }

/** A range query; `range` is in seconds. Answers are aligned to its steps, with NaN where a series has a hole. */
export const queryRange = async (expr: string, range: Range, signal: AbortSignal): Promise<Series[]> => (await answerRange(expr, range, signal)).series;

/** The same, with warnings. */
export async function answerRange(expr: string, range: Range, signal: AbortSignal): Promise<Answer> {
  const path = "/api/v1/query_range?" + new URLSearchParams({ query: expr, start: String(range.from), end: String(range.to), step: String(range.step) });
  const steps = Math.floor((range.to - range.from) / range.step + 1e-6) + 1;
  const times = Array.from({ length: steps }, (_, i) => range.from + i * range.step);
  return answer(await ask<Result>(path, signal), (m) => ({ labels: m.metric, times, values: onGrid(m.values!, range, steps) }));
}

function onGrid(samples: Sample[], range: Range, steps: number): number[] {
  const values = new Array<number>(steps).fill(NaN);
  for (const [at, text] of samples) values[Math.round((at - range.from) / range.step)] = Number(text);
  return values;
}

/** An instant query at a time in seconds; each series has one value, or those of a range selector. */
export const queryInstant = async (expr: string, at: number, signal: AbortSignal): Promise<Series[]> => (await answerInstant(expr, at, signal)).series;

/** The same, with warnings. */
export async function answerInstant(expr: string, at: number, signal: AbortSignal): Promise<Answer> {
  return answer(await ask<Result>("/api/v1/query?" + new URLSearchParams({ query: expr, time: String(at) }), signal), (m) => {
    const samples = m.values ?? [m.value!];
    return { labels: m.metric, times: samples.map((v) => v[0]), values: samples.map((v) => numberOf(v[1])) };
  });
}

/** Prometheus writes +Inf, -Inf and NaN. A chart has no place for the infinite; a table has. */
const numberOf = (text: string) => Number(text.replace("Inf", "Infinity"));

/** A scalar is one series without labels, a string none. */
function answer({ data, warnings = [], infos = [] }: Envelope<Result>, series: (row: Row) => Series): Answer {
  const said = { type: data.resultType, warnings, infos };
  if (data.resultType === "string") return { ...said, series: [], text: (data.result as Sample)[1], histograms: 0 };
  const rows = data.resultType === "scalar" ? [{ metric: {}, value: data.result as Sample }] : (data.result as Row[]);
  const drawn = rows.filter((r) => r.value || r.values);
  return { ...said, series: drawn.map(series), histograms: rows.length - drawn.length };
}

/** The values of a label, over the series of a selector when there is one. */
export async function labelValues(label: string, selector: string, range: { from: number; to: number }, signal: AbortSignal): Promise<string[]> {
  const params = new URLSearchParams({ start: String(range.from), end: String(range.to) });
  if (selector) params.set("match[]", selector);
  return (await ask<string[]>(`/api/v1/label/${encodeURIComponent(label)}/values?${params}`, signal)).data;
}

function ask<T>(path: string, signal: AbortSignal): Promise<Envelope<T>> {
  return queue.run(path, signal, (s) => get<Envelope<T>>(path, s));
}
