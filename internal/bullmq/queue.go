package bullmq

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// queue is one watched queue. Its follower owns position, warm and checked.
type queue struct {
	place
	keys
	name string

	position position
	warm     bool // the stream's past was read
	checked  time.Time

	check atomic.Bool // the stream is to be compared with the position

	mu      sync.Mutex
	index   index
	changes uint64 // entries taken into the index
	last    look   // what the last look saw
	foreign bool   // keys of another type are in its place
	// unreadable says that what should be its stream is something else.
	unreadable bool
	next       time.Time
	quiet      time.Duration // between looks, longer while nothing happens
	// goneSince is when its meta key was missed first; zero while it is there.
	goneSince time.Time

	// Of the goroutine that looks: doubts are the jobs since when nobody knows
	// that this look met, and doubted those that the look before did.
	searched, untold bool
	doubts, doubted  map[string]bool
}

// look is what was seen of a queue at one moment.
type look struct {
	present bool
	changes uint64 // of the index when it began
	state   kpi.QueueState
	limited limited
	// cold is how many of the waiting jobs the index did not know afterwards,
	// and oldestAt since when the oldest of all waited; 0 when unknown.
	cold     int64
	oldestAt int64
	// untold says that jobs wait, or may, that don't tell since when.
	untold bool
}

// shown reports whether the queue is there.
func (q *queue) shown() bool { return q.last.present && !q.foreign }

// waited is the age of the oldest job that could run at a moment on Redis'
// clock; ok is false when it can't be told.
func (q *queue) waited(now int64) (time.Duration, bool) {
	if !q.shown() {
		return 0, false
	}
	if q.last.state.Paused {
		return 0, true
	}
	if q.changes == q.last.changes && q.last.state.Depth.Ready() == 0 {
		return 0, true
	}
	at, ok := q.oldestAt()
	if !ok {
		return 0, !q.last.untold // what the look saw has started since
	}
	return time.Duration(max(0, now-at)) * time.Millisecond, true
}

// oldestAt is since when the oldest job waits: of those in the index and, while
// there are others, of what the last look saw.
func (q *queue) oldestAt() (at int64, ok bool) {
	_, at, ok = q.index.first()
	if seen := q.last.oldestAt; q.last.cold > 0 && seen > 0 && (!ok || seen < at) {
		return seen, true
	}
	return at, ok
}

// current is the last look with what is known by now.
func (q *queue) current(now int64, workers int) kpi.QueueState {
	s := q.last.state
	s.Workers = workers
	s.Oldest, _ = q.waited(now)
	s.Reason = reasonOf(s, q.last.limited)
	return s
}
