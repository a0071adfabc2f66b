import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { template, variables, url } = await load({ template: "dashboard/template.ts", variables: "dashboard/variables.ts", url: "state/url.ts" });

const one = (text) => ({ texts: [text], multi: false, all: false });
const many = (...texts) => ({ texts, multi: true, all: false });
const all = { texts: [".*"], multi: true, all: true, allValue: ".*" };

test("variables in queries, as Grafana's Prometheus data source replaces them", () => {
  const built = { __rate_interval: "20s", __interval: "5s" };
  for (const [expr, vars, want] of [
    ['rate(x{q=~"$queue"}[$__rate_interval])', { queue: all }, 'rate(x{q=~".*"}[20s])'],
    ['x{q=~"$queue"}', { queue: many("render-hd") }, 'x{q=~"render-hd"}'],
    ['x{q=~"$queue"}', { queue: many("a", "b.c") }, 'x{q=~"(a|b\\\\.c)"}'],
    ['x{q=~"${queue}"}', { queue: many("a+b") }, 'x{q=~"a\\\\+b"}'],
    ['x{q=~"[[queue]]"}', { queue: many("a") }, 'x{q=~"a"}'],
    ["x[$interval]", { interval: one("5m") }, "x[5m]"],
    ["x[$__interval] $other", {}, "x[5s] $other"],
    ['x{q=~"${queue:regex}"}', { queue: one("a.b") }, 'x{q=~"a\\\\.b"}'],
    ['x{q=~"${queue:raw}"}', { queue: many("a", "b") }, 'x{q=~"a,b"}'],
  ]) assert.equal(template.interpolate(expr, vars, built), want);
});

test("a value from outside stays inside its string", () => {
  for (const evil of ['a"} or vector(1) #', "a\\", "a\nb", ".*", "a|b"]) {
    const query = template.interpolate('x{q=~"$queue"}', { queue: many(evil) }, {});
    const inside = /^x\{q=~"((?:[^"\\]|\\.)*)"\}$/s.exec(query);
    assert.ok(inside, `${JSON.stringify(evil)} leaves its string: ${query}`);
    const pattern = inside[1].replace(/\\(["\\n])/g, (_, c) => (c === "n" ? "\n" : c));
    assert.ok(new RegExp(`^(?:${pattern})$`).test(evil), `${query} does not match ${JSON.stringify(evil)}`);
  }
});

test("legends", () => {
  const labels = { __name__: "x", model: "gpt-4o", operation: "chat" };
  for (const [form, of, want] of [
    ["{{model}} {{ operation }}", labels, "gpt-4o chat"], ["{{none}}", labels, ""], ["p95", labels, "p95"], ["$1 {{model}}", labels, "$1 gpt-4o"],
    ["", labels, "model=gpt-4o, operation=chat"], ["__auto", { model: "gpt-4o" }, "gpt-4o"], [undefined, { __name__: "x" }, "x"], [undefined, {}, "vector(1)"],
    ["{{model}}", { model: "{{operation}}", operation: "chat" }, "{{operation}}"],
  ]) assert.equal(template.legend(form, of, "vector(1)"), want);
});

test("links and titles get plain text", () => {
  assert.equal(template.inText("Queue $queue", { queue: many("a", "b") }), "Queue a, b");
  assert.equal(template.inText("${luneo}/runbooks/X", { luneo: one("") }), "/runbooks/X");
  assert.equal(template.inText("All of $queue", { queue: all }), "All of all");
});

test("what is chosen comes from the URL", () => {
  const model = { name: "queue", type: "query", multi: true, includeAll: true };
  const at = (query) => { url.location.value = { path: "/", params: new URLSearchParams(query), hash: "" }; return variables.chosen(model); };
  assert.deepEqual(at(""), [variables.all]);
  assert.deepEqual(at("var-queue=a&var-queue=b"), ["a", "b"]);
  assert.deepEqual(at("var-queue=All"), [variables.all]);
  assert.deepEqual(at("var-queue=$__all"), [variables.all]);
});
