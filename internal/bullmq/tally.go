package bullmq

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Why entries of a stream were missed: values of the label reason.
const (
	missedTrimmed    = "trimmed"    // the stream was cut before they were read
	missedDeleted    = "deleted"    // the stream was deleted, by obliterate or FLUSHALL
	missedRewound    = "rewound"    // Redis came back with less than it had, as after a failover
	missedUnreadable = "unreadable" // a job started of which nobody knows since when it had waited
)

// tally is what the entries of one queue add up to.
type tally struct {
	waits                   []time.Duration
	ended                   []ended
	added, retried, stalled int64
	missed                  map[string]int64
}

// ended is a job that completed or failed for good.
type ended struct {
	failed bool
	known  bool // whether ran is known
	ran    time.Duration
}

func (t *tally) miss(reason string, n int64) {
	if t.missed == nil {
		t.missed = map[string]int64{}
	}
	t.missed[reason] += n
}

// events are what the recorder counts.
func (t *tally) events(queue string) []kpi.Event {
	list := make([]kpi.Event, 0, len(t.waits)+len(t.ended)+4)
	for _, w := range t.waits {
		list = append(list, kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{queue}, HasDuration: true, Duration: w})
	}
	for _, e := range t.ended {
		list = append(list, kpi.Event{Type: kpi.TypeQueueJob, Dims: kpi.Dims{queue}, Failed: e.failed, HasDuration: e.known, Duration: e.ran})
	}
	for _, c := range []struct {
		kind kpi.Type
		n    int64
	}{{kpi.TypeQueueAdded, t.added}, {kpi.TypeQueueRetry, t.retried}, {kpi.TypeQueueStall, t.stalled}} {
		if c.n > 0 {
			list = append(list, kpi.Event{Type: c.kind, Dims: kpi.Dims{queue}, Count: c.n})
		}
	}
	for reason, n := range t.missed {
		list = append(list, kpi.Event{Type: kpi.TypeQueueMiss, Dims: kpi.Dims{queue, reason}, Count: n})
	}
	return list
}

// count takes an entry into the index and the tally. While the index is full,
// jobs that are simply added are not remembered: their hash tells since when
// they wait.
func (t *tally) count(x *index, e entry) {
	s, known := x.get(e.job)
	switch e.event {
	case eventAdded:
		t.added++
	case eventWaiting:
		t.countWaiting(x, e)
	case eventDelayed:
		if known && s.phase == phaseActive {
			t.retried++
		}
		x.set(e.job, state{e.dueAt(), phaseDelayed})
	case eventActive:
		t.countStart(x, e, s)
	case eventCompleted, eventFailed:
		t.countEnd(e, s)
		x.forget(e.job)
	case eventStalled: // it follows the entry "waiting" of the same moment
		t.retried--
		t.stalled++
	case eventRemoved, eventWaitingChildren:
		x.forget(e.job)
	}
}

func (t *tally) countWaiting(x *index, e entry) {
	s, known := x.get(e.job)
	at := e.id.ms
	if e.prev == prevDelayed && known && s.phase == phaseDelayed {
		at = min(at, s.at)
	}
	if e.back() || known && s.phase == phaseActive { // one that had failed for good is retried by hand
		t.retried++
	}
	if x.full && e.prev == "" {
		return
	}
	x.set(e.job, state{at, phaseWaiting})
}

func (t *tally) countStart(x *index, e entry, s state) {
	switch s.phase {
	case phaseWaiting, phaseDelayed, phaseLeft:
		t.waits = append(t.waits, time.Duration(max(0, e.id.ms-s.at))*time.Millisecond)
	default:
		t.miss(missedUnreadable, 1)
	}
	x.set(e.job, state{e.id.ms, phaseActive})
}

func (t *tally) countEnd(e entry, s state) {
	end := ended{failed: e.event == eventFailed}
	if s.phase == phaseActive {
		end.known, end.ran = true, time.Duration(max(0, e.id.ms-s.at))*time.Millisecond
	}
	t.ended = append(t.ended, end)
}

// strangers are the jobs that start in the entries and of which neither the
// index nor the entries know since when they waited.
func strangers(x *index, entries []entry) []string {
	known := map[string]bool{}
	var list []string
	for _, e := range entries {
		switch e.event {
		case eventWaiting, eventDelayed:
			known[e.job] = true
		case eventActive:
			s, ok := x.get(e.job)
			if !known[e.job] && (!ok || s.phase == phaseActive || s.phase == phaseGuessed) {
				list = append(list, e.job)
			}
			delete(known, e.job)
		}
	}
	return list
}

// lacks reports whether the entries go on with jobs of which neither they nor
// the index know where they stood.
func lacks(x *index, entries []entry) bool {
	known := map[string]bool{}
	for _, e := range entries {
		switch e.event {
		case eventActive, eventDelayed, eventCompleted, eventFailed:
			if s, ok := x.get(e.job); !known[e.job] && (!ok || s.phase == phaseGuessed) {
				return true
			}
		}
		known[e.job] = true
	}
	return false
}

// uncut is how many of the entries to take when a read was cut short by its
// limit: a job's "waiting" may be followed by the "stalled" that explains it.
func uncut(entries []entry) int {
	n := len(entries)
	if n > 1 && entries[n-1].event == eventWaiting && entries[n-1].back() {
		return n - 1
	}
	return n
}
