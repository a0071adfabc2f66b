package bullmq

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// readCount bounds the entries of each stream in one read of them all.
	readCount = 100
	// catchUpCount bounds them in a read of the few that have more.
	catchUpCount   = 1000
	catchUpStreams = 8
	// readBlock is how long a read waits for entries. New queues join after it.
	readBlock = time.Second
	// readPause lies between two reads, so that each brings many entries: a
	// read of a thousand streams costs Redis the same for one entry as for a
	// hundred.
	readPause = 200 * time.Millisecond
	// checkEvery is how often a stream is compared with its position.
	checkEvery = time.Minute
	checkBatch = 50
	// recordRetry lies between attempts when the disk refuses.
	recordRetry = time.Second
)

// follow reads the event streams until ctx ends. It owns the positions.
func (s *server) follow(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		more, err := s.followOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.health.failed(err)
			s.checkAll()
			sleep(ctx, s.backoff())
		case more:
			sleep(ctx, readPause-time.Since(began))
		}
	}
}

// followOnce compares what is due, reads what has come and hands it on. It
// reports whether anything had.
func (s *server) followOnce(ctx context.Context) (bool, error) {
	queues := s.followed()
	if len(queues) == 0 {
		s.waitForQueues(ctx)
		return false, nil
	}
	if err := s.compareDue(ctx, queues); err != nil {
		return false, err
	}
	read, err := s.read(ctx, queues, readCount)
	if err != nil {
		return false, err
	}
	behind, err := s.take(ctx, read, readCount)
	for err == nil && len(behind) > 0 && ctx.Err() == nil {
		behind, err = s.catchUp(ctx, behind)
	}
	if err == nil {
		s.reads.Add(1)
	}
	return len(read) > 0, err
}

// catchUp reads more of the streams that have more, a few at a time.
func (s *server) catchUp(ctx context.Context, queues []*queue) (behind []*queue, err error) {
	now, later := queues[:min(catchUpStreams, len(queues))], queues[min(catchUpStreams, len(queues)):]
	read, err := s.readNow(ctx, now, catchUpCount)
	if err != nil {
		return nil, err
	}
	behind, err = s.take(ctx, read, catchUpCount)
	return append(later, behind...), err
}

// batch is what was read of one queue's stream.
type batch struct {
	queue   *queue
	entries []entry
}

// take counts what was read, one submission for all queues, and returns those
// that have more. What Redis can't be asked about is read again later.
func (s *server) take(ctx context.Context, read []batch, count int) (behind []*queue, err error) {
	var sub kpi.Submission
	var lag int64
	for _, b := range read {
		if len(b.entries) >= count { // there may be more
			b.entries = b.entries[:uncut(b.entries)]
			behind = append(behind, b.queue)
			b.queue.check.Store(true)
		}
		if err = b.queue.introduce(ctx, s.reader, b.entries); err != nil {
			break
		}
		t := b.queue.count(b.entries)
		sub.Events = append(sub.Events, t.events(b.queue.name)...)
		sub.Positions = append(sub.Positions, b.queue.place.position(b.queue.position))
		s.wake(b.queue)
		lag = max(lag, s.clock.now()-b.entries[0].id.ms)
	}
	s.lag.Store(lag)
	s.record(ctx, sub)
	return behind, err
}

// count takes entries into index and tally and moves the position.
func (q *queue) count(entries []entry) *tally {
	q.mu.Lock()
	defer q.mu.Unlock()
	var t tally
	for _, e := range entries {
		t.count(&q.index, e)
	}
	q.changes += uint64(len(entries))
	q.position.advance(entries[len(entries)-1].id, len(entries))
	return &t
}

// record hands a submission on until the recorder takes it: while the disk
// refuses nothing more is read, and the streams keep what comes.
func (s *server) record(ctx context.Context, sub kpi.Submission) {
	if len(sub.Positions) == 0 {
		return
	}
	observed := append([]kpi.Event(nil), sub.Events...) // the recorder takes the events over
	for ctx.Err() == nil {
		_, err := s.recorder.Record(ctx, sub)
		if err == nil {
			s.observe(observed)
			return
		}
		s.log.Debug("recording what queues did", "redis", s.name, "err", err)
		sub.Events = append(sub.Events[:0], observed...)
		sleep(ctx, recordRetry)
	}
}

// read waits for entries of the queues' streams. In a cluster, where one
// command can't name keys of several slots, it asks for what is there.
func (s *server) read(ctx context.Context, queues []*queue, count int64) ([]batch, error) {
	if s.cluster {
		read, err := s.readNow(ctx, queues, count)
		if err == nil && len(read) == 0 {
			sleep(ctx, readPause)
		}
		return read, err
	}
	return s.xread(ctx, queues, count, readBlock)
}

// readNow asks for the entries that are there. Streams of one slot share a
// command.
func (s *server) readNow(ctx context.Context, queues []*queue, count int64) (read []batch, err error) {
	if !s.cluster {
		return s.xread(ctx, queues, count, -1)
	}
	groups := map[string][]*queue{}
	for _, q := range queues {
		groups[q.tag()] = append(groups[q.tag()], q)
	}
	pipe := s.reader.Pipeline()
	cmds := map[string]*redis.XStreamSliceCmd{}
	for tag, group := range groups {
		cmds[tag] = pipe.XRead(ctx, readArgs(group, count, -1))
	}
	if _, err := pipe.Exec(ctx); err != nil && !isMissingKey(err) && !isWrongType(err) {
		return nil, err
	}
	for tag, cmd := range cmds {
		read = append(read, batchesOf(groups[tag], cmd.Val())...)
	}
	return read, nil
}

func (s *server) xread(ctx context.Context, queues []*queue, count int64, block time.Duration) ([]batch, error) {
	ctx, cancel := context.WithTimeout(ctx, max(0, block)+commandTimeout)
	defer cancel()
	streams, err := s.reader.XRead(ctx, readArgs(queues, count, block)).Result()
	if err != nil && !isMissingKey(err) {
		return nil, err
	}
	return batchesOf(queues, streams), nil
}

func readArgs(queues []*queue, count int64, block time.Duration) *redis.XReadArgs {
	streams := make([]string, 2*len(queues))
	for i, q := range queues {
		streams[i], streams[len(queues)+i] = q.events(), q.position.at.String()
	}
	return &redis.XReadArgs{Streams: streams, Count: count, Block: block}
}

func batchesOf(queues []*queue, streams []redis.XStream) []batch {
	byKey := make(map[string]*queue, len(streams))
	for _, q := range queues {
		byKey[q.events()] = q
	}
	var read []batch
	for _, st := range streams {
		if q := byKey[st.Stream]; q != nil && len(st.Messages) > 0 {
			read = append(read, batch{queue: q, entries: entriesOf(st.Messages)})
		}
	}
	return read
}

// compareDue compares positions with their streams, where that is due, and
// records what was missed. A queue that missed something forgets its jobs.
func (s *server) compareDue(ctx context.Context, queues []*queue) error {
	now := time.Now()
	var due []*queue
	for _, q := range queues {
		if (q.check.Load() || now.Sub(q.checked) >= checkEvery) && len(due) < checkBatch {
			due = append(due, q)
		}
	}
	if len(due) == 0 || s.forbidden.xinfo.Load() {
		return nil
	}
	for _, q := range due {
		q.check.Store(false)
	}
	pipe := s.reader.Pipeline()
	infos := make([]*redis.XInfoStreamCmd, len(due))
	for i, q := range due {
		infos[i] = pipe.XInfoStream(ctx, q.events())
	}
	_, err := pipe.Exec(ctx)
	if isForbidden(err) {
		s.forbidden.xinfo.Store(true)
		return nil
	}
	if err != nil && !isMissingKey(err) && !isWrongType(err) {
		return err
	}
	var sub kpi.Submission
	for i, q := range due {
		q.checked = now
		if t, missed := q.compare(infos[i]); missed {
			sub.Events = append(sub.Events, t.events(q.name)...)
			sub.Positions = append(sub.Positions, q.place.position(q.position))
		}
	}
	s.record(ctx, sub)
	return nil
}

func (q *queue) compare(info *redis.XInfoStreamCmd) (t tally, missed bool) {
	switch {
	case isMissingKey(info.Err()):
		missed = q.position.missing(&t)
	case info.Err() == nil:
		missed = q.position.compare(info.Val(), &t)
		if q.position.read < 0 && info.Val().EntriesAdded > 0 {
			q.check.Store(true) // it can be told at the stream's end
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unreadable = isWrongType(info.Err())
	if missed {
		q.index.reset()
		q.warm = false
	}
	return t, missed
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
