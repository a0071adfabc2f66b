package bullmq

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// commandTimeout bounds each round trip.
	commandTimeout = 3 * time.Second
	// rememberedLimit bounds the jobs that are remembered of one server; about
	// 120 bytes each.
	rememberedLimit = 250_000
	// goneAfter is how long a queue that has disappeared is still followed.
	goneAfter = 15 * time.Minute
)

// server is one Redis and the queues in it.
type server struct {
	name, address, origin string
	prefixes, listed      []string
	cluster, tls          bool
	recorder              Recorder
	observe               func([]kpi.Event)
	names                 *names
	restored              map[place]position // of the goroutine that discovers
	log                   *slog.Logger
	open                  func() (redis.UniversalClient, error)
	client, reader        redis.UniversalClient // for looks, and for the streams
	health                health
	clock                 clock
	lag                   atomic.Int64 // how old, in milliseconds, the oldest entry of the last read was then
	forbidden             forbidden
	reads                 atomic.Uint64 // how often all streams were read to their ends
	about                 atomic.Pointer[about]

	mu      sync.Mutex
	queues  map[place]*queue
	skipped int
	// scanProblem is why no queue can be found; empty when they can.
	scanProblem string
	workers     map[string]int // by connection name; nil when Redis does not tell
	lookTook    time.Duration
	remembered  int
	changed     chan struct{} // a queue has come

	lookedAt time.Time // of the goroutine that looks
}

// forbidden are commands that the ACL refuses and that can be done without.
type forbidden struct{ xinfo, clients, info atomic.Bool }

// run watches until ctx ends.
func (s *server) run(ctx context.Context) {
	defer s.close()
	if !s.connect(ctx) {
		return
	}
	var all sync.WaitGroup
	all.Go(func() { s.discover(ctx) })
	all.Go(func() { s.lookAround(ctx) })
	all.Go(func() { s.follow(ctx) })
	all.Wait()
}

// connect makes the clients and waits until Redis tells its time, before which
// nobody knows where streams begin.
func (s *server) connect(ctx context.Context) bool {
	for ctx.Err() == nil {
		err := s.tryConnect(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() == nil {
			s.health.failed(err)
			sleep(ctx, s.backoff())
		}
	}
	return false
}

func (s *server) tryConnect(ctx context.Context) (err error) {
	if s.client == nil {
		if s.client, err = s.open(); err != nil {
			return err
		}
	}
	if s.reader == nil {
		if s.reader, err = s.open(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	sent := s.clock.local()
	now, err := s.client.Time(ctx).Result()
	if err != nil && s.tls && isTimeout(err) {
		return perhapsPlain{err}
	}
	if err != nil {
		return err
	}
	s.clock.tell(now, sent, s.clock.local())
	return nil
}

func (s *server) close() {
	for _, c := range []redis.UniversalClient{s.client, s.reader} {
		if c != nil {
			_ = c.Close() // nothing was written
		}
	}
}

// backoff lies between attempts: half a second at first, up to five.
func (s *server) backoff() time.Duration {
	return min(5*time.Second, 500*time.Millisecond<<min(4, max(0, s.health.inARow()-1)))
}

// followed are the queues whose streams are read.
func (s *server) followed() []*queue {
	return s.those(func(q *queue) bool { return !q.unreadable })
}

// those are the queues for which keep holds, in a fixed order.
func (s *server) those(keep func(*queue) bool) []*queue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*queue
	for _, q := range s.queues {
		q.mu.Lock()
		if keep(q) {
			list = append(list, q)
		}
		q.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b *queue) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.queue, b.queue))
	})
	return list
}

func (s *server) checkAll() {
	for _, q := range s.followed() {
		q.check.Store(true)
	}
}

// waitForQueues returns when a queue has come, or after a while.
func (s *server) waitForQueues(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.changed:
	case <-time.After(readBlock):
	}
}

// wake has a queue looked at soon, because something happened in it.
func (s *server) wake(q *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.quiet > lookBusy {
		q.quiet, q.next = lookBusy, time.Time{}
	}
}

// prepare makes a queue that is about to be watched, from a position if it is
// new. It returns nil when there is no room.
func (s *server) prepare(p place, start entryID) *queue {
	restored, known := s.restored[p]
	if !s.names.room(known) {
		return nil
	}
	q := &queue{place: p, keys: keysOf(p.prefix, p.queue), quiet: lookBusy}
	q.check.Store(true)
	q.name = s.names.claim(p, restored.name)
	q.position = position{at: start, read: readNothing, name: q.name}
	if known {
		q.position = restored
		q.position.name = q.name
	}
	return q
}

// publish begins to watch queues.
func (s *server) publish(queues []*queue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range queues {
		s.queues[q.place] = q
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// drop ends the watch of queues that have been gone for long.
func (s *server) drop(ctx context.Context, now time.Time) {
	var sub kpi.Submission
	for _, q := range s.those(func(q *queue) bool { return !q.goneSince.IsZero() && now.Sub(q.goneSince) > goneAfter }) {
		s.mu.Lock()
		delete(s.queues, q.place)
		s.mu.Unlock()
		s.names.release(q.place)
		sub.Positions = append(sub.Positions, kpi.Position{Source: q.source()})
	}
	s.record(ctx, sub)
}
