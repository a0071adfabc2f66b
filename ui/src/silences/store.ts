// The silences that this Luneo keeps, the same for every part of the page that
// shows them: asked again whenever the server's state has been heard.
import { effect, signal } from "@preact/signals";
import { ApiError, get, post, remove } from "../api/client.ts";
import type { Labels } from "../api/prometheus.ts";
import { heardAt } from "../state/server.ts";
import { usePoll } from "../state/poll.ts";
import { covers, isActive, isNews, type Firing, type Matcher, type Silence } from "./model.ts";

/** All of them, also those that ended lately; null while they are not known. */
export const silences = signal<Silence[] | null>(null);
export const silencesError = signal<ApiError | null>(null);

/** Whether Alertmanagers elsewhere keep them: the server's words. */
export const elsewhere = signal("");

let running: AbortController | null = null;

/** Asks again; an earlier question that is not answered yet would answer with what was. */
export async function loadSilences() {
  running?.abort();
  const mine = (running = new AbortController());
  try {
    silences.value = await get<Silence[]>("/api/v2/silences", mine.signal);
    silencesError.value = null;
  } catch (err) {
    if (err instanceof ApiError) refused(err);
  }
}

function refused(err: ApiError) {
  if (err.status === 404) elsewhere.value = err.message;
  else silencesError.value = err;
}

let following = false;

/** Keeps them fresh from now on. */
export function followSilences() {
  if (following) return;
  following = true;
  effect(() => { if (heardAt.value > 0 && !elsewhere.peek()) void loadSilences(); });
}

/** What to keep; with the id of one that there is, it changes. */
export interface Wanted { id?: string; matchers: Matcher[]; startsAt: string; endsAt: string; createdBy: string; comment: string }

/** Keeps a silence and returns its id. */
export async function keep(wanted: Wanted): Promise<string> {
  const { silenceID } = await post<{ silenceID: string }>("/api/v2/silences", wanted);
  await loadSilences();
  return silenceID;
}

/** Ends a silence now. */
export async function expire(id: string) {
  await remove(`/api/v2/silence/${encodeURIComponent(id)}`);
  await loadSilences();
}

/** Has a silence end later. */
export const extend = (s: Silence, hours: number) =>
  keep({ id: s.id, matchers: s.matchers, startsAt: s.startsAt, endsAt: new Date(Date.parse(s.endsAt) + hours * 3_600_000).toISOString(), createdBy: s.createdBy, comment: s.comment });

/** The alerts that fire now, silenced or not. */
export function useFiring(): Firing[] | null {
  return usePoll<Firing[]>(elsewhere.value ? null : "/api/v2/alerts").data?.filter(isNews) ?? null;
}

/** Which silences an alert has now: those that the server names, and those whose matchers say so before it fires. */
export function silencesOf(labels: Labels, firing: Firing[] | null): Silence[] {
  const named = new Set(firing?.filter((f) => Object.entries(labels).every(([n, v]) => f.labels[n] === v)).flatMap((f) => f.status.silencedBy));
  return (silences.value ?? []).filter((s) => isActive(s) && (named.has(s.id) || covers(s, labels)));
}
