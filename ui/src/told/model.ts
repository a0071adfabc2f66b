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
