package bullmq

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// lookBusy lies between two looks at a queue in which something happens,
	// lookIdle between those at one that has been empty for long.
	lookBusy = time.Second
	lookIdle = 10 * time.Second
	// lookTick is how often it is seen what is due.
	lookTick = 250 * time.Millisecond
	// lookBatch is how many queues share a round trip.
	lookBatch = 50
	// lookShare bounds what looks take of Redis' time: a round that took long
	// is followed by so many times that.
	lookShare = 20
)

// lookAround looks at queues when they are due until ctx ends.
func (s *server) lookAround(ctx context.Context) {
	about, workers := task{period: aboutEvery, do: s.learnAbout}, task{period: workersEvery, share: workersShare, do: s.countWorkers}
	for ctx.Err() == nil {
		began := time.Now()
		err := about.runDue(ctx)
		if err == nil {
			err = workers.runDue(ctx)
		}
		if err == nil {
			err = s.lookAtDue(ctx, began)
		}
		pause := max(lookTick, min(lookShare*time.Since(began), lookIdle))
		if err != nil && ctx.Err() == nil {
			s.health.failed(err)
			about.next, workers.next = time.Time{}, time.Time{} // it may be another server next time
			pause = s.backoff()
		}
		sleep(ctx, pause)
	}
}

// task is what is done from time to time: every period, and less often when it
// takes long, so many times what it took.
type task struct {
	period time.Duration
	share  time.Duration
	do     func(context.Context) error
	next   time.Time
}

func (t *task) runDue(ctx context.Context) error {
	began := time.Now()
	if began.Before(t.next) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := t.do(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	t.next = began.Add(max(t.period, t.share*took))
	return nil
}

// lookAtDue looks at the queues whose time has come, and that Redis is there
// at all where there are none.
func (s *server) lookAtDue(ctx context.Context, now time.Time) error {
	due := s.those(func(q *queue) bool { return !q.foreign && !q.next.After(now) })
	if len(due) == 0 {
		if !s.health.isUp() || now.Sub(s.lookedAt) >= lookBusy {
			return s.lookAt(ctx, nil)
		}
		return nil
	}
	for batch := range slices.Chunk(due, lookBatch) {
		if err := s.lookAt(ctx, batch); err != nil {
			return err
		}
	}
	s.drop(ctx, now)
	s.remember()
	return nil
}

// lookAt looks at some queues in one round trip, and in another ones at those
// whose oldest job is not known.
func (s *server) lookAt(ctx context.Context, queues []*queue) error {
	limited, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	pipe := s.client.Pipeline()
	clock := pipe.Time(limited)
	now := s.clock.now()
	seen := make([]*sight, len(queues))
	for i, q := range queues {
		seen[i] = q.ask(limited, pipe, now)
	}
	sent := s.clock.local()
	_, err := pipe.Exec(limited)
	received := s.clock.local()
	if clock.Err() != nil {
		return clock.Err()
	}
	if err != nil && !isMissingKey(err) && !isWrongType(err) {
		return err
	}
	s.clock.tell(clock.Val(), sent, received)
	s.lookedAt = time.Now()
	if err := s.findOldest(ctx, seen); err != nil {
		return err
	}
	for _, g := range seen {
		s.settle(g, clock.Val())
	}
	s.mu.Lock()
	s.lookTook = received.Sub(sent)
	s.mu.Unlock()
	s.health.succeeded()
	return nil
}

// sight is what one look asks of a queue, and then the answers.
type sight struct {
	queue     *queue
	changes   uint64
	candidate string // the oldest job by the index

	exists, due                                  *redis.IntCmd
	meta, oldest                                 *redis.SliceCmd
	wait, paused, active                         *redis.IntCmd
	prioritized, delayed, completed, failed, kin *redis.IntCmd
	limit                                        *redis.StringCmd
	limitLeft                                    *redis.DurationCmd
	tail                                         *redis.StringSliceCmd
}

// tailLength is how much of the end of "wait" is read, where the oldest are.
const tailLength = 8

// ask puts the questions about a queue into a pipeline.
func (q *queue) ask(ctx context.Context, pipe redis.Pipeliner, now int64) *sight {
	g := &sight{queue: q}
	q.untold, q.doubted, q.doubts = false, q.doubts, map[string]bool{}
	q.mu.Lock()
	g.changes = q.changes
	g.candidate, _, _ = q.index.first()
	q.mu.Unlock()
	g.exists = pipe.Exists(ctx, q.meta())
	g.meta = pipe.HMGet(ctx, q.meta(), "paused", "concurrency", "max")
	g.wait, g.paused, g.active = pipe.LLen(ctx, q.wait()), pipe.LLen(ctx, q.paused()), pipe.LLen(ctx, q.active())
	g.prioritized, g.delayed = pipe.ZCard(ctx, q.prioritized()), pipe.ZCard(ctx, q.delayed())
	g.completed, g.failed = pipe.ZCard(ctx, q.completed()), pipe.ZCard(ctx, q.failed())
	g.kin = pipe.ZCard(ctx, q.waitingChildren())
	g.due = pipe.ZCount(ctx, q.delayed(), "-inf", strconv.FormatInt(delayedScore(now), 10))
	g.limit, g.limitLeft = pipe.Get(ctx, q.limiter()), pipe.PTTL(ctx, q.limiter())
	g.tail = pipe.LRange(ctx, q.wait(), -tailLength, -1)
	if g.candidate != "" {
		g.oldest = pipe.HMGet(ctx, q.job(g.candidate), "timestamp", "finishedOn")
	}
	return g
}

// depth is what was counted, without markers in "wait".
func (g *sight) depth() kpi.QueueDepth {
	d := kpi.QueueDepth{
		Waiting: g.wait.Val(), Prioritized: g.prioritized.Val(), Paused: g.paused.Val(),
		Delayed: g.delayed.Val(), Active: g.active.Val(),
		Completed: g.completed.Val(), Failed: g.failed.Val(), WaitingChildren: g.kin.Val(),
	}
	for _, id := range g.tail.Val() {
		if isMarker(id) {
			d.Waiting--
		}
	}
	return d
}

// foreign reports whether keys of another type are in the queue's place.
func (g *sight) foreign() bool {
	for _, err := range []error{g.meta.Err(), g.wait.Err(), g.prioritized.Err(), g.active.Err(), g.delayed.Err()} {
		if isWrongType(err) {
			return true
		}
	}
	return false
}

// state is what the look says.
func (g *sight) state(at time.Time) (kpi.QueueState, limited) {
	meta := make([]any, 3)
	copy(meta, g.meta.Val())
	s := kpi.QueueState{
		Name: g.queue.name, Server: g.queue.server, Prefix: g.queue.prefix, Queue: g.queue.queue, At: at,
		Depth: g.depth(), Due: g.due.Val(), Paused: meta[0] != nil, Concurrency: number(meta[1]),
		RateLimited: max(0, g.limitLeft.Val()),
	}
	return s, limited{used: number(g.limit.Val()), max: number(meta[2])}
}

// settle takes over what a look saw.
func (s *server) settle(g *sight, at time.Time) {
	q := g.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	q.foreign = g.foreign()
	l := look{present: g.exists.Val() > 0, changes: g.changes}
	l.state, l.limited = g.state(at)
	q.tidy(l, s.reads.Load())
	l.cold = max(0, l.state.Depth.Ready()+l.state.Depth.Paused-int64(q.index.waiting))
	_, l.oldestAt, _ = q.index.first()
	// There are more than were asked about, and not for want of reading their events.
	l.untold = q.untold || min(l.cold, q.last.cold) > tailLength
	busy := q.changes != q.last.changes || l.state.Depth.Ready()+l.state.Depth.Active+l.state.Due > 0
	q.last = l
	q.quiet = min(lookIdle, q.quiet*3/2) // less and less often while nothing happens
	if busy {
		q.quiet = lookBusy
	}
	q.next = time.Now().Add(q.quiet)
	switch {
	case l.present:
		q.goneSince = time.Time{}
	case q.goneSince.IsZero():
		q.goneSince = time.Now()
		q.check.Store(true) // its stream may be gone too
	}
}

// tidy lets go of waiting jobs that are no more: all when none waits and nothing
// has happened since the look began.
func (q *queue) tidy(l look, read uint64) {
	q.index.purge(read)
	d := l.state.Depth
	if d.Ready()+d.Paused == 0 && q.changes == l.changes {
		q.index.leaveAll(read)
	}
}

// remember counts the jobs that are remembered and says who may add more.
func (s *server) remember() {
	queues, n := s.those(func(*queue) bool { return true }), 0
	for _, q := range queues {
		q.mu.Lock()
		n += q.index.len()
		q.mu.Unlock()
	}
	for _, q := range queues {
		q.mu.Lock()
		q.index.full = n >= rememberedLimit
		q.mu.Unlock()
	}
	s.mu.Lock()
	s.remembered = n
	s.mu.Unlock()
}
