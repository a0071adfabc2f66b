package gateway

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// books records calls behind their answers: a queue of bounded length and one
// goroutine that empties it.
type books struct {
	recorder Recorder
	log      *slog.Logger
	queue    chan kpi.Event
	metrics  *metrics
}

const (
	bookBatch = 500
	// bookRetry lies between attempts while the disk refuses; meanwhile the
	// queue fills, and then calls are dropped from the books.
	bookRetry = 500 * time.Millisecond
	// bookDrain bounds how long the last calls are tried for at the end.
	bookDrain = 10 * time.Second
)

func newBooks(o Options, m *metrics) *books {
	return &books{recorder: o.Recorder, log: o.Logger, queue: make(chan kpi.Event, o.QueueLength), metrics: m}
}

// add never waits.
func (b *books) add(c *call) {
	select {
	case b.queue <- c.event():
	default:
		b.metrics.dropped.Inc()
	}
}

func (b *books) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return b.drain(context.WithoutCancel(ctx))
		case e := <-b.queue:
			b.record(ctx, b.more(e))
		}
	}
}

// more takes what waits beside the first, without waiting.
func (b *books) more(first kpi.Event) []kpi.Event {
	batch := []kpi.Event{first}
	for len(batch) < bookBatch {
		select {
		case e := <-b.queue:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// record tries until it succeeds or ctx ends; then the batch goes to drain's
// account.
func (b *books) record(ctx context.Context, batch []kpi.Event) {
	for {
		_, err := b.recorder.Record(context.WithoutCancel(ctx), kpi.Submission{Events: append([]kpi.Event(nil), batch...)})
		if err == nil {
			return
		}
		b.log.Debug("recording calls of the gateway", "err", err)
		select {
		case <-ctx.Done():
			b.metrics.dropped.Add(float64(len(batch)))
			return
		case <-time.After(bookRetry):
		}
	}
}

// drain records what still waits.
func (b *books) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, bookDrain)
	defer cancel()
	for {
		select {
		case e := <-b.queue:
			b.record(ctx, b.more(e))
		default:
			return nil
		}
	}
}

// metrics are what the gateway says about itself.
type metrics struct {
	inFlight             prometheus.Gauge
	dropped, tapFailures prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		inFlight:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "luneo_gateway_in_flight_requests", Help: "Calls that are on their way through the gateway"}),
		dropped:     prometheus.NewCounter(prometheus.CounterOpts{Name: "luneo_gateway_uncounted_requests_total", Help: "Calls since the start that passed the gateway and could not be recorded"}),
		tapFailures: prometheus.NewCounter(prometheus.CounterOpts{Name: "luneo_gateway_tap_failures_total", Help: "Answers since the start that passed whole and could not be read beside"}),
	}
	if r != nil {
		r.MustRegister(m.inFlight, m.dropped, m.tapFailures)
	}
	return m
}
