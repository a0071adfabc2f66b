package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// The variables' part in queries. Every one of their selectors has it.
const (
	queueFilter     = `queue_name=~"$queue"`
	modelFilter     = `model=~"$model"`
	openaiFilter    = modelFilter + `,operation=~"$operation"`
	operationFilter = `operation=~"$operation"`
	renderFilter    = `render_type=~"$render_type"`
	shopFilter      = `shop_domain=~"$shop"`
)

// kpis has the sections of the instrumentation guide in its order, under the
// KPIs that alerts guard and those that none does.
func kpis() Classic {
	d := newBoard(identity{
		uid: kpisUID, title: "Luneo KPIs",
		description: "Queues, OpenAI, renders, embeds, AR and what AI costs. The first line is what alerts guard.",
	})
	d.Templating.List = kpiVariables()
	d.Links = []dashboard.DashboardLink{to(overviewUID, "Overview"), alertsPage()}
	d.Panels = place([]section{
		{panels: append(guardedTiles(), otherTiles()...)},
		{id: 100, title: "Worker queues", panels: queuePanels()},
		{id: 200, title: "OpenAI", panels: openaiPanels()},
		{id: 300, title: "Renders", panels: renderPanels()},
		{id: 400, title: "Embed handshakes", panels: embedPanels()},
		{id: 500, title: "AR conversions", panels: arPanels()},
		{id: 600, title: "AI cost", panels: costPanels()},
	})
	return d
}

func kpiVariables() []dashboard.VariableModel {
	return []dashboard.VariableModel{
		sourceVariable(),
		labelVariable(chosen{
			name: "queue", label: "Queue", description: "Worker queues",
			series: `{__name__=~"luneo_worker_queue_wait_time_(current_seconds|seconds_count)"}`, of: "queue_name",
		}),
		labelVariable(chosen{name: "model", label: "Model", description: "OpenAI models", series: "luneo_openai_requests_total", of: "model"}),
		labelVariable(chosen{
			name: "operation", label: "Operation", description: "OpenAI operations of the chosen models",
			series: "luneo_openai_requests_total{" + modelFilter + "}", of: "operation",
		}),
		labelVariable(chosen{name: "render_type", label: "Render type", description: "Types of render", series: "luneo_renders_total", of: "render_type"}),
		labelVariable(chosen{
			name: "shop", label: "Shop", description: "Shops with failed embed handshakes: handshakes that succeed are not counted by shop",
			series: "luneo_embed_handshake_failures_total", of: "shop_domain",
		}),
		intervalVariable(),
		luneoVariable(),
	}
}

func guardedTiles() []dashboard.Panel {
	return []dashboard.Panel{
		tile(panel{
			id: 1, title: "Longest queue wait", w: 8, h: 5, unit: "s", min: new(0.0),
			guard: "QueueWaitTimeHigh", limit: new(queueWaitLimit),
			reading: "How long the oldest job that could run now has waited, in the worst of the chosen queues. " +
				"QueueWaitTimeHigh fires when any queue stays above 60 s for 2 minutes. 0 means that no job waits.",
			queries: []query{{expr: "max(luneo_worker_queue_wait_time_current_seconds" + filter(queueFilter) + ")", legend: "longest wait"}},
		}),
		tile(panel{
			id: 2, title: "Error rate", w: 8, h: 5, unit: "percentunit", decimals: new(2.0), min: new(0.0),
			guard: "ErrorRateHigh", limit: new(errorRatioLimit),
			reading: "The share of all OpenAI requests, renders, AR conversions and embed handshakes of the last 5 minutes that failed. " +
				"ErrorRateHigh fires above 1 %, once there are enough events to judge. It is over everything: the variables do not change it.",
			queries: []query{{expr: errorRatio(), legend: "failed"}},
		}),
		tile(panel{
			id: 3, title: "AI cost, last 24 h", w: 8, h: 5, unit: "currencyUSD", min: new(0.0),
			guard: "CostSpikeDetected",
			reading: "What OpenAI calls cost in the 24 hours that end now, over all models. CostSpikeDetected compares every window " +
				"(15 minutes, an hour, 24 hours) with what is usual for it, and fires above twice that for 5 minutes: see AI cost below.",
			queries: []query{{expr: `sum(luneo_ai_cost_current_cents{time_window="24h"}) / 100`, legend: "cost"}},
		}),
	}
}

// errorRatio is what ErrorRateHigh compares with its limit; missing where nothing happened.
func errorRatio() string {
	const over = "5m"
	failed := either(
		increase("luneo_openai_requests_error_total", "", "", over), increase("luneo_renders_error_total", "", "", over),
		increase("luneo_ar_conversions_error_total", "", "", over), increase("luneo_embed_handshake_failures_total", "", "", over),
	)
	happened := either(
		increase("luneo_openai_requests_total", "", "", over), increase("luneo_renders_total", "", "", over),
		increase("luneo_ar_conversions_total", "", "", over), increase("luneo_embed_handshakes_total", "", "", over),
	)
	return fmt.Sprintf("clamp_max((%s) / ((%s) > 0), 1)", failed, happened)
}

// either adds what is there.
func either(sums ...string) (added string) {
	for i, s := range sums {
		if i > 0 {
			added += " + "
		}
		added += "(" + s + " or vector(0))"
	}
	return added
}

// recent is the time that the tiles' quantiles look back, whatever the range:
// so that their number does not change with it. It is that of the recording rules.
const recent = "5m"

func otherTiles() []dashboard.Panel {
	return []dashboard.Panel{
		tile(panel{
			id: 4, title: "OpenAI duration, p95", w: 6, h: 3, unit: "s", min: new(0.0),
			reading: "95 of 100 requests to OpenAI in the last 5 minutes took at most this long, over the chosen models and operations.",
			queries: []query{{expr: histogram{metric: openaiDuration, filter: openaiFilter, over: recent}.quantile(0.95), legend: "p95"}},
		}),
		tile(panel{
			id: 5, title: "Render duration, p95", w: 6, h: 3, unit: "s", min: new(0.0),
			reading: "95 of 100 renders of the chosen types in the last 5 minutes took at most this long.",
			queries: []query{{expr: histogram{metric: renderDuration, filter: renderFilter, over: recent}.quantile(0.95), legend: "p95"}},
		}),
		tile(panel{
			id: 6, title: "Embed failures", w: 6, h: 3, unit: "percentunit", decimals: new(2.0), min: new(0.0),
			reading: "The share of embed handshakes in the last 5 minutes that failed, over all shops.",
			queries: []query{{
				expr: "clamp_max(" + increase("luneo_embed_handshake_failures_total", "", "", recent) +
					" / (" + increase("luneo_embed_handshakes_total", "", "", recent) + " > 0), 1)",
				legend: "failed",
			}},
		}),
		tile(panel{
			id: 7, title: "AR conversion, p95", w: 6, h: 3, unit: "s", min: new(0.0),
			reading: "95 of 100 AR conversions in the last 5 minutes took at most this long.",
			queries: []query{{expr: histogram{metric: arDuration, over: recent}.quantile(0.95), legend: "p95"}},
		}),
	}
}

// The histograms of durations.
const (
	queueWait      = "luneo_worker_queue_wait_time_seconds"
	openaiDuration = "luneo_openai_request_duration_seconds"
	renderDuration = "luneo_render_duration_seconds"
	embedDuration  = "luneo_embed_handshake_duration_seconds"
	arDuration     = "luneo_ar_conversion_duration_seconds"
)
