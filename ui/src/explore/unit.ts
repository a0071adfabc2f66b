// The unit of a query's values, guessed from the names of metrics (their suffix
// is their unit: https://prometheus.io/docs/practices/naming/) and from what is
// done with them.
import { bare, metricsIn } from "./expression.ts";

/** What the page offers. */
export const offeredUnits = ["short", "s", "percentunit", "percent", "currencyCents", "currencyUSD", "bytes", "binBps", "reqps", "none"];

/** A Grafana unit id; "short" where nothing is known. */
export function guessUnit(expr: string): string {
  return unitOf(bare(expr));
}

function unitOf(text: string): string {
  const inside = unwrapped(text);
  const [left, right] = dividedAtTop(inside);
  if (right === undefined) return single(inside);
  if (isNumber(right)) return unitOf(left) === "currencyCents" && Number(right) === 100 ? "currencyUSD" : "short";
  if (/_count\b/.test(right) && /_sum\b/.test(left)) return suffixUnit(metricIn(left));
  return sameKind(left, right) ? "percentunit" : "short";
}

/** Without brackets around all of it, and without functions that keep the unit. */
function unwrapped(text: string): string {
  const found = /^(sum|max|min|avg|topk|bottomk|quantile|sort|sort_desc|clamp_max|clamp_min|abs|ceil|floor|round|last_over_time|max_over_time|min_over_time|avg_over_time|sum_over_time|)\s*\((.*)\)$/s.exec(text.trim());
  if (!found || !closesAtEnd(text.trim())) return text.trim();
  const parts = splitAtTop(found[2]!, ",").map((p) => p.trim());
  return unwrapped(parts.find((p) => !isNumber(p)) ?? "");
}

function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (let i = text.indexOf("("); i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")" && --depth === 0) return i === text.length - 1;
  }
  return false;
}

function splitAtTop(text: string, by: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const c of text) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (c === by && depth === 0) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts;
}

/** Both sides of the one division that is outside all brackets. */
function dividedAtTop(text: string): [string, string?] {
  const parts = splitAtTop(text, "/");
  return parts.length === 2 ? [parts[0]!.trim(), unwrapped(parts[1]!)] : [text];
}

const isNumber = (text: string) => text.trim() !== "" && !Number.isNaN(Number(text));

const counting = /^(count|count_values|group|changes|resets|absent|present_over_time|count_over_time|absent_over_time)\s*\(/;

function single(text: string): string {
  if (counting.test(text) || !metricIn(text)) return "short";
  const metric = metricIn(text), unit = suffixUnit(metric);
  if (/timestamp_seconds$/.test(metric)) return /\btime\s*\(/.test(text) ? "s" : "none";
  if (/\b(rate|irate|deriv)\s*\(/.test(text) && !/_bucket$/.test(metric)) return unit === "bytes" ? "binBps" : unit === "short" ? "reqps" : "short";
  return splitAtTop(text, "*").length > 1 ? "short" : unit;
}

const metricIn = (text: string) => metricsIn(text)[0] ?? "";

const suffixes: [RegExp, string][] = [
  [/(^|[_:])(error_)?ratio([_:]|$)/, "percentunit"], [/_percent(age)?([_:]|$)/, "percent"], [/_count$/, "short"],
  [/_cents(_(total|sum|bucket))?(:|$)/, "currencyCents"], [/_bytes(_(total|sum|bucket))?(:|$)/, "bytes"], [/_seconds(_(total|sum|bucket))?(:|$)/, "s"],
];

const suffixUnit = (metric: string) => suffixes.find(([pattern]) => pattern.test(metric))?.[1] ?? "short";

/** Whether one divided by the other is a share. */
function sameKind(left: string, right: string): boolean {
  const counted = (text: string) => /\b(rate|irate|increase)\s*\(/.test(text);
  const a = metricIn(left), b = metricIn(right);
  return a !== "" && b !== "" && suffixUnit(a) === suffixUnit(b) && counted(left) === counted(right) && (counted(left) || suffixUnit(a) !== "short");
}
