import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { heatmap, colour, axis, annotations, overlay } = await load({
  heatmap: "panels/Heatmap.tsx", colour: "chart/colour.ts", axis: "chart/axis.ts", annotations: "chart/annotations.ts", overlay: "chart/overlay.ts",
});

const bucket = (le, ...values) => ({ name: le, labels: { le }, refId: "A", times: values.map((_, i) => i), values, field: {} });

test("heatmap buckets are counts of their own, in the order of their numbers", () => {
  const grid = heatmap.gridOf({ frames: [bucket("+Inf", 9, 4), bucket("10", 7, NaN), bucket("1", 2, 1), bucket("5", 5, 3)], step: 60 });
  assert.deepEqual(grid.tops, [1, 5, 10, Infinity]);
  assert.deepEqual(grid.cells.map((row) => row[0]), [2, 3, 2, 2]);
  assert.equal(grid.peak, 4);
  for (const row of grid.cells) for (const cell of row) assert.ok(cell >= 0, "a hole or a reset is no negative count");
});

test("heatmap buckets of several series add up", () => {
  const grid = heatmap.gridOf({ frames: [bucket("1", 2), bucket("1", 3), bucket("+Inf", 4), bucket("+Inf", 3)], step: 60 });
  assert.deepEqual(grid.cells, [[5], [2]]);
});

const named = (name, value = 1, field = {}) => ({ name, labels: {}, refId: "A", times: [0], values: [value], field });

test("a series keeps its colour when others come and go", () => {
  const palette = new colour.Palette();
  palette.assign([named("b"), named("d")]);
  const before = palette.of("d");
  palette.assign([named("a"), named("b"), named("c"), named("d")]);
  assert.equal(palette.of("d"), before);
  palette.assign([named("d")]);
  assert.equal(palette.of("d"), before);
  palette.assign([named("a"), named("b"), named("d")]);
  assert.equal(new Set(["a", "b", "d"].map((n) => palette.of(n))).size, 3, "no two share a colour");
});

test("colours go by the order of names, whatever the order of answers", () => {
  const one = new colour.Palette(), other = new colour.Palette();
  one.assign(["q2", "q10", "q1"].map((n) => named(n)));
  other.assign(["q1", "q2", "q10"].map((n) => named(n)));
  for (const n of ["q1", "q2", "q10"]) assert.equal(one.of(n), other.of(n), n);
});

test("eight series have eight colours, through any changes", () => {
  const palette = new colour.Palette();
  for (let i = 0; i < 40; i++) {
    const names = Array.from({ length: 8 }, (_, k) => `s${(i * 3 + k) % 20}`);
    palette.assign(names.map((n) => named(n)));
    assert.equal(new Set(names.map((n) => palette.of(n))).size, 8, `round ${i}: ${names}`);
  }
});

test("of many series the largest are drawn and the rest is counted", () => {
  const list = Array.from({ length: 200 }, (_, i) => named(`s${i}`, i));
  const { shown, hidden } = colour.pick([...list, named("limit", 1, { color: { mode: "fixed", fixedColor: "red" } })]);
  assert.equal(hidden.length, 192);
  assert.deepEqual(shown.map((f) => f.name), [...list.slice(192).map((f) => f.name), "limit"]);
});

test("axes have at most five labels, at round values", () => {
  for (const unit of ["s", "short", "bytes", "currencyUSD", "percentunit"])
    for (const high of [0.0007, 0.4, 1, 3, 17, 99, 101, 640, 3601, 12345, 9e6]) {
      const top = axis.niceTop(high, unit), at = axis.ticks(0, top, unit);
      assert.ok(top >= high, `${high} ${unit} reaches above ${top}`);
      assert.ok(at.length >= 2 && at.length <= 6, `${high} ${unit}: ${at}`);
      assert.equal(new Set(at.map((v) => axis.tickText(v, unit))).size, at.length, `${high} ${unit}: labels repeat: ${at.map((v) => axis.tickText(v, unit))}`);
    }
});

test("bands end where a series has a hole, and overlapping ones are one", () => {
  assert.deepEqual(annotations.runs([0, 10, 20, 30], [1, 1, NaN, 1], 10), [[0, 20], [30, 40]]);
  assert.deepEqual(overlay.union([{ from: 5, to: 8 }, { from: 0, to: 3 }, { from: 2, to: 4 }]), [[0, 4], [5, 8]]);
});
