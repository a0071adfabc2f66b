// The log of notifications.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { model } = await load({ model: "told/model.ts" });

const outcome = (over) => ({ at: "2026-03-10T14:00:00Z", receiver: "slack", integration: "slack[0]", alert: "A", firing: 1, resolved: 0, seconds: 0.1, ok: false, status: 500, answer: "", error: "no", retry: true, advice: "", ...over });

test("what fails again and again is folded, by receiver and alert", () => {
  const log = [
    outcome({ at: "7" }), outcome({ at: "6", receiver: "mail" }), outcome({ at: "5" }), outcome({ at: "4", ok: true, error: "" }), outcome({ at: "3", ok: true, error: "" }), outcome({ at: "2" }), outcome({ at: "1", error: "other" }), outcome({ at: "0", alert: "B" }),
  ];
  assert.deepEqual(model.folded(log).map((r) => [r.newest.at, ...r.before.map((o) => o.at)]), [["7", "5"], ["6"], ["4"], ["3"], ["2"], ["1"], ["0"]]);
  assert.deepEqual(model.folded([]), []);
});

test("how it goes, in one word", () => {
  const told = (receivers) => ({ data: { receivers, log: [] }, error: null, elsewhere: false });
  const receiver = (ok) => ({ name: "slack", integrations: [], last: ok === undefined ? null : outcome({ ok }) });
  assert.equal(model.stateOf(told([])), "none");
  assert.equal(model.stateOf(told([receiver()])), "ready");
  assert.equal(model.stateOf(told([receiver(true), receiver()])), "live");
  assert.equal(model.stateOf(told([receiver(true), receiver(false)])), "failing");
  assert.equal(model.stateOf({ data: null, error: null, elsewhere: true }), "elsewhere");
  assert.equal(model.stateOf({ data: null, error: null, elsewhere: false }), null);
});
