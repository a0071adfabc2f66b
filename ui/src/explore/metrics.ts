// What is known of metrics: whether they exist, their kind and their help text.
import { get } from "../api/client.ts";
import { labelValues } from "../api/prometheus.ts";
import type { TimeRange } from "../state/time.ts";

export interface Metadata { type: string; help: string }
type All = Record<string, Metadata[]>;

/** Asks for the metadata once; a failure is asked again. */
export class MetricHelp {
  private all: Promise<All> | null = null;

  /** The help of a metric, or of the histogram or summary that it is a part of. */
  async of(name: string): Promise<Metadata | null> {
    const all = await this.load();
    return (all[name] ?? all[name.replace(/_(bucket|sum|count)$/, "")] ?? all[name.replace(/_total$/, "")])?.[0] ?? null;
  }

  private load(): Promise<All> {
    this.all ??= get<{ data: All }>("/api/v1/metadata").then((e) => e.data, () => { this.all = null; return {}; });
    return this.all;
  }
}

/** The metrics of a query that have no series at all in a time range. */
export async function unknownMetrics(names: string[], range: TimeRange, signal: AbortSignal): Promise<string[]> {
  const unique = [...new Set(names)].slice(0, 10);
  if (unique.length === 0) return [];
  const known = await labelValues("__name__", `{__name__=~"${unique.join("|")}"}`, range, signal);
  return unique.filter((n) => !known.includes(n));
}
