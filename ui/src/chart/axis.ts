// Axes that people can read: few labels, at round values of their unit.
import { round } from "../units/format.ts";

/** Steps of one decade or of time, in the unit's own base. */
const decimal = [1, 2, 2.5, 5, 10];
const clock = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

/** At most five round values from low to high. */
export function ticks(low: number, high: number, unit: string | undefined, most = 4): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const step = stepOf(span / most, unit);
  const out: number[] = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) out.push(Math.abs(v) < step * 1e-9 ? 0 : Number(v.toPrecision(12)));
  return out;
}

function stepOf(least: number, unit: string | undefined): number {
  if (unit === "s" && least >= 1) return clock.find((c) => c >= least) ?? decimalStep(least / 86400) * 86400;
  if (unit === "bytes" && least >= 1) {
    const power = 1024 ** Math.floor(Math.log2(least) / 10);
    return decimalStep(least / power) * power;
  }
  return decimalStep(least);
}

function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return decimal.find((d) => d * power >= least * 0.999999)! * power;
}

/** The upper end of an axis from zero: the next round value above what is drawn. */
export function niceTop(high: number, unit: string | undefined): number {
  if (!(high > 0)) return 1;
  const step = stepOf(high / 4, unit);
  return Math.ceil(high / step - 1e-9) * step;
}

export const tickText = (v: number, unit?: string) => (v === 0 && unit !== "none" ? zero(unit) : round(v, unit));

const zero = (unit?: string) => (unit === "currencyUSD" ? "$0" : "0");

const dayTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayTimeSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOnly = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });

/** Labels for moments that stand `step` seconds apart: a day's name where a day begins. */
export function timeText(at: number, step: number): string {
  const date = new Date(at * 1000);
  if (step >= 86400 || (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0)) return dayOnly.format(date);
  return step < 60 ? dayTimeSeconds.format(date) : dayTime.format(date);
}

export const clockText = (at: number) => dayTime.format(new Date(at * 1000));
export const clockSeconds = (at: number) => dayTimeSeconds.format(new Date(at * 1000));
export const fullTime = (at: number) => full.format(new Date(at * 1000));
/** Date and time, without the date when it is today. */
export function whenText(at: number): string {
  const date = new Date(at * 1000);
  return date.toDateString() === new Date().toDateString() ? dayTime.format(date) : `${dayOnly.format(date)}, ${dayTime.format(date)}`;
}

/** Round moments of local time, `least` seconds apart or more. */
export function timeTicks(from: number, to: number, most: number): { at: number[]; step: number } {
  const steps = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600];
  const step = steps.find((s) => (to - from) / s <= most) ?? 2592000;
  const at: number[] = [];
  const offset = -new Date(from * 1000).getTimezoneOffset() * 60;
  for (let t = Math.ceil((from + offset) / step) * step - offset; t <= to; t += step) at.push(t);
  return { at, step };
}
