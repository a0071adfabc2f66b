// Asks the queries of the URL, again with every refresh.
import { useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import { answerInstant, answerRange, type Answer } from "../api/prometheus.ts";
import { stepFor } from "../dashboard/interval.ts";
import { session } from "../state/server.ts";
import { range, tick, type TimeRange } from "../state/time.ts";
import { location } from "../state/url.ts";
import { letterOf, queriesOf, viewOf, type View } from "./model.ts";

/** What one query gave. */
export interface Result {
  letter: string;
  expr: string;
  /** None when it failed. */
  answer?: Answer;
  error?: ApiError;
  milliseconds: number;
}

export interface Results {
  view: View;
  list: Result[];
  range: TimeRange;
  step: number;
  /** When they were asked, in ms. */
  at: number;
}

/** The results of what the URL asks. Those before stay until the next are there; null where nothing is asked. */
export function useResults(): { results: Results | null; busy: boolean } {
  const [results, setResults] = useState<Results | null>(null), [busy, setBusy] = useState(false);
  useSignalEffect(() => {
    tick.value;
    const abort = new AbortController(), params = location.value.params, queries = queriesOf(params);
    if (queries.length === 0) setResults(null);
    setBusy(queries.length > 0);
    if (queries.length > 0) askAll({ queries, view: viewOf(params), range: range.value }, abort.signal).then((r) => { setResults(r); setBusy(false); }, () => {});
    return () => abort.abort();
  });
  return { results, busy };
}

interface Question { queries: string[]; view: View; range: TimeRange }

async function askAll(q: Question, signal: AbortSignal): Promise<Results> {
  const scrape = session.peek()?.scrapeIntervalSeconds ?? 5, at = Date.now();
  const step = stepFor(q.range.to - q.range.from, Math.max(200, window.innerWidth - 320), scrape);
  const down = (seconds: number, to: number) => Math.floor(seconds / to) * to;
  const asked = { from: down(q.range.from, step), to: down(q.range.to, step) };
  const one = (expr: string) => (q.view === "table" ? answerInstant(expr, down(q.range.to, scrape), signal) : answerRange(expr, { ...asked, step }, signal));
  const list = await Promise.all(q.queries.map((expr, i) => timed(letterOf(i), expr, one)));
  return { view: q.view, list, range: q.view === "table" ? { ...asked, to: down(q.range.to, scrape) } : asked, step, at };
}

/** A query that fails leaves the others their results. */
async function timed(letter: string, expr: string, one: (expr: string) => Promise<Answer>): Promise<Result> {
  const start = performance.now(), took = () => performance.now() - start;
  try {
    return { letter, expr, answer: await one(expr), milliseconds: took() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { letter, expr, error, milliseconds: took() };
  }
}
