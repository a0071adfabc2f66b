package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const (
	openaiRequests = "luneo_openai_requests_total"
	openaiErrors   = "luneo_openai_requests_error_total"
)

func openaiPanels() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 201, title: "Request duration, p95 · by model", w: 8, h: 8, unit: "s",
			reading: "95 of 100 requests took at most this long. It is estimated within the buckets of the histogram, the largest of which ends at 60 s.",
			queries: []query{{
				expr:   histogram{metric: openaiDuration, filter: openaiFilter, by: "model", over: window}.quantile(0.95),
				legend: "{{model}}",
			}},
		}),
		columnsOverTime(panel{
			id: 202, title: "Failed requests · by kind", w: 8, h: 8, unit: "short", decimals: new(0.0),
			reading: "How many requests to OpenAI failed in the span of each bar, by kind of error. Every attempt counts, also one that is repeated and then succeeds.",
			queries: []query{bars(everSeen(increase(openaiErrors, openaiFilter, "error_type", bin), openaiErrors, openaiFilter, "error_type"), "{{error_type}}")},
		}),
		ranking(panel{
			id: 203, title: "Spend by model · last 24 h", w: 8, h: 8, unit: "currencyUSD", min: new(0.0),
			reading: "What each model and operation cost in the 24 hours that end now, the eight dearest first. Requests without a known price are in no cost: " +
				"the column Unpriced below counts them.",
			queries: []query{now("sort_desc(topk(8, sum by (model, operation) ("+spent(openaiFilter, "24h")+") / 100))", "{{model}} · {{operation}}")},
		}),
		lines(panel{
			id: 204, title: "Requests · per second, by model", w: 6, h: 7, unit: "reqps",
			reading: "How many requests to OpenAI ended each second, failed ones included.",
			queries: []query{{expr: rate(openaiRequests, openaiFilter, "model"), legend: "{{model}}"}},
		}),
		columnsOverTime(panel{
			id: 205, title: "Tokens · by direction", w: 6, h: 7, unit: "short",
			reading: "Tokens of the requests whose usage is known, in the span of each bar. Cached input is a part of input and reasoning a part of output; " +
				"here each token is shown once.",
			queries: []query{
				bars(lessPart("input", "cached_input"), "input"),
				bars(increase("luneo_openai_tokens_total", `token_type="cached_input",`+openaiFilter, "", bin), "input, cached"),
				bars(lessPart("output", "reasoning"), "output"),
				bars(increase("luneo_openai_tokens_total", `token_type="reasoning",`+openaiFilter, "", bin), "output, reasoning"),
			},
		}),
		grid(panel{
			id: 206, title: "Models · over the whole range", w: 12, h: 7, unit: "short",
			reading: "What happened in the time range of the page, by model. Unpriced counts requests whose cost is unknown, for want of a price or of usage.",
			queries: []query{
				column(increase(openaiRequests, openaiFilter, "model", "$__range")),
				column(increase(openaiErrors, openaiFilter, "model", "$__range") + " / (" + increase(openaiRequests, openaiFilter, "model", "$__range") + " > 0)"),
				column(modelQuantile(0.5)),
				column(modelQuantile(0.95)),
				column(modelQuantile(0.99)),
				column(increase("luneo_openai_unpriced_requests_total", modelFilter, "model", "$__range") +
					" or 0 * " + increase(openaiRequests, openaiFilter, "model", "$__range")),
			},
		}, "Requests", []field{
			{label: "model", name: "Model"},
			{name: "Requests", unit: "short"},
			{name: "Failed", unit: "percentunit", decimals: new(2.0)},
			{name: "Median", unit: "s"},
			{name: "p95", unit: "s"},
			{name: "p99", unit: "s"},
			{name: "Unpriced", unit: "short", decimals: new(0.0)},
		}),
	}
}

func modelQuantile(share float64) string {
	return histogram{metric: openaiDuration, filter: openaiFilter, by: "model", over: "$__range"}.quantile(share)
}

// lessPart are tokens of a type without those of the type that is a part of it.
func lessPart(whole, part string) string {
	const used = "luneo_openai_tokens_total"
	return fmt.Sprintf("clamp_min(%s - (%s or vector(0)), 0)",
		increase(used, `token_type="`+whole+`",`+openaiFilter, "", bin),
		increase(used, `token_type="`+part+`",`+openaiFilter, "", bin))
}

// spent are the cents that a model and operation cost since a time ago. Money
// is a difference of gauges, never an extrapolated increase; what began
// later than that began at 0.
func spent(matchers, ago string) string {
	cost := "luneo_openai_cost_cents" + filter(matchers)
	return fmt.Sprintf("%s - (%s offset %s or %s * 0)", cost, cost, ago, cost)
}
