package testkit

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Fact is one thing that producers and workers of BullMQ know. The moments are
// milliseconds since 1970; what a fact tells happened between Lo and Hi.
type Fact struct {
	// T is ready, due, moved, start, end, removed, added, retried, returned, stalled,
	// paused or resumed.
	T     string `json:"t"`
	Queue string `json:"queue"`
	Job   string `json:"job"`
	// N is the how manieth wait of the job it is, or how many jobs.
	N  int   `json:"n"`
	OK bool  `json:"ok"`
	Lo int64 `json:"lo"`
	Hi int64 `json:"hi"`
}

// Span is a number that lies between two.
type Span struct{ Lo, Hi int64 }

// Truth is what is known of the jobs of a run. It is safe for concurrent use.
type Truth struct {
	mu     sync.Mutex
	queues map[string]*QueueTruth
}

// QueueTruth is what is known of the jobs of a queue.
type QueueTruth struct {
	Added, Retried, Returned, Stalled int
	Completed, Failed                 int
	waits                             map[wait]*waitTruth
	ends                              []ending
	pauses                            []Fact
}

type wait struct {
	job string
	n   int
}

type waitTruth struct {
	ready, start, removed Span
	due                   bool // ready is when its delay ended
}

type ending struct {
	wait
	at Span
}

// NewTruth returns one that knows nothing.
func NewTruth() *Truth { return &Truth{queues: map[string]*QueueTruth{}} }

// Add takes a fact in.
func (t *Truth) Add(f Fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queues[f.Queue]
	if q == nil {
		q = &QueueTruth{waits: map[wait]*waitTruth{}}
		t.queues[f.Queue] = q
	}
	q.add(f)
}

func (q *QueueTruth) add(f Fact) {
	switch f.T {
	case "added":
		q.Added += f.N
	case "retried":
		q.Retried += f.N
	case "returned":
		q.Returned += f.N
	case "stalled":
		q.Stalled += f.N
	case "paused", "resumed":
		q.pauses = append(q.pauses, f)
	case "end":
		q.ends = append(q.ends, ending{wait{f.Job, f.N}, Span{f.Lo, f.Hi}})
		if f.OK {
			q.Completed++
		} else {
			q.Failed++
		}
	default:
		q.addToWait(f)
	}
}

func (q *QueueTruth) addToWait(f Fact) {
	key, span := wait{f.Job, f.N}, Span{f.Lo, f.Hi}
	w := q.waits[key]
	if w == nil || (f.T == "ready" || f.T == "due") && w.removed != (Span{}) && w.start == (Span{}) {
		if w != nil { // the id is used again: what was removed is another wait
			q.waits[wait{f.Job, -len(q.waits)}] = w
		}
		w = &waitTruth{}
		q.waits[key] = w
	}
	switch f.T {
	case "ready", "due":
		w.ready, w.due = span, f.T == "due"
	case "moved":
		w.due, w.ready = false, Span{min(w.ready.Lo, f.Lo), min(w.ready.Hi, f.Hi)}
	case "start":
		w.start = span
	case "removed":
		w.removed = span
	}
}

// Of returns what is known of a queue by now. The run should have ended: more
// facts must not come while the answer is used.
func (t *Truth) Of(queue string) *QueueTruth {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q := t.queues[queue]; q != nil {
		return q
	}
	return &QueueTruth{}
}

// Starts is how many jobs have started by now, in all queues.
func (t *Truth) Starts() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, q := range t.queues {
		for _, w := range q.waits {
			if w.start.Hi > 0 {
				n++
			}
		}
	}
	return n
}

// Waits are how long jobs waited, in milliseconds, one for each start.
func (q *QueueTruth) Waits() (list []Span) {
	for _, w := range q.waits {
		if w.start.Hi > 0 {
			list = append(list, Span{max(0, w.start.Lo-w.ready.Hi), max(0, w.start.Hi-w.ready.Lo)})
		}
	}
	return list
}

// Durations are how long jobs ran that ended for good, in milliseconds.
func (q *QueueTruth) Durations() (list []Span) {
	for _, e := range q.ends {
		if w := q.waits[e.wait]; w != nil {
			list = append(list, Span{max(0, e.at.Lo-w.start.Hi), max(0, e.at.Hi-w.start.Lo)})
		}
	}
	return list
}

// Apart is how far, at worst, durations are out of the spans of milliseconds
// that they should be in, when both are put in order. There must be as many of
// each.
func Apart(durations []time.Duration, spans []Span) time.Duration {
	lows := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.Lo, b.Lo) })
	highs := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.Hi, b.Hi) })
	var worst int64
	for i, d := range slices.Sorted(slices.Values(durations)) {
		n := d.Milliseconds()
		worst = max(worst, lows[i].Lo-n, n-highs[i].Hi)
	}
	return time.Duration(worst) * time.Millisecond
}

// Widest is the widest of the spans: how uncertain the truth is.
func Widest(spans []Span) time.Duration {
	var widest int64
	for _, s := range spans {
		widest = max(widest, s.Hi-s.Lo)
	}
	return time.Duration(widest) * time.Millisecond
}

// Oldest is the age in milliseconds of the oldest job that could run at a
// moment, as far as it is certain; of a paused queue it is 0. Whether it tells of
// a job whose delay has ended, and that nobody may have moved on, is uncertain.
func (q *QueueTruth) Oldest(at int64) (age Span) {
	certain, possible := q.paused(at)
	if certain {
		return Span{}
	}
	for _, w := range q.waits {
		if w.ready.Lo == 0 || w.ready.Lo > at {
			continue
		}
		until := w.start
		if until.Hi == 0 {
			until = w.removed
		}
		if until.Hi == 0 || at <= until.Hi {
			age.Hi = max(age.Hi, at-w.ready.Lo)
		}
		if !w.due && w.ready.Hi <= at && (until.Hi == 0 || at < until.Lo) && !possible {
			age.Lo = max(age.Lo, at-w.ready.Hi)
		}
	}
	return age
}

// paused reports whether the queue was paused at a moment, for certain or
// perhaps.
func (q *QueueTruth) paused(at int64) (certain, possible bool) {
	for _, f := range q.pauses {
		on := f.T == "paused"
		switch {
		case at > f.Hi:
			certain, possible = on, on
		case at >= f.Lo:
			return false, true
		}
	}
	return certain, possible
}

// Staleness is how long ago, in milliseconds and at least, a gauge's value was
// true: the oldest job that it tells of was the oldest then. A gauge that has
// heard of some events and not yet of others may tell of a job that never was;
// then it is the whole time that is looked at, if the value lies between those
// that were true in it, and -1 if not. A value may be off by slack; moments are
// a tick of 10 ms apart.
func (q *QueueTruth) Staleness(value, at, within, slack int64) int64 {
	const tick = 10
	lowest, highest := q.Oldest(at).Lo, int64(0)
	for ago := int64(0); ago <= within; ago += tick {
		then := q.Oldest(at - ago)
		if value == 0 && then.Lo <= slack {
			return ago
		}
		low, high := then.Lo+ago-slack, then.Hi+ago+slack
		if value > 0 && value >= low && value <= high {
			return ago
		}
		lowest, highest = min(lowest, low), max(highest, high)
	}
	if value >= lowest && value <= highest {
		return within
	}
	return -1
}
