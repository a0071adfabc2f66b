package bullmq

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// scanCount is how many keys one step of SCAN passes over.
	scanCount = 1000
	// scanPause lies between two steps after the first pass, so that a Redis of
	// millions of keys has something else to do.
	scanPause = 10 * time.Millisecond
	// discoverEvery is how often the keys are gone through, at most; a pass
	// that took long is followed by a rest of discoverRest times that, and of
	// discoverMost at most.
	discoverEvery = 2 * time.Second
	discoverRest  = 50
	discoverMost  = 5 * time.Minute
)

// discover finds queues until ctx ends.
func (s *server) discover(ctx context.Context) {
	start := entryID{ms: s.clock.now()} // what streams hold before Luneo came is not counted
	s.addListed(ctx, start)
	connected := time.Now()
	for first := true; ctx.Err() == nil; first = false {
		began, now := time.Now(), s.clock.now()
		pause := scanPause
		if first {
			pause = 0
		}
		err := s.scan(ctx, start, pause)
		if err == nil {
			start = entryID{ms: now} // a queue that is found later came after this pass began
		}
		if err == nil && time.Since(connected) > goneAfter {
			s.forgetLost(ctx)
		}
		s.scanned(ctx, err)
		sleep(ctx, max(discoverEvery, min(discoverRest*time.Since(began), discoverMost)))
	}
}

// forgetLost forgets the positions of queues that were watched before a restart
// and have not been found since.
func (s *server) forgetLost(ctx context.Context) {
	var sub kpi.Submission
	for p := range s.restored {
		sub.Positions = append(sub.Positions, kpi.Position{Source: p.source()})
		s.names.release(p)
		delete(s.restored, p)
	}
	s.record(ctx, sub)
}

// scanned notes how a pass went, and says in the log when that changes. That
// Redis does not answer is said by those who look.
func (s *server) scanned(ctx context.Context, err error) {
	problem := ""
	switch {
	case ctx.Err() != nil:
		return
	case err != nil && !s.health.isUp():
		return
	case err != nil:
		problem = "Queues can't be found: " + Explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if problem != "" && problem != s.scanProblem {
		s.log.Warn(problem, "redis", s.name)
	}
	s.scanProblem = problem
}

// addListed watches the queues that the configuration names.
func (s *server) addListed(ctx context.Context, start entryID) {
	var found []place
	for _, prefix := range s.prefixes {
		for _, q := range s.listed {
			found = append(found, place{s.name, prefix, q})
		}
	}
	s.addAll(ctx, found, start)
}

// scan goes through the keys of each prefix once and watches what is new. With
// listed queues there is nothing to find.
func (s *server) scan(ctx context.Context, start entryID, pause time.Duration) error {
	if len(s.listed) > 0 {
		return nil
	}
	var skipped int
	for _, prefix := range s.prefixes {
		err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
			n, err := s.scanNode(ctx, node, prefix, start, pause)
			skipped += n
			return err
		})
		if err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.skipped = skipped
	s.mu.Unlock()
	return nil
}

func (s *server) scanNode(ctx context.Context, node redis.Cmdable, prefix string, start entryID, pause time.Duration) (skipped int, err error) {
	for cursor := uint64(0); ; {
		step, cancel := context.WithTimeout(ctx, commandTimeout)
		keys, next, err := node.Scan(step, cursor, metaPattern(prefix), scanCount).Result()
		cancel()
		if err != nil {
			return skipped, err
		}
		found, err := s.queuesIn(ctx, prefix, keys)
		if err != nil {
			return skipped, err
		}
		skipped += s.addAll(ctx, found, start)
		if cursor = next; cursor == 0 {
			return skipped, nil
		}
		sleep(ctx, pause)
	}
}

// queuesIn are those of the keys that are a queue's meta hash and not watched
// yet. A job can have a key of the same form, and anything else too.
func (s *server) queuesIn(ctx context.Context, prefix string, keys []string) ([]place, error) {
	var places []place
	for _, key := range keys {
		p := place{s.name, prefix, queueOf(prefix, key)}
		if p.queue != "" && !s.watches(p) {
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	pipe := s.client.Pipeline()
	cmds := make([]*redis.SliceCmd, len(places))
	for i, p := range places {
		cmds[i] = pipe.HMGet(ctx, keysOf(prefix, p.queue).meta(), "opts.maxLenEvents", "version", "paused", "concurrency")
	}
	if _, err := pipe.Exec(ctx); err != nil && !isWrongType(err) {
		return nil, err
	}
	var found []place
	for i, p := range places {
		if slices.ContainsFunc(cmds[i].Val(), func(v any) bool { return v != nil }) {
			found = append(found, p)
		}
	}
	return found, nil
}

func (s *server) watches(p place) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.queues[p]
	return ok
}

// addAll watches the queues and returns for how many there is no room. The
// positions of new ones are recorded before anything is read, so that a restart
// goes on from there.
func (s *server) addAll(ctx context.Context, found []place, start entryID) (skipped int) {
	var queues []*queue
	var sub kpi.Submission
	for _, p := range found {
		q := s.prepare(p, start)
		if q == nil {
			skipped++
			continue
		}
		queues = append(queues, q)
		if _, known := s.restored[p]; !known {
			sub.Positions = append(sub.Positions, p.position(q.position))
		}
		delete(s.restored, p) // if it goes and comes again, it is new
	}
	if len(queues) > 0 {
		s.record(ctx, sub)
		s.publish(queues)
	}
	return skipped
}

// eachMaster calls fn for each server that holds keys: one, but for a cluster.
func (s *server) eachMaster(ctx context.Context, fn func(context.Context, redis.Cmdable) error) error {
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return fn(ctx, s.client)
	}
	var one sync.Mutex // fn is called for one at a time
	return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		one.Lock()
		defer one.Unlock()
		return fn(ctx, node)
	})
}
