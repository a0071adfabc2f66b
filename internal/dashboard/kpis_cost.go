package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func costPanels() []dashboard.Panel {
	return []dashboard.Panel{
		costOverTime(),
		grid(panel{
			id: 602, title: "Cost per call · last 24 h", w: 8, h: 8, unit: "short",
			reading: "What one call cost on average in the last 24 hours, in cents, by operation; and how far that is from the 7 days before. " +
				"A change here is a change of price, of model or of what is asked for, not of how many calls there are. Requests without a known price cost nothing here.",
			queries: []query{
				column(increase(openaiRequests, openaiFilter, "operation", "24h")),
				column(perCall("sum by (operation) ("+spent(openaiFilter, "24h")+")", "24h", "")),
				column(perCall("sum by (operation) ("+spent(openaiFilter, "24h")+")", "24h", "") + " / (" +
					perCall("sum by (operation) ("+spentBefore(openaiFilter, "24h", "8d")+")", "7d", "24h") + " > 0) - 1"),
			},
		}, "Calls", []field{
			{label: "operation", name: "Operation"},
			{name: "Calls", unit: "short"},
			{name: "Per call", unit: "suffix:¢"},
			{name: "vs usual", unit: "percentunit", decimals: new(0.0)},
		}),
	}
}

func costOverTime() dashboard.Panel {
	return lines(panel{
		id: 601, title: "Hourly cost against baseline · last hour, rolling", w: 16, h: 8, unit: "currencyUSD",
		guard: "CostSpikeDetected",
		reading: "What the hour that ends at each moment cost, over all models, against what such an hour usually costs at this time of day. " +
			"The band is where nearly all past hours were. CostSpikeDetected fires when the cost stays above the red curve, twice the usual, for 5 minutes. " +
			"There is no baseline until there are some days of history.",
		queries: []query{
			{expr: `sum(luneo_ai_cost_current_cents{time_window="1h"}) / 100`, legend: "cost"},
			{expr: baseline + " / 100", legend: "usual"},
			{expr: fmt.Sprintf("%g * %s / 100", costFactor, baseline), legend: "fires above 2× usual"},
			{expr: usualRange("low"), legend: "usual range, low"},
			{expr: usualRange("high"), legend: "usual range, high"},
		},
		overrides: []dashboard.DashboardFieldConfigSourceOverrides{
			byName("cost", lineWidth(2.25)),
			byName("usual", color(usualColor), dashed(), lineWidth(1.5)),
			byName("fires above 2× usual", color(limitColor), dashed(), lineWidth(1.5)),
			byName("usual range, low", color(usualColor), lineWidth(0)),
			byName("usual range, high", color(usualColor), lineWidth(0), set("custom.fillBelowTo", "usual range, low"), set("custom.fillOpacity", 15.0)),
		},
	})
}

const baseline = `max(luneo_ai_cost_baseline_cents{time_window="1h"})`

func usualRange(bound string) string {
	return fmt.Sprintf(`max(luneo_ai_cost_usual_cents{time_window="1h",bound="%s"}) / 100`, bound)
}

// perCall divides cents by the calls of a time that ended a while ago.
func perCall(cents, over, ago string) string {
	calls := increase(openaiRequests, openaiFilter, "operation", over)
	if ago != "" {
		calls = fmt.Sprintf("sum by (operation) (increase(%s%s[%s] offset %s))", openaiRequests, filter(openaiFilter), over, ago)
	}
	return fmt.Sprintf("%s / (%s > 0)", cents, calls)
}

// spentBefore are the cents spent between two times ago. What began after the
// first began at 0.
func spentBefore(matchers, until, from string) string {
	cost := "luneo_openai_cost_cents" + filter(matchers)
	return fmt.Sprintf("%s offset %s - (%s offset %s or %s offset %s * 0)", cost, until, cost, from, cost, until)
}
