package app

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/setup"
	"github.com/luneo-platform/luneo/internal/web"
)

// limit is one bound of what clients can make Luneo hold, and how full it is.
type limit struct {
	// Name is the key of the configuration, or of a fixed limit a name alike.
	Name string `json:"name"`
	What string `json:"what"`
	// Used is null where only each request is held against the limit.
	Used  *float64 `json:"used"`
	Limit float64  `json:"limit"`
	Unit  string   `json:"unit"`
	// Hits is how often it was hit since the start; null where nobody counts.
	Hits *float64 `json:"hits"`
}

// limits are read from what /metrics shows, so that the page and a dashboard
// can't differ.
func limits(cfg config.Config, shown readings) []limit {
	list := labelLimits(shown)
	list = append(list, seriesLimits(shown)...)
	list = append(list, watchLimits(shown)...)
	refused := func(kind string) *float64 { return shown.of("luneo_http_server_errors_total", "kind", kind) }
	one := func(name string) *float64 { v := shown.value(name); return &v }
	list = append(list,
		limit{"limits.dedup_ids", "event ids that are remembered", one("luneo_dedup_ids"), shown.value("luneo_dedup_ids_limit"), "ids", nil},
		limit{"limits.body_bytes", "size of a request's body, as sent and as expanded; hits are answers of 413", nil, float64(cfg.Limits.BodyBytes), "bytes", refused("too_large")},
		limit{"limits.batch_events", "events in one batch; refused with 413 as well", nil, float64(cfg.Limits.BatchEvents), "events", nil},
		limit{"connections", "open connections; more wait", one("luneo_http_server_connections"), web.DefaultConnections, "connections", nil},
		limit{"large_bodies", "large bodies that are read at once", nil, intake.DefaultLargeBodies, "bodies", one("luneo_ingest_large_bodies_refused_total")},
		limit{"setup_listeners", "pages that follow the setup", one("luneo_setup_listeners"), setup.MaxListeners, "pages", nil},
		limit{"expected_spikes", "spans of spend that are marked as expected", one("luneo_ai_cost_expected_spikes"), shown.value("luneo_ai_cost_expected_spikes_limit"), "spans", nil},
	)
	if cfg.Limits.IngestRate > 0 {
		list = append(list, limit{"limits.ingest_rate", "events a second of each credential; hits are answers of 429", nil, float64(cfg.Limits.IngestRate), "events/s", refused("rate_limited")})
	}
	if size := cfg.Prometheus.RetentionSize; size > 0 && cfg.Prometheus.Mode == "embedded" {
		list = append(list, limit{"prometheus.retention_size", "size of the history's blocks; past it the oldest go", one("prometheus_tsdb_storage_blocks_bytes"), float64(size), "bytes", one("prometheus_tsdb_size_retentions_total")})
	}
	return list
}

// labelLimits are those of each label that a client can set.
func labelLimits(shown readings) (list []limit) {
	most := shown.value("luneo_label_values_limit")
	for _, m := range shown["luneo_label_values"].GetMetric() {
		event, label, used := labelOf(m, "event"), labelOf(m, "label"), m.GetGauge().GetValue()
		list = append(list, limit{
			"limits.label_values", fmt.Sprintf("distinct values of %s in %s events; new ones become other", label, event), &used, most, "values",
			shown.of("luneo_label_values_limited_total", "event", event, "label", label),
		})
	}
	return list
}

// seriesLimits are those of the metrics that have series.
func seriesLimits(shown readings) (list []limit) {
	most := shown.value("luneo_meter_series_limit")
	for _, m := range shown["luneo_meter_series"].GetMetric() {
		if used, metric := m.GetGauge().GetValue(), labelOf(m, "metric"); used > 0 {
			list = append(list, limit{"meter_series", "series of " + metric, &used, most, "series", shown.of("luneo_meter_series_folded_total", "metric", metric)})
		}
	}
	return list
}

// watchLimits are those of the watch of queues, where there is one.
func watchLimits(shown readings) (list []limit) {
	for _, l := range []struct{ name, what, used, most, unit string }{
		{"watched_queues", "queues that are watched; more are not", "luneo_redis_queues", "luneo_redis_queues_limit", "queues"},
		{"remembered_jobs", "unfinished jobs that are remembered of a Redis; of others Redis is asked when they start", "luneo_queue_remembered_jobs", "luneo_queue_remembered_jobs_limit", "jobs"},
	} {
		if most := shown.value(l.most); most > 0 {
			used := shown.sum(l.used)
			list = append(list, limit{l.name, l.what, &used, most, l.unit, nil})
		}
	}
	return list
}

// readings is what /metrics shows, by name.
type readings map[string]*dto.MetricFamily

func gathered(from prometheus.Gatherer) (readings, error) {
	families, err := from.Gather()
	if err != nil {
		return nil, fmt.Errorf("reading Luneo's own metrics: %w", err)
	}
	r := readings{}
	for _, f := range families {
		r[f.GetName()] = f
	}
	return r, nil
}

// value is that of a metric without labels; 0 when it is absent.
func (r readings) value(name string) float64 { return *r.of(name) }

// sum is that of all series of a metric.
func (r readings) sum(name string) (sum float64) {
	for _, m := range r[name].GetMetric() {
		sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	return sum
}

// of is the value of the series with these labels, names and values in turn; 0
// when it is absent.
func (r readings) of(name string, labels ...string) *float64 {
	want := map[string]string{}
	for pair := range slices.Chunk(labels, 2) {
		want[pair[0]] = pair[1]
	}
	value := 0.0
	for _, m := range r[name].GetMetric() {
		have := map[string]string{}
		for _, l := range m.GetLabel() {
			have[l.GetName()] = l.GetValue()
		}
		if maps.Equal(have, want) {
			value = m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue()
		}
	}
	return &value
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
