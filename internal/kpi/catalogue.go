package kpi

import "slices"

// MetricType is the Prometheus type of a metric.
type MetricType string

// The types of metric that Luneo has.
const (
	Counter   MetricType = "counter"
	Gauge     MetricType = "gauge"
	Histogram MetricType = "histogram"
)

// MetricID names a metric of the catalogue. Its values are written to
// snapshots: never renumber them.
type MetricID uint8

// The metrics of the instrumentation guide, then those that Luneo adds.
const (
	QueueWaitTime        MetricID = 1
	QueueWaitTimeCurrent MetricID = 2

	OpenAIRequestDuration MetricID = 3
	OpenAIRequests        MetricID = 4
	OpenAIRequestErrors   MetricID = 5
	OpenAICost            MetricID = 6

	RenderDuration MetricID = 7
	Renders        MetricID = 8
	RenderErrors   MetricID = 9

	EmbedHandshakeFailures MetricID = 10
	EmbedHandshakes        MetricID = 11
	EmbedHandshakeDuration MetricID = 12

	ARConversionDuration MetricID = 13
	ARConversions        MetricID = 14
	ARConversionErrors   MetricID = 15

	AICostBaseline MetricID = 16
	AICostCurrent  MetricID = 17

	OpenAITokens        MetricID = 18
	OpenAIUnpriced      MetricID = 19
	HTTPRequestDuration MetricID = 20

	AICostUsual MetricID = 21

	QueueJobsAdded     MetricID = 22
	QueueJobsProcessed MetricID = 23
	QueueJobsFailed    MetricID = 24
	QueueJobDuration   MetricID = 25
	QueueJobRetries    MetricID = 26
	QueueJobsStalled   MetricID = 27
	QueueEventsMissed  MetricID = 28

	OpenAITimeToFirstToken  MetricID = 29
	OpenAIOutputSpeed       MetricID = 30
	OpenAIRetries           MetricID = 31
	OpenAIRetryTime         MetricID = 32
	OpenAIRetryCost         MetricID = 33
	OpenAIRateLimited       MetricID = 34
	OpenAIUsageUnknown      MetricID = 35
	OpenAITagCost           MetricID = 36
	OpenAIUpstreamCost      MetricID = 37
	OpenAIUpstreamRequests  MetricID = 38
	OpenAICostCorrections   MetricID = 39
	OpenAIUnpricedRemaining MetricID = 40
)

// Metric is one metric of the catalogue.
type Metric struct {
	ID     MetricID
	Name   string
	Type   MetricType
	Help   string
	Labels []string
	// Buckets are the upper bounds of a classic histogram without +Inf.
	Buckets []float64
	// Section is the guide's heading that it stands under, or the subject of
	// a metric that Luneo adds.
	Section string
	// Guide says that the instrumentation guide names it.
	Guide bool
	// Computed says that events do not feed it: another part than the meter
	// computes it from history and shows it.
	Computed bool
}

// Catalogue returns every metric of the platform's KPIs, in the order of the guide;
// those that Luneo adds come last.
func Catalogue() []Metric {
	return slices.Concat(guideMetrics(), ownMetrics(), watchedMetrics(), gatewayMetrics())
}

// MetricOf returns the metric of an id; its Labels and Buckets are shared,
// never changed. It panics when there is none, which is a defect of the program.
func MetricOf(id MetricID) Metric {
	if int(id) >= len(metricTable) || metricTable[id].Name == "" {
		panic("kpi: the catalogue has no such metric")
	}
	return metricTable[id]
}

// metricTable is read-only; a metric's place is its id.
var metricTable = byID(Catalogue())

func byID(metrics []Metric) (table []Metric) {
	for _, m := range metrics {
		for len(table) <= int(m.ID) {
			table = append(table, Metric{})
		}
		table[m.ID] = m
	}
	return table
}

func guideMetrics() []Metric {
	return slices.Concat(
		guideSection("Worker Queue Metrics", queueMetrics()),
		guideSection("OpenAI Metrics", openaiMetrics()),
		guideSection("Render Metrics", renderMetrics()),
		guideSection("Embed Handshake Metrics", embedMetrics()),
		guideSection("AR Conversion Metrics", arMetrics()),
		guideSection("Cost Tracking Metrics", costMetrics()),
	)
}

// guideSection marks metrics as those under a heading of the guide.
func guideSection(heading string, metrics []Metric) []Metric {
	for i := range metrics {
		metrics[i].Section, metrics[i].Guide = heading, true
	}
	return metrics
}

func queueMetrics() []Metric {
	return []Metric{
		{
			ID: QueueWaitTime, Name: "luneo_worker_queue_wait_time_seconds", Type: Histogram,
			Help: "Time jobs spend waiting in queue before processing", Labels: []string{"queue_name"},
			Buckets: []float64{1, 5, 10, 30, 60, 120, 300, 600},
		},
		{
			ID: QueueWaitTimeCurrent, Name: "luneo_worker_queue_wait_time_current_seconds", Type: Gauge,
			Help: "Current wait time for oldest waiting job per queue", Labels: []string{"queue_name"},
		},
	}
}

func openaiMetrics() []Metric {
	return []Metric{
		{
			ID: OpenAIRequestDuration, Name: "luneo_openai_request_duration_seconds", Type: Histogram,
			Help: "Duration of OpenAI API requests", Labels: []string{"model", "operation", "status"},
			Buckets: []float64{0.1, 0.5, 1, 2, 5, 10, 30, 60},
		},
		{
			ID: OpenAIRequests, Name: "luneo_openai_requests_total", Type: Counter,
			Help: "Total number of OpenAI API requests", Labels: []string{"model", "operation"},
		},
		{
			ID: OpenAIRequestErrors, Name: "luneo_openai_requests_error_total", Type: Counter,
			Help: "Total number of failed OpenAI API requests", Labels: []string{"model", "operation", "error_type"},
		},
		{
			ID: OpenAICost, Name: "luneo_openai_cost_cents", Type: Gauge,
			Help: "Current OpenAI API cost in cents", Labels: []string{"model", "operation"},
		},
	}
}

func renderMetrics() []Metric {
	return []Metric{
		{
			ID: RenderDuration, Name: "luneo_render_duration_seconds", Type: Histogram,
			Help: "Duration of render operations", Labels: []string{"render_type", "quality", "status"},
			Buckets: []float64{1, 5, 10, 30, 60, 120, 300, 600},
		},
		{
			ID: Renders, Name: "luneo_renders_total", Type: Counter,
			Help: "Total number of render operations", Labels: []string{"render_type", "quality"},
		},
		{
			ID: RenderErrors, Name: "luneo_renders_error_total", Type: Counter,
			Help: "Total number of failed render operations", Labels: []string{"render_type", "quality", "error_type"},
		},
	}
}

func embedMetrics() []Metric {
	return []Metric{
		{
			ID: EmbedHandshakeFailures, Name: "luneo_embed_handshake_failures_total", Type: Counter,
			Help: "Total number of embed handshake failures", Labels: []string{"failure_reason", "shop_domain"},
		},
		{
			ID: EmbedHandshakes, Name: "luneo_embed_handshakes_total", Type: Counter,
			Help: "Total number of embed handshake attempts", Labels: []string{"status"},
		},
		{
			ID: EmbedHandshakeDuration, Name: "luneo_embed_handshake_duration_seconds", Type: Histogram,
			Help: "Duration of embed handshake operations", Labels: []string{"status"},
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 2},
		},
	}
}

func arMetrics() []Metric {
	return []Metric{
		{
			ID: ARConversionDuration, Name: "luneo_ar_conversion_duration_seconds", Type: Histogram,
			Help: "Duration of AR conversion operations", Labels: []string{"conversion_type", "status"},
			Buckets: []float64{1, 5, 10, 30, 60, 120, 300},
		},
		{
			ID: ARConversions, Name: "luneo_ar_conversions_total", Type: Counter,
			Help: "Total number of AR conversion operations", Labels: []string{"conversion_type"},
		},
		{
			ID: ARConversionErrors, Name: "luneo_ar_conversions_error_total", Type: Counter,
			Help: "Total number of failed AR conversion operations", Labels: []string{"conversion_type", "error_type"},
		},
	}
}

func costMetrics() []Metric {
	return []Metric{
		{
			ID: AICostBaseline, Name: "luneo_ai_cost_baseline_cents", Type: Gauge, Computed: true,
			Help: "Baseline AI cost in cents (calculated from historical average)", Labels: []string{"time_window"},
		},
		{
			ID: AICostCurrent, Name: "luneo_ai_cost_current_cents", Type: Gauge,
			Help: "Current AI cost in cents (for current time window)", Labels: []string{"time_window"},
		},
	}
}

func ownMetrics() []Metric {
	return []Metric{
		{
			ID: AICostUsual, Name: "luneo_ai_cost_usual_cents", Type: Gauge, Section: "AI cost", Computed: true,
			Help:   "Range in which a window's cost usually is, in cents: a tenth of past windows cost less than low, a tenth more than high",
			Labels: []string{"time_window", "bound"},
		},
		{
			ID: OpenAITokens, Name: "luneo_openai_tokens_total", Type: Counter, Section: "OpenAI usage",
			Help:   "Tokens of OpenAI API requests whose usage is known; cached is part of input, reasoning is part of output",
			Labels: []string{"model", "operation", "token_type"},
		},
		{
			ID: OpenAIUnpriced, Name: "luneo_openai_unpriced_requests_total", Type: Counter, Section: "OpenAI usage",
			Help:   "OpenAI API requests whose cost is unknown, for want of a price or of usage; they are in no cost",
			Labels: []string{"model"},
		},
		{
			ID: HTTPRequestDuration, Name: "luneo_http_request_duration_seconds", Type: Histogram, Section: "Platform API",
			Help:    "Duration of requests that the platform's own API answered",
			Labels:  []string{"method", "route", "status_code"},
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		},
	}
}

// watchedMetrics are fed by what Luneo's own watcher of queues sees.
func watchedMetrics() []Metric {
	queue := []string{"queue_name"}
	metrics := []Metric{
		{ID: QueueJobsAdded, Name: "luneo_queue_jobs_added_total", Type: Counter, Help: "Jobs added to a watched queue", Labels: queue},
		{ID: QueueJobsProcessed, Name: "luneo_queue_jobs_processed_total", Type: Counter, Help: "Jobs of a watched queue that completed or failed for good", Labels: queue},
		{ID: QueueJobsFailed, Name: "luneo_queue_jobs_failed_total", Type: Counter, Help: "Jobs of a watched queue that failed for good", Labels: queue},
		{
			ID: QueueJobDuration, Name: "luneo_queue_job_duration_seconds", Type: Histogram,
			Help: "Time from the last start of a job of a watched queue to its end", Labels: []string{"queue_name", "status"},
			Buckets: []float64{0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600},
		},
		{ID: QueueJobRetries, Name: "luneo_queue_job_retries_total", Type: Counter, Help: "Attempts at jobs of a watched queue that did not finish them; they are made again", Labels: queue},
		{ID: QueueJobsStalled, Name: "luneo_queue_jobs_stalled_total", Type: Counter, Help: "Jobs of a watched queue whose worker was lost; they are made again", Labels: queue},
		{
			ID: QueueEventsMissed, Name: "luneo_queue_events_missed_total", Type: Counter,
			Help: "Entries of a watched queue's event stream that were gone before they were read, at least", Labels: []string{"queue_name", "reason"},
		},
	}
	for i := range metrics {
		metrics[i].Section = "Watched queues"
	}
	return metrics
}

// gatewayMetrics are fed by what the gateway sees of OpenAI calls, but for
// those of limits and corrections, which events tell too.
func gatewayMetrics() []Metric {
	call := []string{"model", "operation"}
	metrics := []Metric{
		{
			ID: OpenAITimeToFirstToken, Name: "luneo_openai_time_to_first_token_seconds", Type: Histogram,
			Help: "Time from a request through the gateway to the first token of its streamed answer", Labels: call,
			Buckets: []float64{0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60},
		},
		{
			ID: OpenAIOutputSpeed, Name: "luneo_openai_output_tokens_per_second", Type: Histogram,
			Help: "Output tokens of a streamed answer through the gateway by the time from its first token to its end", Labels: call,
			Buckets: []float64{1, 5, 10, 20, 50, 100, 200, 500, 1000},
		},
		{ID: OpenAIRetries, Name: "luneo_openai_retries_total", Type: Counter, Help: "Calls through the gateway that an SDK made again (X-Stainless-Retry-Count)", Labels: call},
		{ID: OpenAIRetryTime, Name: "luneo_openai_retry_duration_seconds_total", Type: Counter, Help: "Time that calls took which an SDK made again", Labels: call},
		{ID: OpenAIRetryCost, Name: "luneo_openai_retry_cost_cents", Type: Gauge, Help: "Cost in cents of calls that an SDK made again; it is in luneo_openai_cost_cents too", Labels: call},
		{
			ID: OpenAIRateLimited, Name: "luneo_openai_rate_limited_total", Type: Counter,
			Help: "Requests refused for the caller's limits: wait helps against a rate, out_of_money against nothing but money", Labels: []string{"model", "reason"},
		},
		{ID: OpenAIUsageUnknown, Name: "luneo_openai_usage_unknown_total", Type: Counter, Help: "Calls through the gateway of which nobody knows what they consumed; they are in no cost", Labels: []string{"reason"}},
		{ID: OpenAITagCost, Name: "luneo_openai_tag_cost_cents", Type: Gauge, Help: "Cost in cents of calls through the gateway by on whose behalf they were made (X-Luneo-Tag, or the token's name)", Labels: []string{"tag"}},
		{ID: OpenAIUpstreamCost, Name: "luneo_openai_upstream_cost_cents", Type: Gauge, Help: "Cost in cents of calls through the gateway by the API that was called", Labels: []string{"upstream"}},
		{ID: OpenAIUpstreamRequests, Name: "luneo_openai_upstream_requests_total", Type: Counter, Help: "Calls through the gateway by the API that was called", Labels: []string{"upstream", "status"}},
		{ID: OpenAICostCorrections, Name: "luneo_openai_cost_corrections_cents", Type: Gauge, Help: "Cents in luneo_openai_cost_cents of calls whose price became known later", Labels: []string{"model"}},
		{ID: OpenAIUnpricedRemaining, Name: "luneo_openai_unpriced_remaining_requests", Type: Gauge, Help: "Unpriced requests whose usage is kept, so that a price that is added later finds them", Labels: []string{"model"}},
	}
	for i := range metrics {
		metrics[i].Section = "OpenAI gateway"
	}
	return metrics
}
