package bullmq

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Which job has waited longest is known from the events of all that came since
// Luneo watches, whatever order they run in. Of those that were there before,
// and of those that find no room in the index, Redis is asked, at a cost that
// does not grow with their number:
//
//   - "wait" is filled from the left and emptied from the right, so its right
//     end is the oldest, unless jobs were pushed there (LIFO, stalled jobs,
//     parents): then ages grow to a point and shrink after it, which a binary
//     search finds in about 2 log n reads, once.
//   - In "prioritized" the oldest of each priority comes first, so that one
//     read a priority tells, for the priorityLimit most urgent ones.
//
// What is found joins the index and leaves it by its own events.
const (
	priorityLimit = 32
	searchSteps   = 24
	// verifyBatch is how many of the oldest are verified at once when the
	// oldest proved to be gone, as after drain, which tells of no job.
	verifyBatch  = 100
	verifyRounds = 20
)

// findOldest sees to it that the index of each queue knows its oldest job.
func (s *server) findOldest(ctx context.Context, seen []*sight) error {
	for _, g := range seen {
		if g.foreign() {
			continue
		}
		if err := s.verify(ctx, g); err != nil {
			return err
		}
		if g.cold() <= 0 {
			continue
		}
		if err := s.meetTail(ctx, g); err != nil {
			return err
		}
		if g.prioritized.Val() > 0 {
			if err := s.meetPriorities(ctx, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// cold is how many waiting jobs the index does not know.
func (g *sight) cold() int64 {
	g.queue.mu.Lock()
	defer g.queue.mu.Unlock()
	d := g.depth()
	return d.Ready() - int64(g.queue.index.waiting)
}

// verify lets go of the oldest job, and then of more, where they are gone.
func (s *server) verify(ctx context.Context, g *sight) error {
	if g.oldest == nil || !gone(g.oldest.Val()) {
		return nil
	}
	q := g.queue
	read := s.reads.Load()
	q.drop(g.candidate, read)
	for range verifyRounds {
		ids := q.someOldest(verifyBatch)
		if len(ids) == 0 {
			return nil
		}
		jobs, err := readJobs(ctx, s.client, q.keys, ids)
		if err != nil {
			return err
		}
		dropped := 0
		for _, id := range ids {
			if j := jobs[id]; !j.exists || j.finished {
				q.drop(id, read)
				dropped++
			}
		}
		if dropped < len(ids) {
			return nil
		}
	}
	return nil
}

// gone tells from timestamp and finishedOn that a job waits no more.
func gone(fields []any) bool { return len(fields) == 2 && (fields[0] == nil || fields[1] != nil) }

func (q *queue) drop(id string, read uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.index.leave(id, read)
}

// someOldest are a few of the jobs that have waited longest.
func (q *queue) someOldest(n int) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.index.first() // the top is current after it
	var ids []string
	for _, a := range q.index.oldest[:min(n, len(q.index.oldest))] {
		if q.index.current(a) {
			ids = append(ids, a.id)
		}
	}
	return ids
}

// meet puts jobs that the index does not know into it, as their hashes tell.
func (s *server) meet(ctx context.Context, q *queue, ids []string) error {
	var strange []string
	q.mu.Lock()
	for _, id := range ids {
		known, ok := q.index.get(id)
		switch {
		case ok && known.phase == phaseLeft: // it does wait
			q.index.set(id, state{known.at, phaseWaiting})
		case !ok && !isMarker(id):
			strange = append(strange, id)
		}
	}
	q.mu.Unlock()
	if len(strange) == 0 {
		return nil
	}
	jobs, err := readJobs(ctx, s.client, q.keys, strange)
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range strange {
		_, known := q.index.get(id) // its event may have come by now
		j := jobs[id]
		st, ok := j.waitsSince(s.clock.now())
		switch {
		case ok && st.phase == phaseGuessed && !q.doubted[id]:
			q.doubts[id] = true // its event is on its way, if it has not waited for long
		case ok && !known:
			q.index.set(id, st)
		case !ok && j.exists && !j.finished:
			q.untold = true
		}
	}
	return nil
}

// meetTail meets the jobs at the right end of "wait", and where ages shrink
// towards it, the oldest before.
func (s *server) meetTail(ctx context.Context, g *sight) error {
	tail := g.tail.Val()
	if err := s.meet(ctx, g.queue, tail); err != nil || len(tail) < 2 {
		return err
	}
	if g.queue.searched || g.queue.fifo(tail) {
		return nil
	}
	g.queue.searched = true
	return s.search(ctx, g.queue, g.wait.Val())
}

// fifo reports whether the last job of "wait" is older than the one before.
func (q *queue) fifo(tail []string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	last, ok := q.index.get(tail[len(tail)-1])
	before, ok2 := q.index.get(tail[len(tail)-2])
	return !ok || !ok2 || last.at <= before.at
}

// search finds the oldest job of a list whose ages grow to a point.
func (s *server) search(ctx context.Context, q *queue, length int64) error {
	low, high := int64(0), length-1
	for range searchSteps {
		if low >= high {
			break
		}
		middle := (low + high) / 2
		pair, err := s.client.LRange(ctx, q.wait(), middle, middle+1).Result()
		if err != nil || len(pair) < 2 {
			return err
		}
		if err := s.meet(ctx, q, pair); err != nil {
			return err
		}
		if q.older(pair[1], pair[0]) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return nil
}

// older compares two jobs by when they came, and those of one moment by their
// numbers.
func (q *queue) older(a, b string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	sa, okA := q.index.get(a)
	sb, okB := q.index.get(b)
	if !okA || !okB || sa.at != sb.at {
		return okA && (!okB || sa.at < sb.at)
	}
	na, errA := strconv.ParseInt(a, 10, 64)
	nb, errB := strconv.ParseInt(b, 10, 64)
	return errA == nil && errB == nil && na < nb
}

// meetPriorities meets the first job of each priority.
func (s *server) meetPriorities(ctx context.Context, g *sight) error {
	key, from := g.queue.prioritized(), "-inf"
	var ids []string
	for range priorityLimit {
		first, err := s.client.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{
			Key: key, Start: from, Stop: "+inf", ByScore: true, Count: 1,
		}).Result()
		if err != nil {
			return err
		}
		if len(first) == 0 {
			break
		}
		id, _ := first[0].Member.(string)
		ids = append(ids, id)
		next := (int64(first[0].Score)/priorityStep + 1) * priorityStep
		from = strconv.FormatInt(next, 10)
	}
	return s.meet(ctx, g.queue, ids)
}
