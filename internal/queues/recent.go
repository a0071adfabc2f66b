package queues

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// slotLength is how finely the last minutes are kept, slots how many of
	// them: five minutes in all.
	slotLength = 10 * time.Second
	slots      = 30
	// window is the time that they span.
	window = slots * slotLength
	// lateSlots are the end of the window, from which is told where a queue with
	// many jobs is heading.
	lateSlots = 6

	// maxRecent bounds the queues of which events are remembered: as many as
	// are watched at most, and as many as are pushed.
	maxRecent = maxWatched + maxPushed
	// forgotten is how long a queue is remembered of which nothing comes.
	forgotten = 24 * time.Hour
)

// slot is what happened in a queue within slotLength.
type slot struct {
	number                int64 // since 1970
	waits                 sketch
	started, added, ended int64
}

// counted is what happened in a queue within the window.
type counted struct {
	waits                 sketch
	started, added, ended int64
	// lately is the end of the window alone.
	lately pace
	// told says which kinds of event the queue has ever had.
	told kinds
	last time.Time
}

// pace is how many jobs came and went in the last lateSlots.
type pace struct{ added, ended int64 }

// kinds are those of events that tell rates, and whether a watcher has made any.
type kinds struct{ added, ended, followed bool }

// recent remembers what was recorded in the last five minutes. It is safe for
// concurrent use.
type recent struct {
	now   func() time.Time
	began time.Time

	mu     sync.Mutex
	queues map[string]*history
}

// history is the ring of one queue's slots. It has a lock of its own, so that
// summing up many queues holds up nobody who counts.
type history struct {
	mu   sync.Mutex
	ring [slots]slot
	told kinds
	last time.Time
}

func (h *history) lastEvent() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func newRecent(now func() time.Time) *recent {
	return &recent{now: now, began: now(), queues: map[string]*history{}}
}

// observe takes in events that were recorded, from one of the sources.
func (r *recent) observe(events []kpi.Event, source string) {
	now := r.now()
	for i := range events {
		switch e := &events[i]; e.Type {
		case kpi.TypeQueueWait, kpi.TypeQueueAdded, kpi.TypeQueueJob:
			if h := r.historyOf(e.Dims[0], now); h != nil {
				h.count(e, now, source)
			}
		default:
		}
	}
}

// historyOf finds or makes the history of a queue. Where there is no room, that
// of the queue that has been silent longest goes, if it has been for a window.
func (r *recent) historyOf(name string, now time.Time) *history {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.queues[name]; h != nil {
		return h
	}
	if len(r.queues) >= maxRecent && !r.makeRoom(now) {
		return nil
	}
	h := &history{last: now}
	r.queues[strings.Clone(name)] = h // the name outlives the request's buffer
	return h
}

func (r *recent) makeRoom(now time.Time) bool {
	r.forget(now)
	if len(r.queues) < maxRecent {
		return true
	}
	oldest := slices.MinFunc(slices.Collect(maps.Keys(r.queues)), func(a, b string) int {
		return cmp.Or(r.queues[a].lastEvent().Compare(r.queues[b].lastEvent()), strings.Compare(a, b))
	})
	if now.Sub(r.queues[oldest].lastEvent()) < window {
		return false
	}
	delete(r.queues, oldest)
	return true
}

func (r *recent) forget(now time.Time) {
	maps.DeleteFunc(r.queues, func(_ string, h *history) bool { return now.Sub(h.lastEvent()) > forgotten })
}

func slotNumber(at time.Time) int64 { return at.UnixMilli() / slotLength.Milliseconds() }

// lateSpan is how long the end of the window is: its last slot is not over.
func lateSpan(now time.Time) time.Duration {
	return now.Sub(time.UnixMilli((slotNumber(now) - lateSlots + 1) * slotLength.Milliseconds()))
}

func (h *history) count(e *kpi.Event, now time.Time, source string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = now
	h.told.followed = h.told.followed || source == SourceRedis
	number := slotNumber(now)
	s := &h.ring[number%slots]
	if s.number != number {
		*s = slot{number: number, waits: s.waits[:0]}
	}
	n := max(1, e.Count)
	switch e.Type {
	case kpi.TypeQueueWait:
		if e.HasDuration {
			s.started++
			s.waits.add(class{classOf(e.Duration), 1})
		}
	case kpi.TypeQueueAdded:
		h.told.added = true
		s.added += n
	case kpi.TypeQueueJob:
		h.told.ended = true
		s.ended += n
	default:
	}
}

// all sums up the window for each queue, and says how much of it was seen.
func (r *recent) all() (queues map[string]counted, seen time.Duration) {
	now := r.now()
	first := slotNumber(now) - slots + 1
	r.mu.Lock()
	r.forget(now)
	histories := maps.Clone(r.queues)
	r.mu.Unlock()
	queues = make(map[string]counted, len(histories))
	for name, h := range histories {
		queues[name] = h.since(first)
	}
	return queues, min(now.Sub(r.began), now.Sub(time.UnixMilli(first*slotLength.Milliseconds())))
}

// since sums up the slots from a number on.
func (h *history) since(first int64) counted {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := counted{told: h.told, last: h.last}
	for i := range h.ring {
		if s := &h.ring[i]; s.number >= first {
			c.add(counted{waits: s.waits, started: s.started, added: s.added, ended: s.ended})
			if s.number >= first+slots-lateSlots {
				c.lately.added += s.added
				c.lately.ended += s.ended
			}
		}
	}
	return c
}

func (c *counted) add(other counted) {
	c.waits.merge(other.waits)
	c.started, c.added, c.ended = c.started+other.started, c.added+other.added, c.ended+other.ended
	c.told.added, c.told.ended = c.told.added || other.told.added, c.told.ended || other.told.ended
}
