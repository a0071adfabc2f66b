// Matchers, patterns and ends of silences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { model, pattern, until, band } = await load({ model: "silences/model.ts", pattern: "silences/pattern.ts", until: "silences/until.ts", band: "silences/band.ts" });

const matcher = (name, value, isRegex = false, isEqual = true) => ({ name, value, isRegex, isEqual });

test("matchers are read as Alertmanager writes them", () => {
  for (const [text, want] of [
    ['queue_name="renders"', matcher("queue_name", "renders")],
    ["queue_name=renders", matcher("queue_name", "renders")],
    [' alertname =~ "A|B" ', matcher("alertname", "A|B", true)],
    ['a!~"x"', matcher("a", "x", true, false)],
    ['a!="say \\"hi\\" \\\\ \\n"', matcher("a", 'say "hi" \\ \n', false, false)],
    ['"odd name"="1=2"', matcher("odd name", "1=2")],
    ['a=""', matcher("a", "")],
    ["what?", null], ["", null], ['a="open', null], ['="x"', null], ['a=x"y', null],
  ]) {
    assert.deepEqual(model.parseMatcher(text), want, text);
    if (want) assert.deepEqual(model.parseMatcher(model.matcherText(want)), want, text);
  }
});

test("a silence covers what all its matchers match", () => {
  const covers = (matchers, labels) => model.covers({ matchers }, labels);
  assert.ok(covers([matcher("alertname", "A"), matcher("q", "x|y", true)], { alertname: "A", q: "y" }));
  assert.ok(!covers([matcher("alertname", "A"), matcher("q", "x|y", true)], { alertname: "A", q: "xy" }));
  assert.ok(covers([matcher("q", "x", false, false)], {}), "an absent label is empty");
  assert.ok(!covers([matcher("q", ".+", true)], {}));
  assert.ok(covers(model.everything, { alertname: "A" }) && !covers(model.everything, { alertname: "Watchdog" }));
});

test("a pause is of everything", () => {
  assert.ok(model.isPause({ matchers: model.everything }));
  assert.ok(model.isPause({ matchers: [matcher("alertname", ".+", true)] }));
  assert.ok(!model.isPause({ matchers: [...model.everything, matcher("q", "x")] }));
  assert.ok(!model.isPause({ matchers: [matcher("alertname", "A.+", true)] }) && !model.isPause({ matchers: [] }));
});

test("patterns that could take for ever are not tried", () => {
  const begin = performance.now();
  for (const evil of ["(a+)+$", "(a|a)*b", "(.*)(.*)(.*)(.*)x", "a*a*a*b", "((a+)*)*", "a".repeat(400), "(", "(?i)x"]) assert.equal(pattern.matchesText(evil, "a".repeat(1000)), false, evil);
  assert.ok(performance.now() - begin < 500);
  assert.ok(pattern.matchesText("render-.*", "render-hd") && pattern.matchesText("a|b", "b") && !pattern.matchesText("a|b", "ab"));
});

test("until when", () => {
  const now = Date.parse("2026-03-10T14:31:00");
  assert.equal(until.endOf({ choice: "1h", custom: "" }, now), now + 3_600_000);
  assert.equal(until.endOf({ choice: "tomorrow", custom: "" }, now), Date.parse("2026-03-11T09:00:00"));
  assert.deepEqual(until.beginWith("90m", now), { choice: "custom", custom: "2026-03-10T16:01" });
  assert.equal(until.beginWith("4h", now).choice, "4h");
  for (const bad of ["", null, "1y", "-1h", "1e9h", "999999w", "<b>"]) assert.equal(until.beginWith(bad, now).choice, "1h", bad);
});

test("spans are cut at now and to the range", () => {
  const now = Date.now() / 1000, at = (s) => new Date((now + s) * 1000).toISOString();
  const silence = (from, to, matchers) => ({ id: `${from}`, status: { state: "active" }, startsAt: at(from), endsAt: at(to), createdBy: "", comment: "why", matchers });
  const list = [silence(-60, 600, [matcher("alertname", "A")]), silence(-7200, -7000, [matcher("alertname", "A")]), silence(60, 600, [matcher("alertname", "A")]), silence(-60, 600, [matcher("alertname", "B")])];
  const spans = band.spansOf(list, { alertname: "A" }, { from: now - 3600, to: now });
  assert.equal(spans.length, 1);
  assert.ok(Math.abs(spans[0].to - now) < 5 && spans[0].who === "–" && spans[0].ends > now + 500);
  assert.equal(band.spansOfRule([silence(-60, 600, [matcher("alertname", "A"), matcher("q", "x")]), silence(-60, 600, [matcher("q", "x")]), silence(-60, 600, model.everything)], "A", { from: now - 3600, to: now }).length, 1);
});
