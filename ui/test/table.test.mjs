import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { table, frames } = await load({ table: "dashboard/table.ts", frames: "dashboard/frames.ts" });

const columns = (...names) => names.map((name) => ({ name, kind: "text" }));

test("CSV is RFC 4180", () => {
  const text = table.csv({ columns: columns("a", "b, c", 'd"e'), rows: [["x", 1.5, null], ['q"q', "two\nlines", "a,b"]] });
  assert.equal(text, 'a,"b, c","d""e"\r\nx,1.5,\r\n"q""q","two\nlines","a,b"\r\n');
});

test("no cell of a CSV is a formula", () => {
  for (const evil of ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x","y")']) {
    const cell = table.csv({ columns: columns("a"), rows: [[evil]] }).split("\r\n")[1];
    assert.match(cell, /^"?'/, JSON.stringify(evil));
  }
  assert.equal(table.csv({ columns: columns("a"), rows: [[-1.5]] }), "a\r\n-1.5\r\n", "numbers stay numbers");
  assert.equal(table.csv({ columns: columns("=a"), rows: [] }), "'=a\r\n", "nor is a column's name");
});

const target = (refId, legendFormat) => ({ refId, expr: refId, legendFormat });
const series = (labels, value) => ({ labels, times: [1], values: [value] });

test("a table panel merges its queries by labels, organised and sorted", () => {
  const panel = {
    type: "table", fieldConfig: { defaults: {}, overrides: [{ matcher: { id: "byName", options: "Spend" }, properties: [{ id: "unit", value: "currencyUSD" }] }] },
    transformations: [{ id: "merge", options: {} }, { id: "organize", options: { excludeByName: { Time: true, job: true }, renameByName: { model: "Model", "Value #A": "Spend", "Value #B": "Calls" }, indexByName: { model: 0, "Value #B": 1, "Value #A": 2 } } }],
    options: { sortBy: [{ displayName: "Spend", desc: true }] },
  };
  const list = [
    ...frames.frames(target("A"), [series({ model: "a", job: "x" }, 1), series({ model: "b", job: "x" }, 5)], panel.fieldConfig),
    ...frames.frames(target("B"), [series({ model: "b", job: "x" }, 7)], panel.fieldConfig),
  ];
  const rows = table.tableRows(panel, { frames: list });
  assert.deepEqual(rows.columns.map((c) => [c.name, c.kind, c.unit]), [["Model", "text", undefined], ["Calls", "number", undefined], ["Spend", "number", "currencyUSD"]]);
  assert.deepEqual(rows.rows, [["b", 7, 5], ["a", null, 1]]);
});

test("a chart as a table has the newest time first and holes as nothing", () => {
  const frame = { name: "a", labels: {}, refId: "A", times: [1, 2], values: [NaN, 3], field: {} };
  const rows = table.seriesRows({ frames: [frame] });
  assert.deepEqual(rows.rows.map((r) => r[1]), [3, null]);
});

test("overrides match by name, by expression and by query, in their order", () => {
  const config = { defaults: { unit: "s" }, overrides: [
    { matcher: { id: "byRegexp", options: "/p9\\d/" }, properties: [{ id: "unit", value: "ms" }, { id: "custom.lineWidth", value: 2 }] },
    { matcher: { id: "byName", options: "p95" }, properties: [{ id: "unit", value: "none" }] },
    { matcher: { id: "byRegexp", options: "p5" }, properties: [{ id: "decimals", value: 1 }] },
    { matcher: { id: "byFrameRefID", options: "B" }, properties: [{ id: "displayName", value: "other" }] },
  ] };
  assert.equal(frames.optionsOf(config, "p50", "A").unit, "s");
  assert.equal(frames.optionsOf(config, "p50", "A").decimals, undefined, "an expression without slashes is the whole name");
  assert.equal(frames.optionsOf(config, "p99", "A").unit, "ms");
  assert.equal(frames.optionsOf(config, "p99", "A").custom.lineWidth, 2);
  assert.equal(frames.optionsOf(config, "p95", "A").unit, "none");
  assert.equal(frames.frames(target("B", "x"), [series({}, 1)], config)[0].name, "other");
});
