// The time range of the page, and its refresh. A range that ends now moves on
// with every refresh; steps are aligned, so that points stay where they are.
import { computed, effect, signal } from "@preact/signals";
import { location, setParams } from "./url.ts";

export interface TimeRange { from: number; to: number }

export const refreshSeconds = 15;
export const presets: [string, number][] = [
  ["15m", 900], ["1h", 3600], ["3h", 10800], ["6h", 21600], ["12h", 43200], ["24h", 86400], ["2d", 172800], ["7d", 604800], ["14d", 1209600],
];
const defaultFrom = "now-3h";

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** Reads `now`, `now-3h`, or Unix milliseconds, into seconds; NaN when it is neither. */
export function parseTime(text: string, now: number): number {
  const relative = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
  if (relative) return now - (relative[1] ? Number(relative[1]) * unitSeconds[relative[2]!]! : 0);
  if (/^\d{12,14}$/.test(text)) return Number(text) / 1000;
  const at = Date.parse(text);
  return at / 1000;
}

/** A moment as a datetime-local field takes it. */
export function forInput(seconds: number): string {
  const offset = new Date(seconds * 1000).getTimezoneOffset() * 60;
  return new Date((seconds - offset) * 1000).toISOString().slice(0, 16);
}

/** What the URL says, as text. */
export const rangeText = computed(() => {
  const p = location.value.params;
  return { from: p.get("from") ?? defaultFrom, to: p.get("to") ?? "now" };
});

/** Whether the range ends now. */
export const endsNow = computed(() => rangeText.value.to === "now");

/** Moves with each refresh, in seconds. */
export const now = signal(Date.now() / 1000);

/** The range in seconds, at the last refresh. */
export const range = computed<TimeRange>(() => {
  const { from, to } = rangeText.value;
  const start = parseTime(from, now.value), end = parseTime(to, now.value);
  if (!(start < end)) return { from: now.value - 10800, to: now.value };
  return { from: start, to: end };
});

/** Whether the page refreshes; the person may stop it. */
export const live = signal(true);
/** How many things hold the refresh just now: a pinned tooltip, an open menu. */
export const holds = signal(0);
export const refreshing = computed(() => live.value && endsNow.value && holds.value === 0);

/** Counts refreshes; what shows data asks again when it changes. */
export const tick = signal(0);

export function refresh() {
  now.value = Date.now() / 1000;
  tick.value++;
}

/** Refreshes while the page can be seen. Call once. */
export function startRefreshing() {
  let timer = 0;
  const arm = () => {
    window.clearInterval(timer);
    if (refreshing.value && !document.hidden) timer = window.setInterval(refresh, refreshSeconds * 1000);
  };
  effect(arm);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && refreshing.value && Date.now() / 1000 - now.value > refreshSeconds) refresh();
    arm();
  });
}

/** Shows from `from` to `to`, in the forms that the URL takes. */
export function setRange(from: string, to: string) {
  now.value = Date.now() / 1000;
  setParams({ from: from === defaultFrom && to === "now" ? null : from, to: to === "now" ? null : to });
}

export const setAbsolute = (from: number, to: number) => setRange(String(Math.round(from * 1000)), String(Math.round(to * 1000)));

/** Moves the range by a share of its length; later than now it ends now. */
export function shift(share: number) {
  const { from, to } = range.value, by = (to - from) * share;
  const latest = Date.now() / 1000;
  if (to + by >= latest) setRange(`now-${Math.round(to - from)}s`, "now");
  else setAbsolute(from + by, to + by);
}

/** Doubles the range around its middle. */
export function zoomOut() {
  const { from, to } = range.value, more = (to - from) / 2;
  const latest = Date.now() / 1000;
  if (to + more >= latest) setRange(`now-${Math.round((to - from) * 2)}s`, "now");
  else setAbsolute(from - more, to + more);
}
