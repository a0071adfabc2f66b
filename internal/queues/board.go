package queues

import (
	"context"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// How many queues there are at most.
const (
	maxWatched = 2000
	maxPushed  = 1000
)

// Watched is what watches queues. Its methods are called concurrently.
type Watched interface {
	// Queues are those that are there now, from memory.
	Queues() []kpi.QueueState
	// Servers say how it and each Redis get on.
	Servers() []kpi.RedisState
	// Failures says why the failed jobs failed that a queue keeps. It asks, and
	// its errors are of package kpi.
	Failures(ctx context.Context, queueName string) (kpi.QueueFailures, error)
}

// Waits are the current waits that the platform has sent.
type Waits interface {
	// PushedWaits are by queue_name; those that nobody renewed are not among
	// them.
	PushedWaits(now time.Time) map[string]time.Duration
}

// Alerts are those about queues.
type Alerts interface {
	// Active are those that fire or are pending now.
	Active(ctx context.Context) ([]Alert, error)
	// LastDay are those of the last 24 hours.
	LastDay(ctx context.Context) ([]Incident, error)
}

// Alert is one that is active.
type Alert struct {
	Queue  string
	Firing bool
}

// Incident is how long an alert about a queue was in a state.
type Incident struct {
	Queue    string    `json:"-"`
	Rule     string    `json:"rule"`
	Severity string    `json:"severity"`
	State    string    `json:"state"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	// Ongoing says that To is only as far as the history goes.
	Ongoing bool `json:"ongoing"`
}

// Options say what a Board reads. All but Now may be nil.
type Options struct {
	Watched Watched
	Waits   Waits
	Alerts  Alerts
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Board says how every queue does. It is safe for concurrent use.
type Board struct {
	o      Options
	recent *recent
}

// New makes a Board.
func New(o Options) *Board {
	if o.Watched == nil {
		o.Watched = nothing{}
	}
	if o.Waits == nil {
		o.Waits = nothing{}
	}
	if o.Alerts == nil {
		o.Alerts = nothing{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Board{o: o, recent: newRecent(o.Now)}
}

// Observed tells the board of events that were recorded, those about queues
// among them. It does not wait, and keeps nothing of them.
func (b *Board) Observed(events []kpi.Event) { b.recent.observe(events, SourceEvents) }

// Followed is the same for events that a watcher of queues has made: those
// queues are not shown while the watcher does not see them.
func (b *Board) Followed(events []kpi.Event) { b.recent.observe(events, SourceRedis) }

// nothing stands in for what is not there.
type nothing struct{}

// Queues are none.
func (nothing) Queues() []kpi.QueueState { return nil }

// Servers are none.
func (nothing) Servers() []kpi.RedisState { return nil }

// Failures knows no queue.
func (nothing) Failures(context.Context, string) (kpi.QueueFailures, error) {
	return kpi.QueueFailures{}, kpi.Errorf(kpi.KindNotFound, "No queue is watched.")
}

// PushedWaits are none.
func (nothing) PushedWaits(time.Time) map[string]time.Duration { return nil }

// Active are none.
func (nothing) Active(context.Context) ([]Alert, error) { return nil, nil }

// LastDay are none.
func (nothing) LastDay(context.Context) ([]Incident, error) { return nil, nil }
