import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { join } from "node:path";
import { load, root } from "./load.mjs";

const { panel, units, colour, model, template } = await load({
  panel: "dashboard/Panel.tsx", units: "units/format.ts", colour: "chart/colour.ts", model: "dashboard/model.ts", template: "dashboard/template.ts",
});
const list = JSON.parse(readFileSync(join(root, "ui/src/dashboard/drawable.json"), "utf8"));
const dashboards = ["luneo-kpis", "luneo-overview"].map((uid) => JSON.parse(readFileSync(join(root, `monitoring/grafana/dashboards/${uid}.json`), "utf8")));

test("every panel type of the list is drawn", () => {
  for (const type of list.panels) assert.ok(panel.drawable.includes(type), type);
});

test("every unit of the list is written in its own way", () => {
  for (const unit of list.units) assert.ok(units.units.includes(unit), unit);
});

test("every colour of the list is one of Luneo's", () => {
  for (const name of list.colors) assert.ok(name === "transparent" || colour.named(name) !== name, name);
});

const allPanels = (d) => d.panels.flatMap((p) => [p, ...(p.panels ?? [])]);

test("the dashboards use what the list has", () => {
  for (const d of dashboards)
    for (const p of allPanels(d)) {
      const where = `${d.uid}, ${p.title}`;
      assert.ok(list.panels.includes(p.type), `${where}: type ${p.type}`);
      const fields = [p.fieldConfig?.defaults?.unit, ...(p.fieldConfig?.overrides ?? []).flatMap((o) => o.properties.filter((q) => q.id === "unit").map((q) => q.value)), p.options?.yAxis?.unit];
      for (const unit of fields) assert.ok(unit === undefined || list.units.includes(unit), `${where}: unit ${unit}`);
      for (const o of p.fieldConfig?.overrides ?? []) for (const q of o.properties) assert.ok(list.overrides.includes(q.id), `${where}: override ${q.id}`);
      for (const path of leaves(p.options ?? {})) assert.ok(list.options[p.type].includes(path), `${where}: option ${path}`);
    }
});

/** The paths of the values of an object; those of arrays without their places. */
function leaves(value, path = "") {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, Array.isArray(value) ? path : path ? `${path}.${key}` : key));
}

test("every panel is in a section, and every guarded panel names a rule", () => {
  for (const d of dashboards) {
    const inSections = model.sections(d).flatMap((s) => [...(s.row ? [s.row] : []), ...s.panels]);
    assert.equal(inSections.length, allPanels(d).length, d.uid);
  }
  const rules = new Set(dashboards.flatMap((d) => allPanels(d).map(model.ruleOf)).filter(Boolean));
  for (const rule of ["QueueWaitTimeHigh", "ErrorRateHigh", "CostSpikeDetected"]) assert.ok(rules.has(rule), rule);
});

test("every reference in a query is one that is filled in", () => {
  const built = ["__interval", "__interval_ms", "__rate_interval", "__range", "__range_s"];
  for (const d of dashboards) {
    const known = [...d.templating.list.map((v) => v.name), ...built];
    const values = Object.fromEntries(known.map((n) => [n, { texts: ["x"], multi: false, all: false }]));
    for (const p of allPanels(d))
      for (const t of p.targets ?? []) assert.doesNotMatch(template.interpolate(t.expr, values, {}), /\$\w|\$\{|\[\[/, `${d.uid}, ${p.title}`);
  }
});
