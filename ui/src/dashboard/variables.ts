// The variables of a dashboard: what they offer, and what the URL has chosen.
import { signal, type Signal } from "@preact/signals";
import { labelValues } from "../api/prometheus.ts";
import { location, setParams } from "../state/url.ts";
import { range } from "../state/time.ts";
import type { VariableModel } from "./model.ts";
import { interpolate, type Value, type Values } from "./template.ts";

export const all = "$__all";

/** A variable with what it offers; null while that is not known yet. */
export interface Variable { model: VariableModel; options: Signal<string[] | null>; failed: Signal<boolean> }

/** Those that people choose from; the data source and hidden ones are not. */
export function offered(models: VariableModel[]): Variable[] {
  return models.filter((m) => m.hide !== 2 && m.type !== "datasource").map((model) => ({
    model, options: signal(model.type === "query" ? null : fixedOptions(model)), failed: signal(false),
  }));
}

function fixedOptions(m: VariableModel): string[] {
  if (m.options?.length) return m.options.map((o) => o.value).filter((v) => v !== all && v !== "$__auto");
  return String(m.query ?? "").split(",").map((s) => s.trim()).filter(Boolean);
}

/** Asks for the values of a query variable: label_values(metric, label) or label_values(label). */
export async function loadOptions(v: Variable, models: VariableModel[], signal: AbortSignal) {
  const text = typeof v.model.query === "string" ? v.model.query : v.model.query?.query ?? v.model.definition ?? "";
  const found = /^\s*label_values\(\s*(?:(.+?)\s*,\s*)?(\w+)\s*\)\s*$/s.exec(text);
  if (!found) return;
  try {
    const names = await labelValues(found[2]!, interpolate(found[1] ?? "", values(models), {}), range.peek(), signal);
    v.options.value = names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    v.failed.value = false;
  } catch {
    if (!signal.aborted) v.failed.value = true;
  }
}

/** What is chosen; a variable that offers "all" and has no choice is all. */
export function chosen(m: VariableModel): string[] {
  const fromUrl = location.value.params.getAll("var-" + m.name);
  if (fromUrl.length) return fromUrl.map((v) => (v === "All" ? all : v));
  if (m.includeAll) return [all];
  const current = m.current?.value ?? m.options?.find((o) => o.selected)?.value ?? fixedOptions(m)[0] ?? "";
  return [current].flat().map(String);
}

export function choose(m: VariableModel, values: string[]) {
  const none = values.length === 0 || (m.includeAll && values.includes(all));
  setParams({ ["var-" + m.name]: none ? null : values });
}

/** Whether a filter hides part of what there is. */
export const filtered = (models: VariableModel[]) => models.filter((m) => m.type === "query" && m.hide !== 2 && !chosen(m).includes(all));

export const clearFilters = (models: VariableModel[]) => setParams(Object.fromEntries(filtered(models).map((m) => ["var-" + m.name, null])));

/** The values of all variables, for expressions; `unfiltered` pretends that nothing is chosen. */
export function values(models: VariableModel[], how: "chosen" | "unfiltered" = "chosen"): Values {
  const out: Values = {};
  for (const m of models) out[m.name] = m.type === "datasource" ? fixed("luneo") : m.hide === 2 ? fixed("") : valueOf(m, how);
  return out;
}

const fixed = (text: string): Value => ({ texts: [text], multi: false, all: false });

function valueOf(m: VariableModel, how: "chosen" | "unfiltered"): Value {
  const texts = how === "unfiltered" && m.includeAll ? [all] : chosen(m);
  const isAll = texts.includes(all);
  return { texts: isAll ? [".*"] : texts, multi: !!m.multi, all: isAll, allValue: m.allValue || (isAll ? ".*" : undefined) } as Value;
}
