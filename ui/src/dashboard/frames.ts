// From Prometheus' series to what a panel draws: named, with their options.
import type { Labels, Series } from "../api/prometheus.ts";
import type { FieldConfig, FieldOptions, Override, Target } from "./model.ts";
import { legend } from "./template.ts";

export interface Frame {
  name: string; labels: Labels; refId: string;
  times: number[]; values: number[];
  field: FieldOptions;
}

export function frames(target: Target, series: Series[], config: FieldConfig | undefined): Frame[] {
  return series.map((s) => {
    const name = legend(target.legendFormat, s.labels, target.expr);
    return { name, labels: s.labels, refId: target.refId, times: s.times, values: s.values, field: optionsOf(config, name, target.refId) };
  }).map((f) => (f.field.displayName ? { ...f, name: legend(f.field.displayName.replace(/\$\{__field\.labels\.(\w+)\}/g, "{{$1}}"), f.labels, f.name) } : f));
}

/** The defaults with the overrides that match, in their order. */
export function optionsOf(config: FieldConfig | undefined, name: string, refId: string): FieldOptions {
  let field: FieldOptions = { ...config?.defaults, custom: { ...config?.defaults?.custom } };
  for (const o of config?.overrides ?? []) if (matches(o, name, refId)) field = o.properties.reduce(withProperty, field);
  return field;
}

function matches(o: Override, name: string, refId: string): boolean {
  switch (o.matcher.id) {
    case "byName": return o.matcher.options === name;
    case "byFrameRefID": return o.matcher.options === refId;
    case "byRegexp": return regexpOf(String(o.matcher.options)).test(name);
    default: return false;
  }
}

function regexpOf(text: string): RegExp {
  const found = /^\/(.*)\/([a-z]*)$/s.exec(text);
  return found ? new RegExp(found[1]!, found[2]) : new RegExp(`^${text}$`);
}

function withProperty(field: FieldOptions, p: { id: string; value?: any }): FieldOptions {
  if (p.id.startsWith("custom.")) return { ...field, custom: { ...field.custom, [p.id.slice(7)]: p.value } };
  return { ...field, [p.id]: p.value };
}

/** The last value that is one, NaN when there is none. */
export function last(f: { values: number[] }): number {
  for (let i = f.values.length - 1; i >= 0; i--) if (!Number.isNaN(f.values[i])) return f.values[i]!;
  return NaN;
}

export const hasValues = (list: { values: number[] }[]) => list.some((f) => f.values.some((v) => !Number.isNaN(v)));

/** The steps of a threshold that lie above its base. */
export function limits(field: FieldOptions | undefined): { value: number; color: string }[] {
  return (field?.thresholds?.steps ?? []).filter((s) => s.value !== null && s.value !== undefined).map((s) => ({ value: s.value as number, color: s.color }));
}
