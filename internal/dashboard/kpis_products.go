package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func renderPanels() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 301, title: "Render duration, p95 · by type and quality", w: 12, h: 8, unit: "s",
			reading: "95 of 100 renders took at most this long, failed ones included. Gaps are times without a render of that kind.",
			queries: []query{{
				expr:   histogram{metric: renderDuration, filter: renderFilter, by: "render_type, quality", over: window}.quantile(0.95),
				legend: "{{render_type}} · {{quality}}",
			}},
		}),
		columnsOverTime(panel{
			id: 302, title: "Renders and failures · by outcome", w: 12, h: 8, unit: "short", decimals: new(0.0),
			reading: "How many renders ended in the span of each bar: those that succeeded, and those that failed by kind of error.",
			queries: []query{
				bars(succeeded("luneo_renders_total", "luneo_renders_error_total", renderFilter), "succeeded"),
				bars(failures("luneo_renders_error_total", renderFilter, "error_type"), "failed: {{error_type}}"),
			},
			overrides: []dashboard.DashboardFieldConfigSourceOverrides{byName("succeeded", color(measureColor))},
		}),
	}
}

func embedPanels() []dashboard.Panel {
	const failed = "luneo_embed_handshake_failures_total"
	return []dashboard.Panel{
		columnsOverTime(panel{
			id: 401, title: "Handshake failures · by reason", w: 8, h: 8, unit: "short", decimals: new(0.0),
			reading: "How many embed handshakes of the chosen shops failed in the span of each bar, by reason.",
			queries: []query{bars(failures(failed, shopFilter, "failure_reason"), "{{failure_reason}}")},
		}),
		ranking(panel{
			id: 402, title: "Failing shops · over the whole range", w: 8, h: 8, unit: "short", decimals: new(0.0), min: new(0.0),
			reading: "The eight shops with the most failed handshakes in the time range of the page. One shop at the top points at that shop's configuration, many at Luneo's platform. " +
				"Shops beyond the limit of label values are counted together as other.",
			queries: []query{now("sort_desc(topk(8, "+increase(failed, shopFilter, "shop_domain", "$__range")+" > 0))", "{{shop_domain}}")},
		}),
		lines(panel{
			id: 403, title: "Handshake duration, p95 · by outcome", w: 8, h: 8, unit: "s",
			reading: "95 of 100 embed handshakes took at most this long, over all shops. The largest bucket of the histogram ends at 2 s.",
			queries: []query{{
				expr:   histogram{metric: embedDuration, by: "status", over: window}.quantile(0.95),
				legend: "{{status}}",
			}},
		}),
	}
}

func arPanels() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 501, title: "AR conversion, p95 · by type", w: 12, h: 8, unit: "s",
			reading: "95 of 100 AR conversions took at most this long, failed ones included. Gaps are times without a conversion of that type.",
			queries: []query{{
				expr:   histogram{metric: arDuration, by: "conversion_type", over: window}.quantile(0.95),
				legend: "{{conversion_type}}",
			}},
		}),
		columnsOverTime(panel{
			id: 502, title: "Conversions and failures · by outcome", w: 12, h: 8, unit: "short", decimals: new(0.0),
			reading: "How many AR conversions ended in the span of each bar: those that succeeded, and those that failed by kind of error.",
			queries: []query{
				bars(succeeded("luneo_ar_conversions_total", "luneo_ar_conversions_error_total", ""), "succeeded"),
				bars(failures("luneo_ar_conversions_error_total", "", "error_type"), "failed: {{error_type}}"),
			},
			overrides: []dashboard.DashboardFieldConfigSourceOverrides{byName("succeeded", color(measureColor))},
		}),
	}
}

// failures counts failures in the span of a bar, by kind; kinds that never happened are left out.
func failures(metric, matchers, by string) string {
	return everSeen(increase(metric, matchers, by, bin), metric, matchers, by)
}

// succeeded counts attempts in the span of a bar without the failed ones.
func succeeded(attempts, failed, matchers string) string {
	return fmt.Sprintf("clamp_min(%s - (%s or vector(0)), 0)", increase(attempts, matchers, "", bin), increase(failed, matchers, "", bin))
}
