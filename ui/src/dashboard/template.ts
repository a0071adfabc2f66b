// Variables in expressions, legends and links, as Grafana replaces them.

/** A variable's value: one text, or several; `all` when it stands for every value. */
export interface Value { texts: string[]; multi: boolean; all: boolean; allValue?: string }
export type Values = Record<string, Value>;

const reference = /\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)\]\]/g;

/** Replaces references in PromQL: several values become a regular expression. `built` are `__interval` and the like. */
export function interpolate(expr: string, values: Values, built: Record<string, string>): string {
  return expr.replace(reference, (whole, a, b, form, c) => {
    const name = a ?? b ?? c;
    if (name in built) return built[name]!;
    const value = values[name];
    return value ? inQuery(value, form) : whole;
  });
}

function inQuery(v: Value, form?: string): string {
  if (v.all && v.allValue) return v.allValue;
  if (form === "raw") return v.texts.join(",");
  if (!v.multi) return form === "regex" ? escapeRegex(v.texts[0] ?? "") : escapeString(v.texts[0] ?? "");
  const escaped = v.texts.map(escapeRegex);
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`;
}

/** Escapes for a regular expression inside a quoted PromQL string. */
function escapeRegex(text: string): string {
  return escapeString(text.replace(/[\\^$*+?.()|[\]{}]/g, "\\$&"));
}

/** Escapes for a quoted PromQL string. */
function escapeString(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Replaces references in links and titles with plain text. */
export function inText(text: string, values: Values, built: Record<string, string> = {}): string {
  return text.replace(reference, (whole, a, b, _form, c) => {
    const name = a ?? b ?? c;
    if (name in built) return built[name]!;
    const value = values[name];
    return value ? (value.all ? "all" : value.texts.join(", ")) : whole;
  });
}

/** The name of a series: its legend with {{label}} filled in, else its labels. */
export function legend(form: string | undefined, labels: Record<string, string>, fallback: string): string {
  if (form && form !== "__auto") return form.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name) => labels[name] ?? "");
  const own = Object.entries(labels).filter(([name]) => name !== "__name__");
  if (own.length === 0) return labels.__name__ ?? fallback;
  if (own.length === 1) return own[0]![1];
  return own.map(([name, value]) => `${name}=${value}`).join(", ");
}
