// What /api/setup and its stream answer; docs/api.md describes it.
import type { Part } from "../state/server.ts";

export interface Source { id: string; state: "live" | "quiet" | "waiting"; firstEventAt?: string; lastEventAt?: string; events: number; perMinute: number; found: Part[] }
export interface Received { at: string; status: number; type: string; text: string; detail?: string; error?: string; fix?: string; test?: boolean }
export interface SetupAnswer { publicUrl: string; sources: Source[]; connected: number; total: number; recent: Received[] }

/** Where the events of a source go. */
export const pathOf: Record<string, string> = { queues: "/api/metrics/queue-wait", openai: "/api/metrics/openai", embeds: "/api/metrics/embed-handshake", renders: "/api/metrics/render", ar: "/api/metrics/ar-conversion", http: "/api/metrics/http-request" };

export const connected = (s: Source) => s.state !== "waiting";

/** Those that send events: all but who is told. */
export const senders = (list: Source[]) => list.filter((s) => s.id !== "notifications");
