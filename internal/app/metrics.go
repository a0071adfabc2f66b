package app

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/luneo-platform/luneo/internal/journal"
)

// newRegistry makes the registry behind /metrics with what every process shows.
func newRegistry(version string) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "luneo_build_info", Help: "1, labelled by the version that runs",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	reg.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// metricsHandler serves the registry in the text format and in OpenMetrics,
// with start timestamps, gzip if asked for.
func (a *App) metricsHandler() http.Handler {
	return a.exposed(promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{
		Registry:                            a.registry,
		EnableOpenMetrics:                   true,
		EnableOpenMetricsTextCreatedSamples: true,
		MaxRequestsInFlight:                 16,
	}))
}

// ownMetricsHandler serves the registry to this process alone: no limit that
// others could use up, no compression.
func (a *App) ownMetricsHandler() http.Handler {
	return a.exposed(promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{DisableCompression: true}))
}

// exposed tells the recorder afterwards that its numbers were shown.
func (a *App) exposed(serve http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve.ServeHTTP(w, r)
		a.recorder.Exposed()
	})
}

// newRecovery shows what the last start found in the journal.
func newRecovery(report *journal.Report) prometheus.Collector {
	return recovery{
		report:  report,
		damages: prometheus.NewDesc("luneo_journal_damages", "Places in the journal that the last start could not read; writes that a crash cut short are not among them", nil, nil),
		bytes:   prometheus.NewDesc("luneo_journal_damaged_bytes", "Bytes of the journal that the last start could not read", nil, nil),
		lost:    prometheus.NewDesc("luneo_journal_lost_records", "Records that the last start found missing from the journal", nil, nil),
		bad:     prometheus.NewDesc("luneo_journal_bad_snapshots", "Snapshots that the last start could not read", nil, nil),
		records: prometheus.NewDesc("luneo_journal_replayed_records", "Records that the last start replayed behind the snapshot", nil, nil),
	}
}

type recovery struct {
	report                             *journal.Report
	damages, bytes, lost, bad, records *prometheus.Desc
}

// Describe sends the descriptions.
func (r recovery) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(r, ch) }

// Collect sends the numbers of the last start.
func (r recovery) Collect(ch chan<- prometheus.Metric) {
	var damages, bytes float64
	for _, d := range r.report.Damages {
		if !d.Tail {
			damages++
			bytes += float64(d.Bytes)
		}
	}
	for _, g := range []struct {
		desc  *prometheus.Desc
		value float64
	}{
		{r.damages, damages},
		{r.bytes, bytes},
		{r.lost, float64(r.report.Lost())},
		{r.bad, float64(len(r.report.BadSnapshots))},
		{r.records, float64(r.report.Records)},
	} {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value)
	}
}
