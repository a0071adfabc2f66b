package bullmq_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// memory is a recorder that keeps all, whole or not at all, as the real one.
type memory struct {
	mu        sync.Mutex
	events    []kpi.Event
	positions map[string]string
	closed    bool // nothing is recorded any more
}

func newMemory() *memory { return &memory{positions: map[string]string{}} }

var errClosed = errors.New("nothing is recorded any more")

func (m *memory) Record(_ context.Context, sub kpi.Submission) (kpi.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return kpi.Receipt{}, errClosed
	}
	m.events = append(m.events, sub.Events...)
	for _, p := range sub.Positions {
		if m.positions[p.Source] = p.State; p.State == "" {
			delete(m.positions, p.Source)
		}
	}
	return kpi.Receipt{Accepted: len(sub.Events)}, nil
}

// seen is what was recorded of a queue.
type seen struct {
	waits, durations                           []int64 // milliseconds
	added, retried, stalled, completed, failed int
	missed                                     map[string]int
}

func (m *memory) seen(queue string) seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := seen{missed: map[string]int{}}
	for i := range m.events {
		if m.events[i].Dims[0] == queue {
			s.add(&m.events[i])
		}
	}
	return s
}

func (s *seen) add(e *kpi.Event) {
	n := int(max(1, e.Count))
	switch e.Type {
	case kpi.TypeQueueWait:
		s.waits = append(s.waits, e.Duration.Milliseconds())
	case kpi.TypeQueueJob:
		if e.Failed {
			s.failed++
		} else {
			s.completed++
		}
		if e.HasDuration {
			s.durations = append(s.durations, e.Duration.Milliseconds())
		}
	case kpi.TypeQueueAdded:
		s.added += n
	case kpi.TypeQueueRetry:
		s.retried += n
	case kpi.TypeQueueStall:
		s.stalled += n
	case kpi.TypeQueueMiss:
		s.missed[e.Dims[1]] += n
	}
}

// readTo reports whether the recorder has the position of a queue's last event.
func (m *memory) readTo(t testing.TB, rdb *redis.Client, prefix, queue string) bool {
	t.Helper()
	info, err := rdb.XInfoStream(t.Context(), prefix+":"+queue+":events").Result()
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for source, state := range m.positions {
		if at, _, _ := strings.Cut(state, " "); strings.HasSuffix(source, "\n"+prefix+"\n"+queue) && at == info.LastGeneratedID {
			return true
		}
	}
	return false
}

// close ends recording: what comes after it never happened.
func (m *memory) close() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return m.positions
}

func (m *memory) reopen() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = false
}

// watched is a watcher that runs.
type watched struct {
	*bullmq.Watcher
	stop func() // and wait until it has ended
}

// watch runs a watcher of one server until the test ends.
func watch(t testing.TB, url string, to *memory, change func(*bullmq.Options)) *watched {
	t.Helper()
	opts := bullmq.Options{
		Servers:   []bullmq.Server{{Name: "main", Origin: bullmq.OriginConfiguration, Connect: bullmq.Connect{URL: url}}},
		Recorder:  to,
		Positions: to.positions,
	}
	if change != nil {
		change(&opts)
	}
	w, err := bullmq.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.Run(ctx) // it ends with the context
	}()
	stop := func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return &watched{w, stop}
}

// current is the oldest wait of a queue as the watcher shows it.
func (w *watched) current(queue string) (time.Duration, bool) {
	for name, wait := range w.Waits() {
		if name == queue {
			return wait, true
		}
	}
	return 0, false
}

// client connects a test to its Redis.
func client(t testing.TB, r *testkit.RedisServer) *redis.Client {
	rdb := redis.NewClient(&redis.Options{Addr: r.Addr})
	t.Cleanup(func() { _ = rdb.Close() }) // nothing was written that matters
	return rdb
}
