package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

func queuePanels() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 101, title: "Oldest waiting job · by queue", w: 16, h: 8, unit: "s",
			guard: "QueueWaitTimeHigh", limit: new(queueWaitLimit),
			reading: "How long the oldest job that could run now has waited. A line that climbs one second a second means that no job starts: " +
				"workers are down or stuck. A line that climbs more slowly means that they can't keep up.",
			queries: []query{{expr: "max by (queue_name) (luneo_worker_queue_wait_time_current_seconds" + filter(queueFilter) + ")", legend: "{{queue_name}}"}},
		}),
		heat(panel{
			id: 102, title: "How long jobs waited · jobs started", w: 8, h: 8, unit: "s",
			guard: "QueueWaitTimeHigh",
			reading: "Each cell counts the jobs that started in its span of time, by how long they had waited: the rows' upper bounds are those " +
				"of the histogram. Brighter is more. A band that moves up is a backlog that grows.",
			queries: []query{{
				expr:   increase(queueWait+"_bucket", queueFilter, "le", bin),
				legend: "{{le}}", format: prometheus.PromQueryFormatHeatmap, step: binStep,
			}},
		}, "short"),
		lines(panel{
			id: 103, title: "Wait before start · median and p95, by queue", w: 16, h: 7, unit: "s",
			reading: "How long jobs had waited when they started: half of them at most the median, 95 of 100 at most the p95. " +
				"A retry is a new wait. Gaps are times in which no job of the queue started.",
			queries: []query{
				{expr: waits(0.5), legend: "{{queue_name}} median"},
				{expr: waits(0.95), legend: "{{queue_name}} p95"},
			},
		}),
		columnsOverTime(panel{
			id: 104, title: "Jobs started · by queue", w: 8, h: 7, unit: "short", decimals: new(0.0),
			reading: "How many jobs started in the span of each bar. None while the oldest job gets older means that no worker is alive.",
			queries: []query{bars(increase(queueWait+"_count", queueFilter, "queue_name", bin), "{{queue_name}}")},
		}),
	}
}

func waits(share float64) string {
	return histogram{metric: queueWait, filter: queueFilter, by: "queue_name", over: window}.quantile(share)
}
