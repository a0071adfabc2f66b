// What every page knows of the server: who asks, and the state of the rules.
// The JSON is described in docs/api.md.
import { signal } from "@preact/signals";
import { ApiError, get } from "../api/client.ts";

/** One part of a sentence that the server composed. */
export interface Part { text: string; kind?: "" | "name" | "value" | "limit" | "rule"; href?: string }

export interface Session {
  version: string; instance: string; publicUrl: string; mode: "embedded" | "external";
  scrapeIntervalSeconds: number; timezone: string; startedAt: string;
  caller: { name: string; scopes: string[] };
}

export type RuleState = "firing" | "pending" | "quiet" | "blind";

export interface RuleStatus {
  state: RuleState; since?: string; value?: number; limit?: number; unit?: string;
  subject?: string; chip: string; meaning: string; shown?: string;
}

export interface Fact { icon: string; level: "bad" | "warn" | "ok" | "mute"; parts: Part[] }

export interface Status {
  at: string; level: "firing" | "pending" | "stale" | "starting" | "ok";
  sentence: Part[]; facts: Fact[];
  worst: { rule: string; labels: Record<string, string>; id: string } | null;
  counts: { total: number; firing: number; pending: number; quiet: number; blind: number };
  rules: Record<string, RuleStatus>;
  events: { perSecond: number; rejectedPerSecond: number };
  setup: { connected: number; total: number };
  dataAt?: string;
}

export const session = signal<Session | null>(null);
export const status = signal<Status | null>(null);
/** Why the last question about the status failed; null when it did not. */
export const statusError = signal<ApiError | null>(null);
/** When the status was last heard, in ms. */
export const heardAt = signal(0);

export const may = (scope: string) => session.value?.caller.scopes.includes(scope) ?? false;

/** When each source last sent something; null until it was asked. */
export const sources = signal<SourceState[] | null>(null);

export interface SourceState { id: string; state: "live" | "quiet" | "waiting"; lastEventAt?: string }

export async function loadSources() {
  try { sources.value = (await get<{ sources: SourceState[] }>("/api/setup")).sources; } catch { /* panels then say less */ }
}

export async function loadSession() {
  try { session.value = await get<Session>("/api/session"); } catch { /* the status says that nobody answers */ }
}

export async function loadStatus(signal?: AbortSignal) {
  try {
    status.value = await get<Status>("/api/status", signal);
    statusError.value = null;
    heardAt.value = Date.now();
  } catch (err) {
    if (err instanceof ApiError) statusError.value = err;
  }
}

/** Just the words of a sentence. */
export const plain = (parts: Part[]) => parts.map((p) => p.text).join("");
