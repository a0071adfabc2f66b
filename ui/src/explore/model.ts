// What the Explore page asks, as its URL says it: q for each query, view, unit.
import type { Labels, Series } from "../api/prometheus.ts";
import { location, setParams } from "../state/url.ts";

export type View = "graph" | "table";

/** More queries than this in one URL are left out. */
export const mostQueries = 8;

export const letterOf = (index: number) => "ABCDEFGH"[index] ?? "";

/** The queries that the URL asks; blank ones are none. */
export const queriesOf = (params: URLSearchParams) => params.getAll("q").map((q) => q.trim()).filter(Boolean).slice(0, mostQueries);

export const viewOf = (params: URLSearchParams): View => (params.get("view") === "table" ? "table" : "graph");

/** Asks these queries from now on. Back asks the ones before. */
export const ask = (queries: string[]) => setParams({ q: queries.length ? queries : null });

export const showAs = (view: View) => setParams({ view: view === "graph" ? null : view });

/** The unit that the person has chosen; empty: guessed. */
export const chosenUnit = () => location.value.params.get("unit") ?? "";

export const chooseUnit = (unit: string) => setParams({ unit: unit || null }, "replace");

/** The names of a query's series: the labels in which they differ. `prefix` is the query's letter where there are several. */
export function namesOf(series: Series[], prefix: string): string[] {
  const differing = differingLabels(series.map((s) => s.labels));
  return series.map((s) => [prefix, nameOf(s.labels, differing)].filter(Boolean).join(" ") || "value");
}

function differingLabels(all: Labels[]): string[] {
  const names = [...new Set(all.flatMap((l) => Object.keys(l)))];
  return names.filter((n) => all.some((l) => l[n] !== all[0]![n]));
}

function nameOf(labels: Labels, differing: string[]): string {
  if (differing.length === 0) return labels.__name__ ?? Object.values(labels).join(" ");
  if (differing.length === 1) return labels[differing[0]!] ?? `no ${differing[0]}`;
  const own = differing.filter((n) => n !== "__name__" && labels[n] !== undefined).map((n) => `${n}=${labels[n]}`).join(", ");
  return differing.includes("__name__") ? [labels.__name__, own].filter(Boolean).join(" ") : own;
}
