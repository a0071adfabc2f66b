// Steps and rate intervals, as Grafana computes them.

/** Reads `15s`, `1m`, `2h`, `1d`, `100ms` into seconds; also `>1m`. NaN when it is none. */
export function durationSeconds(text: string): number {
  const found = /^>?\s*(\d+(?:\.\d+)?)(ms|[smhdwy])$/.exec(text.trim());
  if (!found) return NaN;
  const per: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31536000 };
  return Number(found[1]) * per[found[2]!]!;
}

/** Upper bounds in ms, and the interval below each: rangeUtil.roundInterval of @grafana/data. */
const rounds: [number, number][] = [
  [10, 1], [15, 10], [35, 20], [75, 50], [150, 100], [350, 200], [750, 500], [1500, 1000], [3500, 2000], [7500, 5000], [12500, 10000], [17500, 15000],
  [25000, 20000], [45000, 30000], [90000, 60000], [210000, 120000], [450000, 300000], [750000, 600000], [1050000, 900000], [1500000, 1200000],
  [2700000, 1800000], [5400000, 3600000], [9000000, 7200000], [16200000, 10800000], [32400000, 21600000], [86400000, 43200000],
  [604800000, 86400000], [1814400000, 604800000], [3628800000, 2592000000],
];

/** Rounds seconds to a step that people can read. */
export function roundInterval(seconds: number): number {
  const ms = seconds * 1000;
  for (const [below, interval] of rounds) if (ms < below) return interval / 1000;
  return 31536000;
}

/** The step of a query: what the points allow, at least `min`, never more than 11,000 points (Prometheus' limit). */
export function stepFor(length: number, points: number, min: number): number {
  return Math.max(roundInterval(length / points), min, Math.ceil(length / 11000));
}

/** The moments of a range that are asked for: on whole steps of 5 s or more, so that points stay where they are. */
export function gridOf(range: { from: number; to: number }, points: number): { from: number; to: number; step: number } {
  const step = stepFor(range.to - range.from, points, 5);
  return { from: Math.floor(range.from / step) * step, to: Math.floor(range.to / step) * step, step };
}

/** `$__rate_interval` (Grafana's Prometheus data source): at least four scrapes, and one more than the step. */
export function rateInterval(step: number, scrape: number): number {
  return Math.max(step + scrape, 4 * scrape);
}

/** Seconds as a PromQL duration. */
export function promDuration(seconds: number): string {
  return seconds >= 1 && Number.isInteger(seconds) ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1000))}ms`;
}
