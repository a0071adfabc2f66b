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

interface Envelope<T> { status: string; data: T; warnings?: string[] }
interface Result { resultType: "matrix" | "vector" | "scalar" | "string"; result: unknown }
type Sample = [number, string];

const queue = new RequestQueue();

export interface Range { from: number; to: number; step: number }

/** A range query; `range` is in seconds. Answers are aligned to its steps, with NaN where a series has a hole. */
export async function queryRange(expr: string, range: Range, signal: AbortSignal): Promise<Series[]> {
  const path = "/api/v1/query_range?" + new URLSearchParams({ query: expr, start: String(range.from), end: String(range.to), step: String(range.step) });
  const data = await ask<Result>(path, signal);
  const matrix = data.result as { metric: Labels; values: Sample[] }[];
  const steps = Math.floor((range.to - range.from) / range.step + 1e-6) + 1;
  const times = Array.from({ length: steps }, (_, i) => range.from + i * range.step);
  return matrix.map((m) => ({ labels: m.metric, times, values: onGrid(m.values, range, steps) }));
}

function onGrid(samples: Sample[], range: Range, steps: number): number[] {
  const values = new Array<number>(steps).fill(NaN);
  for (const [at, text] of samples) values[Math.round((at - range.from) / range.step)] = Number(text);
  return values;
}

/** An instant query at a time in seconds; each series has one value. */
export async function queryInstant(expr: string, at: number, signal: AbortSignal): Promise<Series[]> {
  const data = await ask<Result>("/api/v1/query?" + new URLSearchParams({ query: expr, time: String(at) }), signal);
  if (data.resultType === "scalar") {
    const [time, value] = data.result as Sample;
    return [{ labels: {}, times: [time], values: [Number(value)] }];
  }
  if (data.resultType === "matrix")
    return (data.result as { metric: Labels; values: Sample[] }[]).map((m) => ({ labels: m.metric, times: m.values.map((v) => v[0]), values: m.values.map((v) => Number(v[1])) }));
  return (data.result as { metric: Labels; value: Sample }[]).map((m) => ({ labels: m.metric, times: [m.value[0]], values: [Number(m.value[1])] }));
}

/** The values of a label, over the series of a selector when there is one. */
export async function labelValues(label: string, selector: string, range: { from: number; to: number }, signal: AbortSignal): Promise<string[]> {
  const params = new URLSearchParams({ start: String(range.from), end: String(range.to) });
  if (selector) params.set("match[]", selector);
  return ask<string[]>(`/api/v1/label/${encodeURIComponent(label)}/values?${params}`, signal);
}

async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  const envelope = await queue.run(path, signal, (s) => get<Envelope<T>>(path, s));
  return envelope.data;
}
