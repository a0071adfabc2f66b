// What /api/notifications and the test answer; docs/api.md describes it.
import { ApiError } from "../api/client.ts";
import { usePoll } from "../state/poll.ts";

export interface Outcome {
  at: string; receiver: string; integration: string; alert: string; firing: number; resolved: number; seconds: number;
  ok: boolean; status: number; answer: string; error: string; retry: boolean; advice: string;
}
export interface Receiver { name: string; integrations: string[]; last: Outcome | null }
export interface Answer { receivers: Receiver[]; log: Outcome[] }

export interface Told { data: Answer | null; error: ApiError | null; elsewhere: boolean }

/** Who is told, and how it went; asked with every refresh. */
export function useTold(): Told {
  const { data, error } = usePoll<Answer>("/api/notifications");
  const elsewhere = error?.status === 404;
  return { data: elsewhere ? null : data, error: elsewhere ? null : error, elsewhere };
}

/** How it goes, in one word; null while that is not known. */
export function stateOf({ data, elsewhere }: Told): "live" | "failing" | "ready" | "none" | "elsewhere" | null {
  if (elsewhere) return "elsewhere";
  if (!data) return null;
  if (data.receivers.length === 0) return "none";
  const last = data.receivers.filter((r) => r.last).map((r) => r.last!.ok);
  return last.includes(false) ? "failing" : last.length ? "live" : "ready";
}

/** An attempt, with those before it that failed in the same way. */
export interface Attempts { newest: Outcome; before: Outcome[] }

/** Folds what one receiver failed at again and again; the newest first. */
export function folded(log: Outcome[]): Attempts[] {
  const out: Attempts[] = [], last = new Map<string, Attempts>();
  for (const o of log) {
    const key = [o.receiver, o.integration, o.alert].join("\n"), open = last.get(key);
    if (open && alike(open.newest, o)) { open.before.push(o); continue; }
    const next = { newest: o, before: [] };
    last.set(key, next);
    out.push(next);
  }
  return out;
}

const alike = (a: Outcome, b: Outcome) => !a.ok && !b.ok && a.error === b.error && a.status === b.status && a.firing === b.firing && a.resolved === b.resolved;
