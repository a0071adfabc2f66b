package gateway

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// books records calls behind their answers: a queue of bounded length and one
// goroutine that empties it.
type books struct {
	recorder Recorder
	log      *slog.Logger
	queue    chan kpi.Event
	metrics  *metrics
	timeout  time.Duration   // of the end
	fetched  map[string]bool // what was fetched and counted; run's own
}

// credential scopes the ids of what the gateway records.
const credential = "gateway"

const (
	// mostFetched bounds what is remembered of what was fetched.
	mostFetched = 10_000
	bookBatch   = 500
	// bookLinger is how long a record waits for others.
	bookLinger = 10 * time.Millisecond
	// bookRetry lies between attempts while the disk refuses; meanwhile the
	// queue fills, and then calls are dropped from the books.
	bookRetry = 500 * time.Millisecond
)

func newBooks(o Options, m *metrics) *books {
	return &books{recorder: o.Recorder, log: o.Logger, queue: make(chan kpi.Event, o.QueueLength), metrics: m, timeout: o.DrainTimeout, fetched: map[string]bool{}}
}

// add never waits, and whatever is wrong with a call's record harms no caller.
func (b *books) add(c *call) {
	defer func() {
		if recover() != nil {
			b.metrics.dropped.Inc()
		}
	}()
	select {
	case b.queue <- c.event():
	default:
		b.metrics.dropped.Inc()
	}
}

func (b *books) run(ctx context.Context) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(b.timeout, end) })()
	for {
		select {
		case <-ctx.Done():
			return b.drain(life)
		case e := <-b.queue:
			b.gather(ctx)
			b.record(life, b.more(e))
		}
	}
}

// gather waits a moment for more to come: nobody waits for a record, and those
// that are written together cost the disk once.
func (b *books) gather(ctx context.Context) {
	timer := time.NewTimer(bookLinger)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// more takes what waits beside the first, without waiting.
func (b *books) more(first kpi.Event) []kpi.Event {
	batch := append(make([]kpi.Event, 0, min(bookBatch, 1+len(b.queue))), first)
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

// record tries until it succeeds or life ends; then the metric counts the rest.
func (b *books) record(life context.Context, batch []kpi.Event) {
	plain := batch
	if slices.ContainsFunc(batch, func(e kpi.Event) bool { return e.ID != "" }) {
		plain = b.recordFetched(life, batch)
	}
	if len(plain) > 0 {
		b.submit(life, plain)
	}
}

// recordFetched records the calls that fetched something and returns the others.
func (b *books) recordFetched(life context.Context, batch []kpi.Event) (plain []kpi.Event) {
	for _, e := range batch {
		if e.ID == "" {
			plain = append(plain, e)
		} else if !b.recordOnce(life, e) {
			e.ID, e.Usage = "", nil // it was fetched before, and then counted
			plain = append(plain, e)
		}
	}
	return plain
}

// recordOnce counts a call that fetched what can be fetched again, unless that
// was fetched before: what this process has seen it knows itself, what one before
// it has the recorder knows for a day.
func (b *books) recordOnce(life context.Context, e kpi.Event) bool {
	if b.fetched[e.ID] {
		return false
	}
	if len(b.fetched) >= mostFetched {
		clear(b.fetched)
	}
	b.fetched[strings.Clone(e.ID)] = true
	return b.submit(life, []kpi.Event{e}) > 0
}

// submit returns how many events were counted.
func (b *books) submit(life context.Context, events []kpi.Event) int {
	for {
		receipt, err := b.recorder.Record(life, kpi.Submission{Credential: credential, Events: events})
		if err == nil {
			return receipt.Accepted
		}
		b.log.Debug("recording calls of the gateway", "err", err)
		select {
		case <-life.Done():
			b.metrics.dropped.Add(float64(len(events)))
			return len(events) // they are counted as what is missing
		case <-time.After(bookRetry):
		}
	}
}

// drain records what still waits.
func (b *books) drain(life context.Context) error {
	for {
		select {
		case e := <-b.queue:
			b.record(life, b.more(e))
		default:
			return nil
		}
	}
}
