package setup

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Recent is one event, or one request, that was looked at.
type Recent struct {
	At time.Time `json:"at"`
	// Status is the HTTP status of the answer; 0 for what Luneo saw itself.
	Status int `json:"status"`
	// Type is that of the event, or batch.
	Type   string `json:"type"`
	Text   string `json:"text"`
	Detail string `json:"detail"`
	// Error and Fix say of a refusal what was wrong and what to do.
	Error string `json:"error,omitempty"`
	Fix   string `json:"fix,omitempty"`
	// Test says that it was counted nowhere.
	Test bool `json:"test,omitempty"`
}

const (
	// sampleEvery is how often an event of a type is looked at.
	sampleEvery = 200 * time.Millisecond
	// kept is how many events of a type are remembered, and how many refusals.
	kept = 8
)

// trace is what is remembered of one type of event.
type trace struct {
	last, nextSample, nextRefusal atomic.Int64 // milliseconds since 1970

	mu                sync.Mutex
	accepted, refused []Recent // oldest first
}

// due reports whether it is time to look at one again, to one caller alone.
func due(next *atomic.Int64, now int64) bool {
	at := next.Load()
	return now >= at && next.CompareAndSwap(at, now+sampleEvery.Milliseconds())
}

// saw notes that an event came; it reports whether to look at it.
func (t *trace) saw(now int64) bool {
	if t.last.Load() < now { // most find that another came within the same millisecond
		t.last.Store(now)
	}
	return due(&t.nextSample, now)
}

// lastAt is when the last event came; zero when that is not known.
func (t *trace) lastAt() time.Time {
	if ms := t.last.Load(); ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// keep remembers one in place of the oldest of its sort.
func (t *trace) keep(r Recent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := &t.accepted
	if r.Error != "" {
		list = &t.refused
	}
	if len(*list) == kept {
		*list = slices.Delete(*list, 0, 1)
	}
	*list = append(*list, r)
}

func (t *trace) list() []Recent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Concat(t.accepted, t.refused)
}

// recordedRecent is an event that was counted.
func recordedRecent(at time.Time, e *kpi.Event, status int) Recent {
	r := Recent{At: at.UTC().Truncate(time.Millisecond), Status: status, Type: e.Type.String()}
	r.Text, r.Detail = describe(e)
	return r
}

// refusedRecent is a request that was refused, or in part.
func refusedRecent(at time.Time, endpoint string, status int, err *kpi.Error) Recent {
	r := Recent{At: at.UTC().Truncate(time.Millisecond), Status: status, Type: endpoint, Text: endpoint + " refused", Error: err.Message}
	if len(err.Violations) > 0 {
		first := err.Violations[0]
		r.Error = first.String()
		if endpoint == batchEndpoint {
			r.Text = "event " + strconv.Itoa(first.Index) + " of a batch refused"
		}
		if more := len(err.Violations) - 1; more > 0 {
			r.Detail = "and " + strconv.Itoa(more) + " more"
		}
	}
	r.Fix = fix(err)
	return r
}
