import assert from "node:assert/strict";
import test from "node:test";
import { grafana, load } from "./load.mjs";

const { rangeUtil } = grafana();
const { interval } = await load({ interval: "dashboard/interval.ts" });

test("steps are rounded as Grafana rounds them", () => {
  for (let ms = 1; ms < 4e9; ms = Math.ceil(ms * 1.013))
    assert.equal(interval.roundInterval(ms / 1000) * 1000, rangeUtil.roundInterval(ms), `${ms} ms`);
});

test("a step is Grafana's for the same range, width and least interval", () => {
  for (const hours of [0.25, 1, 3, 6, 12, 24, 48, 168, 336])
    for (const points of [60, 400, 720, 1200, 3000])
      for (const least of ["5s", "15s", "1m", "5m"]) {
        const to = 1_790_000_000_000, range = { from: { valueOf: () => to - hours * 3.6e6 }, to: { valueOf: () => to } };
        const want = rangeUtil.calculateInterval(range, points, least).intervalMs / 1000;
        assert.equal(interval.stepFor(hours * 3600, points, interval.durationSeconds(least)), want, `${hours} h, ${points} points, least ${least}`);
      }
});

test("no query asks for more points than Prometheus gives", () => {
  for (const length of [60, 86400, 1209600, 31536000]) assert.ok(length / interval.stepFor(length, 1e6, 1) <= 11_000, `${length} s`);
});

test("rate intervals", () => {
  for (const [step, scrape, want] of [[1, 5, 20], [15, 5, 20], [20, 5, 25], [60, 5, 65], [60, 60, 240], [300, 60, 360]])
    assert.equal(interval.rateInterval(step, scrape), want, `step ${step}, scrape ${scrape}`);
});

test("durations", () => {
  for (const text of ["100ms", "5s", "15s", "1m", "2h", "1d", "1w"]) assert.equal(interval.durationSeconds(text), rangeUtil.intervalToSeconds(text), text);
  assert.equal(interval.durationSeconds(">1m"), 60);
  for (const text of ["", "auto", "m", "-1m", "1 parsec"]) assert.ok(Number.isNaN(interval.durationSeconds(text)), text);
  assert.equal(interval.promDuration(15), "15s");
  assert.equal(interval.promDuration(0.1), "100ms");
});
