package bullmq

import (
	"github.com/redis/go-redis/v9"
)

// entry is one entry of a queue's event stream.
type entry struct {
	id    entryID
	event string
	job   string
	prev  string // where the job was before, as some events tell
	// delay is when the job's delay ends, in milliseconds since 1970 on the
	// clock of whoever set it (event "delayed").
	delay int64
}

// The events that matter here; the others are passed over.
const (
	eventAdded           = "added"
	eventWaiting         = "waiting"
	eventDelayed         = "delayed"
	eventActive          = "active"
	eventCompleted       = "completed"
	eventFailed          = "failed"
	eventStalled         = "stalled"
	eventRemoved         = "removed"
	eventWaitingChildren = "waiting-children"
)

// The values of prev that matter here.
const (
	prevActive  = "active"
	prevDelayed = "delayed"
)

// entryOf reads a message; what is missing or no text is empty.
func entryOf(m redis.XMessage) entry {
	id, _ := parseEntryID(m.ID)
	text := func(field string) string {
		s, _ := m.Values[field].(string)
		return s
	}
	e := entry{id: id, event: text("event"), job: text("jobId"), prev: text("prev")}
	if e.event == eventDelayed {
		e.delay = number(m.Values["delay"]) // BullMQ 4 has fractions of a millisecond there
	}
	return e
}

func entriesOf(messages []redis.XMessage) []entry {
	list := make([]entry, len(messages))
	for i, m := range messages {
		list[i] = entryOf(m)
	}
	return list
}

// back reports whether a job comes back from a worker.
func (e entry) back() bool { return e.prev == prevActive }

// dueAt is when a delayed job can run: when its delay ends, which can't be
// before the entry that says so.
func (e entry) dueAt() int64 { return max(e.delay, e.id.ms) }
