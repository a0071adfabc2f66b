package dashboard

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

const (
	instanceFilter = `instance=~"$instance"`
	routeFilter    = `route=~"$route"`
	apiDuration    = "luneo_http_request_duration_seconds"
	failedStatus   = `status_code=~"5..",`
)

// overview shows what the KPIs stand on: the platform's API, the machine and
// Luneo itself.
func overview() Classic {
	d := newBoard(identity{
		uid: overviewUID, title: "Luneo Overview",
		description: "Alerts, the platform's API, the machine that Luneo runs on, and Luneo itself.",
	})
	d.Templating.List = []dashboard.VariableModel{
		sourceVariable(),
		labelVariable(chosen{name: "route", label: "Route", description: "Routes of the platform's API", series: apiDuration + "_count", of: "route"}),
		labelVariable(chosen{name: "instance", label: "Luneo", description: "Instances of Luneo", series: "luneo_build_info", of: "instance"}),
		intervalVariable(),
		luneoVariable(),
	}
	d.Links = []dashboard.DashboardLink{to(kpisUID, "KPIs"), alertsPage()}
	d.Panels = place([]section{
		{panels: overviewTiles()},
		{id: 100, title: "Alerts", panels: []dashboard.Panel{alertsNow()}},
		{id: 200, title: "API performance", panels: apiPanels()},
		{id: 300, title: "System", panels: systemPanels()},
		{id: 500, title: "Queues in Redis", panels: watchedQueues()},
		{id: 600, title: "OpenAI gateway", panels: gatewayPanels()},
		{id: 400, title: "Luneo itself", panels: append(luneoWork(), luneoResources()...)},
	})
	return d
}

func overviewTiles() []dashboard.Panel {
	return []dashboard.Panel{
		tile(panel{
			id: 1, title: "Alerts firing", w: 6, h: 3, unit: "none", decimals: new(0.0), min: new(0.0),
			reading: "How many alerts fire now, without Watchdog, which always does. The table below has them.",
			links:   []dashboard.DashboardLink{alertsPage()},
			queries: []query{{expr: `count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)`, legend: "firing"}},
		}),
		tile(panel{
			id: 2, title: "Events · accepted per second", w: 6, h: 3, unit: "short", min: new(0.0),
			reading: "How many events Luneo counts each second. 0 means that nothing arrives: then every KPI is blind.",
			queries: []query{{expr: rate("luneo_ingest_events_total", `result="accepted",`+instanceFilter, ""), legend: "events"}},
		}),
		tile(panel{
			id: 3, title: "API failures", w: 6, h: 3, unit: "percentunit", decimals: new(2.0), min: new(0.0),
			reading: "The share of requests to the platform's API in the last 5 minutes that were answered with a status of 500 or above.",
			queries: []query{{
				expr: "(" + increase(apiDuration+"_count", failedStatus+routeFilter, "", recent) + " or vector(0)) / (" +
					increase(apiDuration+"_count", routeFilter, "", recent) + " > 0)",
				legend: "failed",
			}},
		}),
		tile(panel{
			id: 4, title: "API duration, p95", w: 6, h: 3, unit: "s", min: new(0.0),
			reading: "95 of 100 requests to the platform's API in the last 5 minutes took at most this long.",
			queries: []query{{expr: histogram{metric: apiDuration, filter: routeFilter, over: recent}.quantile(0.95), legend: "p95"}},
		}),
	}
}

func alertsNow() dashboard.Panel {
	return grid(panel{
		id: 101, title: "Alerts now · firing and pending", w: 24, h: 5, unit: "short",
		reading: "Every alert that fires or is pending, and what it is about: the queue, the window of cost, the section, the model. Empty means that all rules are quiet.",
		links:   []dashboard.DashboardLink{alertsPage()},
		queries: []query{column(`max by (alertname, alertstate, severity, about) (` +
			`label_join(ALERTS{alertname!="Watchdog"}, "about", "", "queue_name", "time_window", "section", "model", "type"))`)},
	}, "State", []field{
		{label: "alertname", name: "Alert"},
		{label: "alertstate", name: "State"},
		{label: "severity", name: "Severity"},
		{label: "about", name: "About"},
	})
}

func apiPanels() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 201, title: "Requests · per second, by route", w: 8, h: 8, unit: "reqps",
			reading: "How many requests the platform's API answered each second.",
			queries: []query{{expr: rate(apiDuration+"_count", routeFilter, "route"), legend: "{{route}}"}},
		}),
		lines(panel{
			id: 202, title: "Duration, p95 · by route", w: 8, h: 8, unit: "s",
			reading: "95 of 100 requests took at most this long. Gaps are times without a request to the route.",
			queries: []query{{expr: histogram{metric: apiDuration, filter: routeFilter, by: "route", over: window}.quantile(0.95), legend: "{{route}}"}},
		}),
		columnsOverTime(panel{
			id: 203, title: "Answers · by status", w: 8, h: 8, unit: "short", decimals: new(0.0),
			reading: "How many requests were answered in the span of each bar, by status code.",
			queries: []query{bars(increase(apiDuration+"_count", routeFilter, "status_code", bin), "{{status_code}}")},
		}),
		grid(panel{
			id: 204, title: "Routes · over the whole range", w: 24, h: 6, unit: "short",
			reading: "What happened in the time range of the page, by route and method. Failed is the share answered with a status of 500 or above.",
			queries: []query{
				column(increase(apiDuration+"_count", routeFilter, "route, method", "$__range")),
				column("(" + increase(apiDuration+"_count", failedStatus+routeFilter, "route, method", "$__range") + " or 0 * " +
					increase(apiDuration+"_count", routeFilter, "route, method", "$__range") + ") / (" +
					increase(apiDuration+"_count", routeFilter, "route, method", "$__range") + " > 0)"),
				column(routeQuantile(0.5)),
				column(routeQuantile(0.95)),
				column(routeQuantile(0.99)),
			},
		}, "Requests", []field{
			{label: "route", name: "Route"},
			{label: "method", name: "Method"},
			{name: "Requests", unit: "short"},
			{name: "Failed", unit: "percentunit", decimals: new(2.0)},
			{name: "Median", unit: "s"},
			{name: "p95", unit: "s"},
			{name: "p99", unit: "s"},
		}),
	}
}

func routeQuantile(share float64) string {
	return histogram{metric: apiDuration, filter: routeFilter, by: "route, method", over: "$__range"}.quantile(share)
}
