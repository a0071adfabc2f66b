package recorder

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the recorder says about itself.
type metrics struct {
	commitSeconds, snapshotSeconds prometheus.Histogram
	failures, snapshotFailures     prometheus.Counter
	records, bytes                 prometheus.Counter

	// Copies of what the holder of the token owns, for scrapes.
	idCount  atomic.Int64
	idWindow atomic.Int64 // nanoseconds
}

func newMetrics(r *Recorder) *metrics {
	m := &metrics{
		commitSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "luneo_journal_commit_duration_seconds", Help: "Time from the start of a commit until its events are durable",
			Buckets: []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1},
		}),
		snapshotSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "luneo_journal_snapshot_duration_seconds", Help: "Time to write a snapshot",
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30},
		}),
		failures:         counter("luneo_journal_commit_failures_total", "Commits that the disk refused; their events were answered with 503 and not counted"),
		snapshotFailures: counter("luneo_journal_snapshot_failures_total", "Snapshots that could not be written"),
		records:          counter("luneo_journal_records_total", "Records written to the journal since the start"),
		bytes:            counter("luneo_journal_written_bytes_total", "Bytes of records written to the journal since the start"),
	}
	m.idWindow.Store(int64(IDWindow))
	if r.opts.Registerer == nil {
		return m
	}
	r.opts.Registerer.MustRegister(m.commitSeconds, m.snapshotSeconds, m.failures, m.snapshotFailures, m.records, m.bytes,
		gauge("luneo_dedup_ids", "Event ids that are remembered", func() float64 { return float64(m.idCount.Load()) }),
		gauge("luneo_dedup_ids_limit", "Most event ids that are remembered", func() float64 { return float64(r.opts.IDLimit) }),
		gauge("luneo_dedup_window_seconds", "How far back an event sent again is recognised by its id", func() float64 { return time.Duration(m.idWindow.Load()).Seconds() }),
		gauge("luneo_recorder_queue_length", "Submissions that wait for the next commit", func() float64 { return float64(r.waiting.length()) }),
		newLabelCollector(r.labels),
	)
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func gauge(name, help string, f func() float64) prometheus.GaugeFunc {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

// committed books a commit.
func (m *metrics) committed(took time.Duration, records [][]byte) {
	m.commitSeconds.Observe(took.Seconds())
	n := 0
	for _, b := range records {
		n += len(b)
	}
	m.records.Add(float64(len(records)))
	m.bytes.Add(float64(n))
}

// remember copies the state of the ids for scrapes.
func (m *metrics) remember(s *ids, now time.Time) {
	m.idCount.Store(int64(s.head - s.tail))
	m.idWindow.Store(int64(s.window(now)))
}

// labelCollector shows how full the limits of label values are.
type labelCollector struct {
	labels        *labelLimits
	values, limit *prometheus.Desc
	limited       *prometheus.CounterVec
}

func newLabelCollector(l *labelLimits) *labelCollector {
	c := &labelCollector{
		labels: l,
		values: prometheus.NewDesc("luneo_label_values", "Distinct values that a label of an event has taken", []string{"event", "label"}, nil),
		limit:  prometheus.NewDesc("luneo_label_values_limit", "Most distinct values of a label; past it new ones become other", nil, nil),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luneo_label_values_limited_total", Help: "Events whose label became other since the start, for want of room for a new value",
		}, []string{"event", "label"}),
	}
	for _, d := range l.dims {
		if d != nil {
			d.limited = c.limited.WithLabelValues(d.schema.Name, d.label)
		}
	}
	return c
}

// Describe sends the descriptions.
func (c *labelCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.values
	ch <- c.limit
	c.limited.Describe(ch)
}

// Collect sends the numbers as they are now.
func (c *labelCollector) Collect(ch chan<- prometheus.Metric) {
	c.labels.each(func(event, label string, values int) {
		ch <- prometheus.MustNewConstMetric(c.values, prometheus.GaugeValue, float64(values), event, label)
	})
	ch <- prometheus.MustNewConstMetric(c.limit, prometheus.GaugeValue, float64(c.labels.limit))
	c.limited.Collect(ch)
}
