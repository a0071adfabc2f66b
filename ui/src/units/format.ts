// Numbers as people say them (`420 ms`, `2 m 34 s`, `$413`, `0.19 %`). Units are
// Grafana's ids; values agree with @grafana/data, which the tests hold them to:
// only the spelling differs.

/** One figure and its unit; several make one text: 2 m 34 s. */
export interface Piece {
  figure: string;
  unit: string;
  /** The unit stands before the figure: $413. */
  before?: boolean;
}

type Formatter = (value: number, decimals?: number) => Piece[];

const minute = 60, hour = 3600;

/** Digits after the point that leave about `digits` figures in sight. */
function decimalsFor(value: number, digits: number): number {
  const size = Math.abs(value);
  if (size === 0 || size >= 10 ** (digits - 1)) return 0;
  return Math.min(digits - 1 - Math.floor(Math.log10(size)), 8);
}

/** A figure without trailing zeros, unless the number of decimals is given. */
export function figure(value: number, digits: number, decimals?: number): string {
  if (decimals !== undefined) return value === 0 ? "0" : group(value.toFixed(decimals).replace(/^-(?=[0.]+$)/, ""));
  const text = value.toFixed(decimalsFor(value, digits));
  return group(text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace(/^-0$/, "0");
}

/** Thin groups of three before the point. */
function group(text: string): string {
  const [whole, rest] = text.split(".");
  const grouped = whole!.length > 3 ? whole!.replace(/\B(?=(\d{3})+$)/g, ",") : whole!;
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** Seconds: parts below a minute, then two units, the way a clock is read. */
function seconds(value: number, decimals?: number): Piece[] {
  const size = Math.abs(value), sign = value < 0 ? "-" : "";
  if (size === 0) return [{ figure: "0", unit: "s" }];
  if (size < 1e-6) return [{ figure: figure(value * 1e9, 2, decimals), unit: "ns" }];
  if (size < 1e-3) return [{ figure: figure(value * 1e6, 3, decimals), unit: "µs" }];
  if (size < 0.9995) return [{ figure: figure(value * 1e3, 3, decimals), unit: "ms" }];
  if (size < 59.95) return [{ figure: figure(value, 2, decimals), unit: "s" }];
  return twoUnits(size).map((p, i) => (i === 0 ? { ...p, figure: sign + p.figure } : p));
}

function twoUnits(size: number): Piece[] {
  const whole = Math.round(size);
  if (whole < hour) return pair([Math.floor(whole / minute), "m"], [whole % minute, "s"]);
  const minutes = Math.round(size / minute);
  if (minutes < 24 * 60) return pair([Math.floor(minutes / 60), "h"], [minutes % 60, "m"]);
  const hours = Math.round(size / hour);
  return pair([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

function pair(first: [number, string], second: [number, string]): Piece[] {
  const pieces = [{ figure: String(first[0]), unit: first[1] }];
  return second[0] === 0 ? pieces : [...pieces, { figure: String(second[0]), unit: second[1] }];
}

/** Scales by a base into the largest step that leaves at least 1. */
function scaled(base: number, steps: string[], digits = 3): Formatter {
  return (value, decimals) => {
    let step = 0, size = value;
    while (Math.abs(Number(size.toPrecision(digits))) >= base && step < steps.length - 1) {
      size /= base;
      step++;
    }
    return [{ figure: figure(size, digits, decimals), unit: steps[step]! }];
  };
}

const counts = scaled(1000, ["", "k", "M", "G", "T"]);
const bytes = scaled(1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
const decimalBytes = scaled(1000, ["B", "kB", "MB", "GB", "TB", "PB"]);

/** Events per second; slow ones per minute or hour would need another id. */
const rate: Formatter = (value, decimals) => counts(value, decimals).map((p) => ({ figure: p.figure, unit: p.unit + "/s" }));

/** Dollars; below one, cents. */
function dollars(value: number, decimals?: number): Piece[] {
  const size = Math.abs(value);
  if (size > 0 && size < 0.995) return cents(value * 100);
  if (size >= 99_999.5) return counts(value).map((p) => ({ figure: p.figure + p.unit, unit: "$", before: true }));
  return [{ figure: group(value.toFixed(decimals ?? (size >= 99.995 || size === 0 ? 0 : 2))), unit: "$", before: true }];
}

/** Two figures, the second even when it is zero: 4.0 ¢, as prices are written. */
const cents: Formatter = (value, decimals) => [{ figure: Math.abs(value) >= 0.0995 ? figure(value, 2, decimals ?? decimalsFor(value * 1.005, 2)) : figure(value, 2, decimals), unit: "¢" }];

const percent: Formatter = (value, decimals) => [{ figure: figure(value, Math.abs(value) >= 100 ? 3 : 2, decimals), unit: "%" }];

const formatters: Record<string, Formatter> = {
  none: (v, d) => [{ figure: figure(v, 4, d), unit: "" }],
  short: counts,
  s: seconds,
  ms: (v, d) => seconds(v / 1000, d),
  percent,
  percentunit: (v, d) => percent(v * 100, d),
  reqps: rate, ops: rate,
  bytes, decbytes: decimalBytes,
  Bps: (v, d) => decimalBytes(v, d).map((p) => ({ ...p, unit: p.unit + "/s" })),
  binBps: (v, d) => bytes(v, d).map((p) => ({ ...p, unit: p.unit + "/s" })),
  currencyUSD: dollars,
  /** Not Grafana's: what /api/alerts and /api/spend send. */
  currencyCents: (v, d) => dollars(v / 100, d),
  "suffix:¢": cents,
  "suffix:×": (v, d) => [{ figure: figure(v, 3, d), unit: "×" }],
};

/** The ids of units that can be drawn; a dashboard that uses another fails a test. */
export const units = Object.keys(formatters);

/** A value as pieces, for tiles that set the unit smaller than the figure. */
export function pieces(value: number, unit = "short", decimals?: number): Piece[] {
  if (!Number.isFinite(value)) return [{ figure: Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞", unit: "" }];
  return (formatters[unit] ?? counts)(value, decimals);
}

/** A value as text: `2 m 34 s`, `$413`, `9.2/s`, `12.4k`. */
export function format(value: number, unit?: string, decimals?: number): string {
  return pieces(value, unit, decimals).map(join).join(" ");
}

function join(p: Piece): string {
  if (p.before) return p.figure.startsWith("-") ? `-${p.unit}${p.figure.slice(1)}` : p.unit + p.figure;
  return tight.test(p.unit) ? p.figure + p.unit : `${p.figure} ${p.unit}`;
}

/** Units that stand at the figure without a space: 12.4k, 9.2/s, 1.14×. */
const tight = /^([kMGT]?(\/\w+)?|×)$/;

/** A round value for an axis: no trailing zeros. */
export function round(value: number, unit?: string): string {
  return format(value, unit).replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
}

/** The exact value, for tooltips and tables. */
export function exact(value: number, unit?: string): string {
  const text = Number.isInteger(value) ? String(value) : value.toPrecision(6).replace(/\.?0+$/, "");
  return `${text} ${unit === "percentunit" ? "(ratio)" : unit === "currencyUSD" ? "USD" : unit ?? ""}`.trim();
}
