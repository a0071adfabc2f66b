package intake

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// batchName is the type under which the events of batches are counted.
const batchName = "batch"

type metrics struct {
	bytes   prometheus.Counter
	ignored prometheus.Counter
	results map[string]*results // by the last part of the endpoint
}

// results are the counters of one endpoint.
type results struct {
	accepted, duplicate, ignored, rejected prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "luneo_ingest_events_total",
		Help: "Events taken over HTTP since the start, by the endpoint that took them and what became of them; a body that can't be read counts none",
	}, []string{"type", "result"})
	ignored := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "luneo_ingest_ignored_total",
		Help: "Events taken over HTTP since the start that were not counted, since Luneo knows the same from a better source",
	}, []string{"type", "reason"})
	m := &metrics{
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "luneo_ingest_bytes_total", Help: "Bytes of bodies read by the endpoints for events since the start, as they were sent",
		}),
		ignored: ignored.WithLabelValues("queue-wait", "watched"),
		results: map[string]*results{batchName: newResults(events, batchName)},
	}
	for _, s := range kpi.Schemas() {
		m.results[s.Name] = newResults(events, s.Name)
	}
	if registerer != nil {
		registerer.MustRegister(events, ignored, m.bytes)
	}
	return m
}

func newResults(events *prometheus.CounterVec, name string) *results {
	return &results{
		accepted:  events.WithLabelValues(name, "accepted"),
		duplicate: events.WithLabelValues(name, "duplicate"),
		ignored:   events.WithLabelValues(name, "ignored"),
		rejected:  events.WithLabelValues(name, "rejected"),
	}
}

func (r *results) add(receipt kpi.Receipt, rejected int) {
	add(r.accepted, receipt.Accepted)
	add(r.duplicate, receipt.Duplicate)
	add(r.ignored, receipt.Ignored)
	add(r.rejected, rejected)
}

func add(c prometheus.Counter, n int) {
	if n > 0 {
		c.Add(float64(n))
	}
}

// refused counts an event that was read and found wrong, and returns err.
func (r *results) refused(err error) error {
	var e *kpi.Error
	if errors.As(err, &e) && len(e.Violations) > 0 {
		r.rejected.Inc()
	}
	return err
}

// refusedAll counts a batch without a good event and returns its error.
func (r *results) refusedAll(b *batch) error {
	add(r.rejected, b.rejected)
	return b.refusal()
}
