// What /api/settings answers, and how a limit is read. The JSON is described in docs/api.md.
import { format } from "../units/format.ts";

export interface Limit {
  name: string; what: string; unit: string; limit: number;
  /** Null where only each request is held against it. */
  used: number | null;
  /** How often it was hit since the start; null where nobody counts. */
  hits: number | null;
}

export interface Storage { name: string; bytes: number; since?: string; retention?: string }

export interface Settings {
  version: string; goVersion: string; ui: { built: boolean; version: string };
  config: string; files: { key: string; path: string }[];
  limits: Limit[]; storage: Storage[];
  disk: { freeBytes: number; sizeBytes: number };
  reload: { at: string; ok: boolean; error: string } | null;
}

/** How full a limit is, 0 to 1; 0 where nothing is held. */
export const fullness = (l: Limit) => (l.used === null || l.limit <= 0 ? 0 : Math.min(1, l.used / l.limit));

/** Those that were hit first, then the fullest. */
export const byNeed = (limits: Limit[]) => [...limits].sort((a, b) => (b.hits ?? 0) - (a.hits ?? 0) || fullness(b) - fullness(a));

export type Need = "warn" | "ok";

/** Whether a limit needs a person: it was hit, or is full. */
export function needOf(l: Limit): Need {
  if (fullness(l) >= 1 || (l.hits ?? 0) > 0) return "warn";
  return "ok";
}

/** An amount with its unit: 143 values, 8 MiB, 500 events/s. */
export function amount(value: number, unit: string): string {
  return unit === "bytes" ? format(value, "bytes") : `${value.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}

/** Whether the name is a key of the configuration; others are fixed. */
export const isKey = (name: string) => name.includes(".");

/** The keys that a reload takes, of those that are limits (docs/operations.md, Reload). */
export const live = (name: string) => name === "limits.ingest_rate";
