// The texts of the Explore page: a part of the catalogue (en.ts) that is loaded with
// the page, so that the first load does not carry it.

export const explore = {
  queries: "Queries", query: (letter: string) => `Query ${letter}`, placeholder: "A metric or a PromQL expression", add: "Add query", remove: (letter: string) => `Remove query ${letter}`, run: "Run", runKeys: "Ctrl ↵", history: "Recent queries", noHistory: "Queries that have run are listed here.",
  view: "How to show the result", graph: "Graph", table: "Table", result: "Result", csv: "Download CSV", unit: "Unit", guessed: (unit: string) => `Guessed: ${unit}`, most: (n: number) => `At most ${n} queries at a time.`,
  units: { short: "plain number", s: "seconds", percentunit: "ratio as %", percent: "percent", currencyCents: "cents", currencyUSD: "dollars", bytes: "bytes", binBps: "bytes per second", reqps: "per second", none: "as it is" } as Record<string, string>,
  series: (n: number) => (n === 1 ? "1 series" : `${n.toLocaleString("en")} series`), took: (time: string) => `in ${time}`, step: (step: string) => `step ${step}`, at: (when: string) => `at ${when}`,
  goTo: (line: number, column: number) => (line === 1 ? `Column ${column}` : `Line ${line}, column ${column}`), info: "Note:", moreNotes: (n: number) => (n === 1 ? "1 more note." : `${n} more notes.`),
  histograms: (n: number) => `${n === 1 ? "1 series is a native histogram" : `${n} series are native histograms`} and has no single value; histogram_quantile() or histogram_avg() makes one.`,
  emptyTitle: "Nothing matches", unknownMetric: (names: string) => `No metric here is called ${names}.`, emptyGeneral: "No series matches in this time range.", longer: "Last 24 hours",
  start: "Start with a question", startHelp: "Each opens as a query that can be changed. Completion knows every metric and label of this Luneo.", noLineTitle: "No line to draw", noLine: "These values are no finite numbers, one at a time. The table shows them.", wrongTitle: "This is no query yet", wrongHelp: "What Prometheus says about it stands below the query.", noLabels: "no labels", asTable: "Show as table", value: "Value", time: "Time", metric: "Metric", text: "The answer is a text:",
  examples: [
    { name: "Which queue waits longest?", help: "The oldest job that could run, by queue", queries: ["max by (queue_name) (luneo_worker_queue_wait_time_current_seconds)"] },
    { name: "What share of operations fails?", help: "OpenAI calls, renders, embeds and AR, over 5 min", queries: ["luneo:section_error_ratio:rate5m"] },
    { name: "Is the last hour's spend usual?", help: "AI cost of an hour, and what is usual at this time", queries: ['luneo_ai_cost_current_cents{time_window="1h"}', 'luneo_ai_cost_baseline_cents{time_window="1h"}'] },
    { name: "How slow are the slowest renders?", help: "95th percentile by type", queries: ["histogram_quantile(0.95, sum by (le, render_type) (rate(luneo_render_duration_seconds_bucket[5m])))"] },
    { name: "Which shops fail to embed?", help: "Failed handshakes of an hour, by shop", queries: ["sum by (shop_domain) (increase(luneo_embed_handshake_failures_total[1h])) > 0"] },
    { name: "Why do OpenAI calls fail?", help: "Failures in 5 min, by error type", queries: ["sum by (error_type) (increase(luneo_openai_requests_error_total[5m]))"] },
  ],
};
