// Asks what a panel shows, again with every refresh, and says in which state it is.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import { queryInstant, queryRange, type Series } from "../api/prometheus.ts";
import { session } from "../state/server.ts";
import { endsNow, range, tick, type TimeRange } from "../state/time.ts";
import { location } from "../state/url.ts";
import { durationSeconds, promDuration, rateInterval, stepFor } from "./interval.ts";
import { frames, hasValues, type Frame } from "./frames.ts";
import type { PanelModel, Target, VariableModel } from "./model.ts";
import { interpolate, type Values } from "./template.ts";
import { values } from "./variables.ts";

export interface PanelData {
  state: "loading" | "ready" | "empty" | "error";
  frames: Frame[];
  range: TimeRange;
  step: number;
  /** When the data was asked for, in ms. */
  at: number;
  error?: ApiError;
  /** Nothing with this choice of variables, but something without it. */
  hidden?: boolean;
  /** The expressions as they were asked. */
  queries: string[];
}

const nothing: PanelData = { state: "loading", frames: [], range: { from: 0, to: 0 }, step: 0, at: 0, queries: [] };

/** The data of a panel of some width. What was shown stays until the new data is there. */
export function usePanelData(panel: PanelModel, models: VariableModel[], width: number): PanelData {
  const [data, setData] = useState(nothing);
  const running = useRef<AbortController | null>(null);
  const size = useRef(width);
  size.current = width;
  const load = () => {
    running.current?.abort();
    if (!size.current) return;
    const abort = (running.current = new AbortController());
    askPanel({ panel, models, width: size.current, range: range.peek() }, abort.signal).then(setData, (err) => {
      if (abort.signal.aborted) return;
      const error = err instanceof ApiError ? err : new ApiError(0, "This panel could not be drawn.", "internal", String(err?.stack ?? err));
      setData((before) => ({ ...before, state: before.at && error.offline ? before.state : "error", error }));
    });
  };
  useSignalEffect(() => { tick.value; range.value; location.value; load(); });
  const bucket = Math.round(width / 120);
  useLayoutEffect(load, [panel, bucket]); // before the page is painted, so that figures come soon
  useEffect(() => () => running.current?.abort(), []);
  return data;
}

/** `fresh` ends the range at the last scrape instead of the last step. */
interface Question { panel: PanelModel; models: VariableModel[]; width: number; range: TimeRange; fresh?: boolean }

/** Asks all queries of a panel. */
export async function askPanel(q: Question, signal: AbortSignal): Promise<PanelData> {
  const at = Date.now();
  const asked = prepare(q, values(q.models));
  const answers = await Promise.all(asked.queries.map((p) => run(p, asked, signal)));
  const found = answers.flatMap((series, i) => frames(asked.queries[i]!.target, series, q.panel.fieldConfig));
  const data = { range: asked.range, step: asked.step, at, queries: asked.queries.map((p) => p.expr), frames: found };
  if (hasValues(found)) return { ...data, state: "ready" };
  if (endsNow.peek() && !q.fresh) { // a first event is newer than the last step
    const fresh = await askPanel({ ...q, fresh: true }, signal);
    if (fresh.state === "ready") return fresh;
  }
  return { ...data, state: "empty", hidden: await hiddenByFilter(q, asked, signal) };
}

/** Whether the same panel has something when nothing is filtered. */
async function hiddenByFilter(q: Question, asked: Prepared, signal: AbortSignal): Promise<boolean> {
  const without = prepare(q, values(q.models, "unfiltered"));
  if (without.queries.every((p, i) => p.expr === asked.queries[i]!.expr)) return false;
  const answers = await Promise.all(without.queries.map((p) => run(p, without, signal)));
  return hasValues(answers.flat());
}

interface PreparedQuery { target: Target; expr: string; step: number }
/** `now` is the moment of instant queries: the last scrape's, so that equal questions of one refresh are one. */
interface Prepared { queries: PreparedQuery[]; range: TimeRange; step: number; now: number }

/** Fills in variables and steps. */
export function prepare(q: Question, vars: Values): Prepared {
  const scrape = session.peek()?.scrapeIntervalSeconds ?? 5;
  const length = q.range.to - q.range.from;
  const targets = (q.panel.targets ?? []).filter((t) => !t.hide && t.expr);
  const text = (s: string | undefined) => (s ? durationSeconds(interpolate(s, vars, {})) : NaN);
  const least = [scrape, text(q.panel.interval), ...targets.map((t) => text(t.interval))].filter((s) => !Number.isNaN(s));
  const points = Math.min(q.panel.maxDataPoints ?? Infinity, pointsFor(q));
  const step = stepFor(length, points, Math.max(...least));
  const grid = q.fresh || q.panel.type === "stat" ? scrape : step; // a tile's figure is the newest there is; only lines must not dance
  const to = Math.floor(q.range.to / grid) * grid;
  const aligned = { from: to - Math.ceil(length / step) * step, to };
  const queries = targets.map((target) => {
    const minimum = text(target.interval);
    const built = {
      __interval: promDuration(step), __interval_ms: String(step * 1000),
      __rate_interval: promDuration(rateInterval(step, Number.isNaN(minimum) ? scrape : minimum)),
      __range: promDuration(Math.round(length)), __range_s: String(Math.round(length)),
    };
    return { target, expr: interpolate(target.expr, vars, built), step };
  });
  return { queries, range: aligned, step, now: Math.floor(q.range.to / scrape) * scrape };
}

/** Cells of a heatmap have a width; a tile shows its last point, which must not be old. */
function pointsFor(q: Question): number {
  if (q.panel.type === "heatmap") return Math.max(24, q.width / 7);
  return q.panel.type === "stat" ? 900 : Math.max(60, q.width);
}

function run(p: PreparedQuery, asked: Prepared, signal: AbortSignal): Promise<Series[]> {
  const instant = p.target.instant;
  return instant ? queryInstant(p.expr, asked.now, signal) : queryRange(p.expr, { ...asked.range, step: p.step }, signal);
}
