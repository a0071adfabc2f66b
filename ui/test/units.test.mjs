import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { join } from "node:path";
import { grafana, load, root } from "./load.mjs";

const { getValueFormat } = grafana();
const { units: ours } = await load({ units: "units/format.ts" });
const drawable = JSON.parse(readFileSync(join(root, "ui/src/dashboard/drawable.json"), "utf8"));

/** What one of each unit is in the unit that the value came in. */
const factors = {
  "": 1, k: 1e3, K: 1e3, M: 1e6, Mil: 1e6, G: 1e9, B: 1, Bil: 1e9, T: 1e12, Tri: 1e12, Quadr: 1e15,
  "/s": 1, "k/s": 1e3, "M/s": 1e6, "G/s": 1e9, "T/s": 1e12, "/min": 1, "k/min": 1e3, "M/min": 1e6, "G/min": 1e9, "T/min": 1e12, "×": 1, x: 1, "¢": 1,
  kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4, PiB: 1024 ** 5,
  ns: 1e-9, "µs": 1e-6, ms: 1e-3, s: 1, m: 60, min: 60, mins: 60, h: 3600, hour: 3600, hours: 3600, d: 86400, day: 86400, days: 86400,
  week: 604800, weeks: 604800, year: 31_556_900, years: 31_556_900, "%": 0.01,
};
for (const [letter, size] of [["m", 1e-3], ["µ", 1e-6], ["n", 1e-9], ["p", 1e-12], ["f", 1e-15]]) factors[`${letter}B`] = size;
for (const name of ["B", "mB", "µB", "nB", "pB", "fB", "kB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB"]) factors[`${name}/s`] = factors[name];
for (const kind of ["req/s", "ops/s", "c/s", "rps", "wps", "e/s"]) ["", "K", "M", "B", "T"].forEach((k, i) => { factors[`${k} ${kind}`.trim()] = 1000 ** i; });

/** Reads a text back: its value in the unit's base, and half of its last digit. */
function readBack(text, unit) {
  const sign = /^[-−]/.test(text) ? -1 : 1, dollar = text.includes("$");
  let value = 0, slack = 0;
  for (const [, digits, unitText] of text.replace(/^[-−]?\$?-?/, "").matchAll(/([\d.,]+(?:e[+-]?\d+)?)\s*([^\d.,]*)/g)) {
    const figure = digits.replaceAll(",", ""), factor = factorOf(unitText.trim(), unit, dollar);
    value += Number(figure) * factor;
    slack = 0.5 * 10 ** -(figure.split(".")[1] ?? "").length * factor;
  }
  return { value: sign * value, slack };
}

function factorOf(unitText, unit, dollar) {
  const factor = dollar && unitText === "B" ? 1e9 : factors[unitText];
  assert.notEqual(factor, undefined, `the test does not know the unit ${JSON.stringify(unitText)} of ${unit}`);
  if (unit === "ms" && unitText.startsWith("year")) return 365 * 86_400_000; // not that of Grafana's s
  if (unit === "ms") return factor * 1000;
  if (unit === "percent") return factor * 100;
  return unit === "currencyUSD" && unitText === "¢" ? 0.01 : factor;
}

function grafanaText(unit, value, decimals) {
  const f = getValueFormat(unit)(value, decimals);
  return `${f.prefix ?? ""}${f.text}${f.suffix ?? ""}`;
}

/** Values of every size: the powers of ten, around each step of any unit, and in between. */
function values() {
  const steps = [1, 10, 60, 99.5, 99.995, 100, 999.5, 1000, 1024, 3600, 9999.5, 86400, 99_999.5, 604800, 1e6, 1024 ** 2, 1e9, 1024 ** 3, 1e12];
  const around = steps.flatMap((s) => [0.94, 0.994, 0.9949, 0.9951, 0.9994, 0.9996, 1, 1.0004, 1.06, 1.5, 2.567].map((f) => s * f));
  const powers = Array.from({ length: 22 }, (_, i) => 10 ** (i - 9)).flatMap((p) => [p, 1.234 * p, 5.05 * p, 9.96 * p]);
  const positive = [0.0019, 0.042, 0.42, 8.4, 154, 3900, ...around, ...powers];
  return [0, ...positive, ...positive.map((v) => -v)];
}

test("every unit is Grafana's, but for the spelling", async (t) => {
  for (const unit of drawable.units)
    await t.test(unit, () => {
      for (const value of values())
        for (const decimals of [undefined, 0, 2]) {
          const text = ours.format(value, unit, decimals), mine = readBack(text, unit);
          const oracle = readBack(grafanaText(unit, value, 6), unit);
          const room = (mine.slack + oracle.slack) * 1.000001 + Math.abs(value) * 1e-12;
          assert.ok(Math.abs(mine.value - oracle.value) <= room, `${value} ${unit} (decimals ${decimals}): ${text}, Grafana says ${grafanaText(unit, value, 6)}`);
        }
    });
});

test("what is shown is within five percent", () => {
  for (const unit of drawable.units)
    for (const value of values()) {
      if (Math.abs(value) < 1e-7) continue;
      const text = ours.format(value, unit);
      assert.ok(Math.abs(readBack(text, unit).value - value) <= Math.abs(value) * 0.0501, `${value} ${unit}: ${text} is too coarse`);
    }
});

test("spelling", () => {
  for (const [value, unit, want] of [
    [0.42, "s", "420 ms"], [8.4, "s", "8.4 s"], [8.44, "s", "8.4 s"], [8, "s", "8 s"], [12.3, "s", "12 s"], [59.97, "s", "1 m"], [154, "s", "2 m 34 s"], [120, "s", "2 m"], [3599.6, "s", "1 h"],
    [3900, "s", "1 h 5 m"], [86400, "s", "1 d"], [93600, "s", "1 d 2 h"], [0, "s", "0 s"], [0.9999, "s", "1 s"], [0.00042, "s", "420 µs"], [-154, "s", "-2 m 34 s"], [420, "ms", "420 ms"], [154000, "ms", "2 m 34 s"],
    [0.0019, "percentunit", "0.19 %"], [0.46, "percentunit", "46 %"], [1, "percentunit", "100 %"], [0, "percentunit", "0 %"], [12, "percentunit", "1,200 %"],
    [413, "currencyUSD", "$413"], [96.1, "currencyUSD", "$96.10"], [1240, "currencyUSD", "$1,240"], [12400, "currencyUSD", "$12,400"], [0, "currencyUSD", "$0"], [0.04, "currencyUSD", "4.0 ¢"], [0.4, "currencyUSD", "40 ¢"],
    [0.0025, "currencyUSD", "0.25 ¢"], [0.00007, "currencyUSD", "0.007 ¢"], [-5, "currencyUSD", "-$5.00"], [0.9996, "currencyUSD", "$1.00"],
    [4, "suffix:¢", "4.0 ¢"], [3.96, "suffix:¢", "4.0 ¢"], [40, "suffix:¢", "40 ¢"], [0.25, "suffix:¢", "0.25 ¢"], [9.97, "suffix:¢", "10 ¢"], [413, "suffix:¢", "413 ¢"], [0, "suffix:¢", "0 ¢"], [4, "currencyCents", "4.0 ¢"], [41300, "currencyCents", "$413"],
    [1.14, "suffix:×", "1.14×"], [2, "suffix:×", "2×"], [9.2, "reqps", "9.2/s"], [12400, "reqps", "12.4k/s"], [0, "reqps", "0/s"], [9.2, "ops", "9.2/s"],
    [12400, "short", "12.4k"], [999.7, "short", "1k"], [28, "short", "28"], [0, "short", "0"], [1.24e6, "short", "1.24M"], [-1234, "short", "-1.23k"], [-0.00000000001, "short", "0"],
    [1536, "bytes", "1.5 KiB"], [1500, "decbytes", "1.5 kB"], [1e6, "Bps", "1 MB/s"], [0, "bytes", "0 B"], [12345, "none", "12,345"], [NaN, "s", "–"], [Infinity, "s", "∞"], [-Infinity, "short", "−∞"],
  ]) assert.equal(ours.format(value, unit), want, `${value} ${unit}`);
});

test("nothing is less than nothing", () => {
  for (const unit of drawable.units)
    for (const decimals of [undefined, 0, 2]) assert.doesNotMatch(ours.format(-1e-12, unit, decimals), /^-0(\.0+)?(?![\d.])/, unit);
});

test("axes have no zeros at the end", () => {
  for (const [value, unit, want] of [[40, "currencyUSD", "$40"], [5, "s", "5 s"], [0.04, "currencyUSD", "4 ¢"], [2.5, "currencyUSD", "$2.5"], [20, "percentunit", "2,000 %"], [100, "short", "100"], [1000, "short", "1k"], [0.5, "s", "500 ms"]])
    assert.equal(ours.round(value, unit), want, `${value} ${unit}`);
});
