package bullmq

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

const (
	pastPage  = 1000 // entries a round trip
	pastPages = 20   // so that a stream of any length costs a bounded time
)

// readPast puts into the index what the stream still tells of jobs up to the
// position, without counting it: they waited, or ran, before Luneo came or
// since it was last here. Newest entries come first, so the first of each job
// says where it stands.
func (q *queue) readPast(ctx context.Context, client redis.UniversalClient) error {
	p := past{seen: map[string]bool{}, promoted: map[string]int64{}, found: map[string]state{}}
	end := q.position.at.String()
	for range pastPages {
		page, err := client.XRevRangeN(ctx, q.events(), end, "-", pastPage).Result()
		if err != nil {
			return err
		}
		for _, m := range page {
			p.take(entryOf(m))
		}
		if len(page) < pastPage {
			break
		}
		end = "(" + page[len(page)-1].ID
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, s := range p.found {
		// What a look has made of hashes is worth less.
		if known, _ := q.index.get(id); known.phase != phaseLeft {
			q.index.set(id, s)
		}
	}
	q.warm = true
	return nil
}

// past is what entries tell that come from the newest to the oldest.
type past struct {
	seen     map[string]bool
	promoted map[string]int64 // delayed jobs that were moved on, whose delay's end is still to come
	found    map[string]state
}

func (p *past) take(e entry) {
	if at, ok := p.promoted[e.job]; ok && e.event == eventDelayed {
		p.found[e.job] = state{min(at, e.dueAt()), phaseWaiting}
		delete(p.promoted, e.job)
	}
	if e.job == "" || p.seen[e.job] {
		return
	}
	switch e.event {
	case eventWaiting:
		p.found[e.job] = state{e.id.ms, phaseWaiting}
		if e.prev == prevDelayed {
			p.promoted[e.job] = e.id.ms
		}
	case eventDelayed:
		p.found[e.job] = state{e.dueAt(), phaseDelayed}
	case eventActive:
		p.found[e.job] = state{e.id.ms, phaseActive}
	case eventCompleted, eventFailed, eventRemoved, eventWaitingChildren:
	default:
		return
	}
	p.seen[e.job] = true
}

// introduce makes known, as far as Redis can tell, since when the jobs waited
// that start in the entries. It is for use before they are counted.
func (q *queue) introduce(ctx context.Context, client redis.UniversalClient, entries []entry) error {
	if !q.warm && q.lacks(entries) {
		if err := q.readPast(ctx, client); err != nil {
			return err
		}
	}
	unknown := q.strangers(entries)
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	jobs, err := readJobs(ctx, client, q.keys, slices.Compact(unknown))
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, j := range jobs {
		if at, ok := j.waitedSince(); ok {
			q.index.set(id, state{at, phaseWaiting})
		}
	}
	return nil
}

func (q *queue) lacks(entries []entry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return lacks(&q.index, entries)
}

func (q *queue) strangers(entries []entry) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return strangers(&q.index, entries)
}
