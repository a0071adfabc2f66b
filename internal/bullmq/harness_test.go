package bullmq_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
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

// versions are those of BullMQ that are tested.
func versions() []string { return []string{"4", "5", "6"} }

const packages = "testdata/bullmq"

// truth is what the workers of a queue wrote down.
type truth struct {
	Starts []struct {
		Job       string
		Since, At int64
	}
	Added, Completed, Failed, Retried, Stalled int64
}

// play runs scenarios with a real BullMQ and returns the truth, by queue.
func play(t *testing.T, version string, r *testkit.RedisServer, prefix string, scenarios ...string) map[string]truth {
	t.Helper()
	testkit.NodePackages(t, packages)
	ctx, cancel := context.WithTimeout(t.Context(), 2*testkit.HangGuard)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{"truth.js", version, r.Addr, prefix}, scenarios...)...)
	cmd.Dir, cmd.Stderr = packages, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("BullMQ %s: %v", version, err)
	}
	truths := map[string]truth{}
	if err := json.Unmarshal(out, &truths); err != nil {
		t.Fatalf("BullMQ %s: %v in %.200s", version, err, out)
	}
	return truths
}

// compare holds what was recorded against the truth and returns by how much
// the worst wait is off.
func (tr truth) compare(s *seen) (worst time.Duration, err error) {
	if len(s.waits) != len(tr.Starts) {
		return 0, fmt.Errorf("%d waits, want %d", len(s.waits), len(tr.Starts))
	}
	for _, c := range []struct {
		what      string
		got, want int64
	}{{"added", s.added, tr.Added}, {"completed", s.completed, tr.Completed}, {"failed", s.failed, tr.Failed}, {"retried", s.retried, tr.Retried}, {"stalled", s.stalled, tr.Stalled}} {
		if c.got != c.want {
			return 0, fmt.Errorf("%d %s, want %d", c.got, c.what, c.want)
		}
	}
	delete(s.missed, "deleted") // a queue that was obliterated: all of it was read before
	if len(s.missed) > 0 {
		return 0, fmt.Errorf("missed %v", s.missed)
	}
	var want []time.Duration
	for _, start := range tr.Starts {
		want = append(want, time.Duration(max(0, start.At-start.Since))*time.Millisecond)
	}
	got := slices.Sorted(slices.Values(s.waits))
	slices.Sort(want)
	for i := range got {
		worst = max(worst, (got[i] - want[i]).Abs())
	}
	return worst, nil
}
