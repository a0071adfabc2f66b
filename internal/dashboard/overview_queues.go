package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// watchedQueues shows what Luneo sees of queues in Redis.
func watchedQueues() []dashboard.Panel {
	gauge := func(metric, matchers string) string {
		return fmt.Sprintf("sum by (queue_name) (%s%s)", metric, filter(matchers+instanceFilter))
	}
	return []dashboard.Panel{
		lines(panel{
			id: 501, title: "Jobs that wait for a worker · by queue", w: 8, h: 8, unit: "short", decimals: new(0.0),
			reading: "Jobs that could run now, waiting and prioritised. A line that climbs means that more jobs come than workers end.",
			queries: []query{{expr: gauge("luneo_queue_jobs", `state=~"waiting|prioritized",`), legend: "{{queue_name}}"}},
		}),
		lines(panel{
			id: 502, title: "Jobs · per second, by what became of them", w: 8, h: 8, unit: "short",
			reading: "Over all watched queues: jobs that were added, that ended, that failed for good; attempts that are made again, jobs whose worker was lost, " +
				"and events that were gone before they were read.",
			queries: []query{
				{expr: rate("luneo_queue_jobs_added_total", instanceFilter, ""), legend: "added"},
				{expr: rate("luneo_queue_jobs_processed_total", instanceFilter, ""), legend: "ended"},
				{expr: rate("luneo_queue_jobs_failed_total", instanceFilter, ""), legend: "failed"},
				{expr: rate("luneo_queue_job_retries_total", instanceFilter, ""), legend: "retried"},
				{expr: rate("luneo_queue_jobs_stalled_total", instanceFilter, ""), legend: "stalled"},
				{expr: rate("luneo_queue_events_missed_total", instanceFilter, ""), legend: "events missed"},
			},
		}),
		lines(panel{
			id: 503, title: "Job duration, p95 · by queue", w: 8, h: 8, unit: "s",
			reading: "95 of 100 jobs took at most so long, from their last start to their end. Jobs that get slower make others wait.",
			queries: []query{{
				expr:   histogram{metric: "luneo_queue_job_duration_seconds", filter: instanceFilter, by: "queue_name", over: window}.quantile(0.95),
				legend: "{{queue_name}}",
			}},
		}),
	}
}
