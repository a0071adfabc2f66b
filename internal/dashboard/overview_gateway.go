package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// gatewayPanels shows what Luneo's gateway sees of calls to the OpenAI API.
func gatewayPanels() []dashboard.Panel {
	return append(gatewayFlow(), gatewaySums()...)
}

func gatewayFlow() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 601, title: "Time to first token, p95 · by model", w: 8, h: 8, unit: "s",
			reading: "95 of 100 streamed answers began at most so long after their request. It is estimated within the buckets of the histogram.",
			queries: []query{{expr: histogram{metric: "luneo_openai_time_to_first_token_seconds", filter: instanceFilter, by: "model", over: window}.quantile(0.95), legend: "{{model}}"}},
		}),
		lines(panel{
			id: 602, title: "Tokens a second, median · by model", w: 8, h: 8, unit: "short",
			reading: "How fast the tokens of a streamed answer came, from the first one to its end: half of the answers were slower.",
			queries: []query{{expr: histogram{metric: "luneo_openai_output_tokens_per_second", filter: instanceFilter, by: "model", over: window}.quantile(0.5), legend: "{{model}}"}},
		}),
		lines(panel{
			id: 603, title: "Rate limits used · by API and model", w: 8, h: 8, unit: "percentunit", min: new(0.0),
			reading: "The share of what an API allows that is used, as it said itself with its last answers. From 80 % on for 2 minutes an alert fires.",
			queries: []query{{
				expr: fmt.Sprintf("max by (upstream, model, scope, resource) (1 - luneo_openai_ratelimit_remaining%s / (luneo_openai_ratelimit_limit%s > 0))",
					filter(instanceFilter), filter(instanceFilter)),
				legend: "{{upstream}} {{model}} {{resource}} ({{scope}})",
			}},
		}),
	}
}

func gatewaySums() []dashboard.Panel {
	requests := increase("luneo_openai_upstream_requests_total", instanceFilter, "upstream", "$__range")
	failed := increase("luneo_openai_upstream_requests_total", `status="error",`+instanceFilter, "upstream", "$__range")
	return []dashboard.Panel{
		grid(panel{
			id: 604, title: "Upstreams · over the whole range", w: 8, h: 8, unit: "short",
			reading: "The APIs behind the gateway: how many calls each had in the time range of the page, how many of them failed, and what its calls of the last 24 hours cost.",
			queries: []query{
				column(requests),
				column(failed + " / (" + requests + " > 0)"),
				column("sum by (upstream) (" + grown("luneo_openai_upstream_cost_cents", "24h") + ") / 100"),
			},
		}, "Calls", []field{
			{label: "upstream", name: "Upstream"},
			{name: "Calls", unit: "short"},
			{name: "Failed", unit: "percentunit", decimals: new(2.0)},
			{name: "Cost, 24 h", unit: "currencyUSD"},
		}),
		ranking(panel{
			id: 605, title: "Spend by tag · last 24 h", w: 8, h: 8, unit: "currencyUSD", min: new(0.0),
			reading: "On whose behalf calls were made in the last 24 hours, by the header X-Luneo-Tag or the name of the caller's token, and what that cost. The eight dearest.",
			queries: []query{now("sort_desc(topk(8, sum by (tag) ("+grown("luneo_openai_tag_cost_cents", "24h")+") / 100))", "{{tag}}")},
		}),
		columnsOverTime(panel{
			id: 606, title: "Made again, refused, unknown", w: 8, h: 8, unit: "short", decimals: new(0.0),
			reading: "Calls that an SDK made again; requests that were refused for a rate, which waiting helps, or for money, which it does not; calls of which nobody knows what they consumed.",
			queries: []query{
				bars(increase("luneo_openai_retries_total", instanceFilter, "", bin), "made again"),
				bars(increase("luneo_openai_rate_limited_total", `reason="wait",`+instanceFilter, "", bin), "rate limited"),
				bars(increase("luneo_openai_rate_limited_total", `reason="out_of_money",`+instanceFilter, "", bin), "out of money"),
				bars(increase("luneo_openai_usage_unknown_total", instanceFilter, "", bin), "usage unknown"),
			},
		}),
		moneyAsides(),
	}
}

// moneyAsides is what calls cost that is not as it should be, by model.
func moneyAsides() dashboard.Panel {
	calls := increase("luneo_openai_requests_total", instanceFilter, "model", "$__range")
	orNone := func(expr string) string { return expr + " or 0 * " + calls }
	return grid(panel{
		id: 607, title: "Made again, and without a price · by model", w: 24, h: 6, unit: "short",
		reading: "What was spent on calls that SDKs made again in the last 24 hours, and the time they took in the time range of the page; calls that wait for a price, and what was added to the past by prices that came later.",
		queries: []query{
			column(orNone(increase("luneo_openai_retries_total", instanceFilter, "model", "$__range"))),
			column(orNone(increase("luneo_openai_retry_duration_seconds_total", instanceFilter, "model", "$__range"))),
			column(orNone("sum by (model) (" + grown("luneo_openai_retry_cost_cents", "24h") + ") / 100")),
			column(orNone("sum by (model) (luneo_openai_unpriced_remaining_requests" + filter(instanceFilter) + ")")),
			column(orNone("sum by (model) (luneo_openai_cost_corrections_cents" + filter(instanceFilter) + ") / 100")),
		},
	}, "Made again", []field{
		{label: "model", name: "Model"},
		{name: "Made again", unit: "short", decimals: new(0.0)},
		{name: "Their time", unit: "s"},
		{name: "Their cost, 24 h", unit: "currencyUSD"},
		{name: "Wait for a price", unit: "short", decimals: new(0.0)},
		{name: "Priced later", unit: "currencyUSD"},
	})
}

// grown is what a gauge of money has grown by since a time ago, as spent has it.
func grown(metric, ago string) string {
	cost := metric + filter(instanceFilter)
	return fmt.Sprintf("%s - (%s offset %s or %s * 0)", cost, cost, ago, cost)
}
