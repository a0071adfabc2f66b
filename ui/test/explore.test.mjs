// What Explore guesses and says of a query. The modules are bundled here, since
// Node reads no TypeScript; none of them asks a browser for anything.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..");
const { build } = createRequire(join(ui, "package.json"))("esbuild");

async function load(path) {
  const { outputFiles } = await build({ entryPoints: [join(ui, "src", path)], bundle: true, format: "esm", write: false, logLevel: "error" });
  return import("data:text/javascript;base64," + Buffer.from(outputFiles[0].text).toString("base64"));
}

const { guessUnit } = await load("explore/unit.ts");
const { placed } = await load("explore/place.ts");
const { bare, metricsIn } = await load("explore/expression.ts");

test("the unit is guessed from the metric's name and from what is done with it", () => {
  for (const [expr, want] of [
    ["luneo_worker_queue_wait_time_current_seconds", "s"],
    ["max by (queue_name) (luneo_worker_queue_wait_time_current_seconds) > 60", "s"],
    ["histogram_quantile(0.95, sum by (le) (rate(luneo_render_duration_seconds_bucket[5m])))", "s"],
    ["luneo:render_duration_seconds:p95_5m", "s"],
    ["sum(rate(luneo_render_duration_seconds_sum[5m])) / sum(rate(luneo_render_duration_seconds_count[5m]))", "s"],
    ["time() - luneo_config_last_reload_success_timestamp_seconds", "s"],
    ["luneo_config_last_reload_success_timestamp_seconds", "none"],
    ["luneo_ai_cost_current_cents{time_window=\"1h\"}", "currencyCents"],
    ["sum by (model) (increase(luneo_openai_cost_cents[1h]))", "currencyCents"],
    ["sum(luneo_ai_cost_current_cents) / 100", "currencyUSD"],
    ["luneo_ai_cost_current_cents / luneo_ai_cost_baseline_cents", "percentunit"],
    ["luneo_data_disk_free_bytes", "bytes"],
    ["rate(luneo_ingest_bytes_total[5m])", "binBps"],
    ["sum(rate(luneo_renders_total[5m]))", "reqps"],
    ["sum(rate(luneo_renders_error_total[5m])) / sum(rate(luneo_renders_total[5m]))", "percentunit"],
    ["luneo:section_error_ratio:rate5m", "percentunit"],
    ["sum by (shop_domain) (increase(luneo_embed_handshake_failures_total[1h])) > 0", "short"],
    ["count(luneo_worker_queue_wait_time_current_seconds)", "short"],
    ["topk(3, luneo_host_memory_used_bytes)", "bytes"],
    ["rate(luneo_host_cpu_seconds_total[5m])", "short"],
    ["luneo_render_duration_seconds_count", "short"],
    ['luneo_renders_total{quality="x_seconds / y"}', "short"],
    ["1 / 0", "short"], ["", "short"], ["sum(rate(", "short"], [")))((", "short"],
  ]) assert.equal(guessUnit(expr), want, expr);
});

test("names of metrics are told from functions, labels, keywords and texts", () => {
  for (const [expr, want] of [
    ["sum by (queue_name) (rate(a_total[5m])) / on (queue_name) group_left (x) b_total offset 5m", ["a_total", "b_total"]],
    ['label_replace(a, "dst", "$1", "src", "(.*)") or vector(0)', ["a"]],
    ["a:b:c and c # a comment with words", ["a:b:c", "c"]],
    ['{__name__="a"}', []],
  ]) assert.deepEqual(metricsIn(bare(expr)), want, expr);
});

test("Prometheus' words and the place that they mean", () => {
  for (const [text, want] of [
    ['invalid parameter "query": 1:12: parse error: unclosed left parenthesis', { said: "parse error: unclosed left parenthesis", at: [1, 12] }],
    ['PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "x" (1:6)', { said: 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "x"', at: [1, 6] }],
    ["query timed out in expression evaluation", { said: "query timed out in expression evaluation" }],
    ["2:3: parse error: a\nb", { said: "parse error: a\nb", at: [2, 3] }],
  ]) assert.deepEqual(placed(text), want, text);
});
