package bullmq_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// ledger is a recorder that keeps what it gets: waits exactly, counts, and the
// positions with them, as the real one does.
type ledger struct {
	mu        sync.Mutex
	queues    map[string]*seen
	positions map[string]string
	refuse    bool // as a full disk does
}

// seen is what was recorded of one queue.
type seen struct {
	waits                                      []time.Duration
	added, completed, failed, retried, stalled int64
	durations                                  []time.Duration
	missed                                     map[string]int64
}

func newLedger() *ledger {
	return &ledger{queues: map[string]*seen{}, positions: map[string]string{}}
}

func (l *ledger) Record(ctx context.Context, sub kpi.Submission) (kpi.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return kpi.Receipt{}, err
	}
	if l.refuse {
		return kpi.Receipt{}, kpi.Errorf(kpi.KindUnavailable, "The disk refuses.")
	}
	for _, e := range sub.Events {
		l.count(e)
	}
	for _, p := range sub.Positions {
		if l.positions[p.Source] = p.State; p.State == "" {
			delete(l.positions, p.Source)
		}
	}
	return kpi.Receipt{Accepted: len(sub.Events)}, nil
}

func (l *ledger) count(e kpi.Event) {
	s := l.of(e.Dims[0])
	switch n := max(1, e.Count); e.Type {
	case kpi.TypeQueueWait:
		s.waits = append(s.waits, e.Duration)
	case kpi.TypeQueueAdded:
		s.added += n
	case kpi.TypeQueueRetry:
		s.retried += n
	case kpi.TypeQueueStall:
		s.stalled += n
	case kpi.TypeQueueMiss:
		s.missed[e.Dims[1]] += n
	case kpi.TypeQueueJob:
		if e.Failed {
			s.failed++
		} else {
			s.completed++
		}
		if e.HasDuration {
			s.durations = append(s.durations, e.Duration)
		}
	}
}

func (l *ledger) of(queue string) *seen {
	if l.queues[queue] == nil {
		l.queues[queue] = &seen{missed: map[string]int64{}}
	}
	return l.queues[queue]
}

// read calls f with what was recorded of a queue.
func read[T any](l *ledger, queue string, f func(*seen) T) T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return f(l.of(queue))
}

func (l *ledger) waits(queue string) int {
	return read(l, queue, func(s *seen) int { return len(s.waits) })
}

func (l *ledger) lastPositions() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.positions)
}

// watch runs a watcher until the test ends or stop is called, which may be
// called twice.
func watch(t *testing.T, l *ledger, change func(*bullmq.Options)) (w *bullmq.Watcher, stop func()) {
	t.Helper()
	o := bullmq.Options{Recorder: l, Positions: l.lastPositions()}
	change(&o)
	w, err := bullmq.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return w, stop
}

// at names one server.
func at(url string) func(*bullmq.Options) {
	return func(o *bullmq.Options) {
		o.Servers = append(o.Servers, bullmq.Server{Name: "test", Connect: bullmq.Connect{URL: url}})
	}
}

// awaitUp waits until a watcher has looked at its servers.
func awaitUp(t *testing.T, w *bullmq.Watcher) {
	t.Helper()
	testkit.Await(t, "Redis to be looked at", func() bool {
		return !slices.ContainsFunc(w.Servers(), func(s kpi.RedisState) bool { return !s.Up })
	})
}
