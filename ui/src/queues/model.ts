// What /api/queues answers; docs/api.md describes it.
import { useEffect } from "preact/hooks";
import { usePoll, type Polled } from "../state/poll.ts";
import { location } from "../state/url.ts";
import { format } from "../units/format.ts";
import { queues as words } from "../words/queues.ts";

export type Level = "ok" | "warn" | "firing";
export type StateName = "waiting" | "prioritized" | "paused" | "delayed" | "active" | "completed" | "failed" | "waiting_children";
export type States = Record<StateName, number>;

export interface Recently {
  wait_p50_seconds: number | null; wait_p95_seconds: number | null; started_5m: number;
  in_per_second: number | null; out_per_second: number | null;
}

export interface Queue extends Recently {
  name: string; source: "redis" | "events"; server: string; prefix: string; at: string | null;
  states: States | null; due: number; oldest_seconds: number | null; drain_seconds: number | null; drain_words: string;
  paused: boolean; concurrency: number; rate_limited_seconds: number; workers: number | null;
  reason: "" | "paused" | "no_worker" | "rate_limited" | "concurrency" | "busy"; reason_words: string;
  limit_seconds: number; level: Level;
}

export interface Server {
  name: string; address: string; origin: "configuration" | "REDIS_URL" | "default"; up: boolean; error: string; error_at: string | null;
  since: string | null; version: string; replica: boolean; queues: number; skipped: number; notes: string[];
}

export interface All extends Recently {
  queues: number; watched: number; states: States | null; due: number; oldest_seconds: number | null; worst: string; limit_seconds: number; level: Level;
}

export interface QueuesAnswer { servers: Server[]; queues: Queue[]; all: All; looked_at: string }

export interface FailureGroup { reason: string; example: string; jobs: number; first: string; last: string; names: string[]; job_ids: string[] }
export interface Incident { rule: string; severity: string; state: "firing" | "pending"; from: string; to: string; ongoing: boolean }

export interface QueueAnswer {
  queue: Queue; failures: { failed: number; read: number; groups: FailureGroup[] } | null; failures_error: string;
  incidents: Incident[]; incidents_error: string;
}

const root = "/queues/";

/** Where a queue's own page is. */
export const linkTo = (name: string) => root + encodeURIComponent(name);

/** The queue whose page this is; null on the page of all. */
export function chosenQueue(): string | null {
  const path = location.value.path;
  if (!path.startsWith(root) || path.length === root.length) return null;
  try { return decodeURIComponent(path.slice(root.length).replace(/\/$/, "")); } catch { return path.slice(root.length); }
}

const everySeconds = 5;

/** An answer about now: asked again every few seconds, whatever time range the page shows. */
export function useNow<T>(path: string): Polled<T> {
  const polled = usePoll<T>(path);
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) polled.reload(); }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [path]);
  return polled;
}

/** Jobs that wait for a worker, or for somebody to resume the queue. */
export const waiting = (s: States) => s.waiting + s.prioritized + s.paused;

export const seconds = (v: number | null) => (v === null ? words.none : format(v, "s"));
/** A limit as the rules word it: 60 s, not 1 m. */
export const limitText = (v: number) => (v <= 120 ? `${v} s` : format(v, "s"));
export const count = (v: number) => format(v, "short");

/** A rate of jobs: 0, 0.07, 4.2, 120. */
export function rate(v: number | null): string {
  if (v === null) return words.none;
  return v < 0.005 ? "0" : v < 1 ? v.toFixed(2).replace(/0$/, "") : format(Number(v.toPrecision(2)), "short");
}

/** The redis that nobody named and that never answered: there is none. */
export const absent = (s: Server) => !s.up && s.origin === "default" && s.version === "";
