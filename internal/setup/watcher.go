package setup

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// batchEndpoint is what refusals of batches go by: they are of no one type.
const batchEndpoint = "batch"

// Meter calls see with each series that is shown at a time. What it gets holds
// until it returns.
type Meter interface {
	Visit(now time.Time, see func(kpi.Reading))
}

// History knows when a metric last rose, over all its series and up to a week
// back; zero when it did not.
type History interface {
	LastRise(ctx context.Context, metric string) (time.Time, error)
}

// Options say what a Watcher asks.
type Options struct {
	Meter   Meter
	History History
	// Check reads an event as the endpoint of its type would, and counts nothing.
	Check func(t kpi.Type, body []byte) (kpi.Event, error)
	// Watched names the queues that are watched now; nil when none ever is.
	Watched func() []string
	// Told says how people are told of alerts; nil when nobody ever is.
	Told func() Told
	// PublicURL is where people reach this Luneo.
	PublicURL func() string
	Logger    *slog.Logger
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Watcher is safe for concurrent use.
type Watcher struct {
	o      Options
	traces map[string]*trace // by the name of a type, or batch; the map never changes
	byType [8]*trace         // the same, by type
	hub    *hub
	wake   chan struct{} // a first event may have come

	mu     sync.Mutex
	counts []countsAt // of the last minute, oldest first
}

// countsAt is how many events of each source there were at a time.
type countsAt struct {
	at     time.Time
	events map[string]float64
}

// New makes a Watcher and starts nothing.
func New(o Options) *Watcher {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Watched == nil {
		o.Watched = func() []string { return nil }
	}
	if o.Told == nil {
		o.Told = func() Told { return Told{} }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Watcher{o: o, traces: map[string]*trace{batchEndpoint: {}}, hub: newHub(), wake: make(chan struct{}, 1)}
	for _, s := range kpi.Schemas() {
		t := &trace{}
		w.traces[s.Name], w.byType[s.Type] = t, t
	}
	return w
}

// accepted is what a client is answered whose events were counted.
const accepted = 202

// Recorded is told of events that were sent and counted, as internal/intake does.
func (w *Watcher) Recorded(events []kpi.Event) { w.record(events, accepted) }

// Seen is told of events that Luneo saw itself and counted: nobody was answered.
func (w *Watcher) Seen(events []kpi.Event) { w.record(events, 0) }

func (w *Watcher) record(events []kpi.Event, status int) {
	now := w.o.Now()
	var seen uint8 // types, a bit each
	for i := range events {
		e := &events[i]
		if seen&(1<<e.Type) != 0 {
			continue
		}
		seen |= 1 << e.Type
		if t := w.byType[e.Type]; t.saw(now.UnixMilli()) {
			r := recordedRecent(now, e, status)
			t.keep(r)
			w.hub.received(r)
			w.poke()
		}
	}
}

// Refusal is a request that was refused, or some events of a batch.
type Refusal struct {
	// Endpoint is the type of event, or batch.
	Endpoint string
	// Status is that of the answer; of a batch in part, what it would have been.
	Status int
	Err    *kpi.Error
}

// Refused is told of what was refused.
func (w *Watcher) Refused(r Refusal) {
	t, now := w.traces[r.Endpoint], w.o.Now()
	if t == nil || !due(&t.nextRefusal, now.UnixMilli()) {
		return
	}
	recent := refusedRecent(now, r.Endpoint, r.Status, r.Err)
	t.keep(recent)
	w.hub.received(recent)
}

// poke has the states looked at soon.
func (w *Watcher) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Sources are all sources as they are now.
func (w *Watcher) Sources() []Source {
	now := w.o.Now()
	counted, watched := w.tallies(now), w.o.Watched()
	var out []Source
	for _, k := range kinds() {
		if k.typ == 0 {
			told := w.o.Told()
			out = append(out, told.source())
			continue
		}
		t, last := counted[k.id], w.byType[k.typ].lastAt()
		s := Source{ID: k.id, State: stateOf(now, last, t.events), LastEventAt: timeOrNil(last)}
		if k.id == queuesID && len(watched) > 0 {
			s.State = Live
			t.name(watched)
		}
		s.FirstEventAt, s.Events = timeOrNil(t.since), t.events
		s.PerMinute, s.Found = w.perMinute(now, k.id, t.events), t.found(k.plural)
		out = append(out, s)
	}
	return out
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// recent are the last events of every type, the newest first.
func (w *Watcher) recent() []Recent {
	list := []Recent{}
	for _, t := range w.traces {
		list = append(list, t.list()...)
	}
	slices.SortStableFunc(list, func(a, b Recent) int { return b.At.Compare(a.At) })
	return list
}
