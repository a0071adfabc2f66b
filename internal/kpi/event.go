package kpi

import "time"

// Type says which kind of thing happened. Its values are written to the
// journal: never renumber them.
type Type uint8

// The types of event, in the order of the guide.
const (
	TypeOpenAI         Type = 1
	TypeRender         Type = 2
	TypeEmbedHandshake Type = 3
	TypeARConversion   Type = 4
	TypeQueueWait      Type = 5
	TypeHTTPRequest    Type = 6
)

// The types of event that Luneo's own watcher of queues makes. No client can
// send them.
const (
	TypeQueueJob   Type = 7  // a job that ended, with how long it ran where known
	TypeQueueAdded Type = 8  // a job that was added
	TypeQueueRetry Type = 9  // an attempt that failed and will be made again
	TypeQueueStall Type = 10 // a job whose worker was lost
	TypeQueueMiss  Type = 11 // an entry of a queue's event stream that could not be read
)

// String is the type's name on the wire: the last part of its endpoint and the
// value of "type" in a batch.
func (t Type) String() string {
	if s, ok := SchemaOf(t); ok {
		return s.Name
	}
	return "unknown"
}

// MaxDims is the most label values that one event carries.
const MaxDims = 3

// Dims are the label values that a client sets, in the order of the schema's
// Dims: for TypeOpenAI the model, the operation and the error type. Unused
// places are empty.
type Dims [MaxDims]string

// CostBasis says where an event's cost comes from. Its values are written to
// the journal: never renumber them.
type CostBasis uint8

const (
	// CostNone is for events that cost nothing by nature: other types, failed calls.
	CostNone CostBasis = 0
	// CostStated means that the client named the cost.
	CostStated CostBasis = 1
	// CostPriced means that the cost was computed from usage and the price table.
	CostPriced CostBasis = 2
	// CostUnknown means that the call was made but no price is known. It is
	// counted as unpriced, never as 0.
	CostUnknown CostBasis = 3
)

// Event is one thing that happened on the platform. The zero value of an
// optional field means that it is absent.
type Event struct {
	Type   Type
	Failed bool
	Dims   Dims

	// ID is the client's name for the event, unique for its credential and
	// type; empty when the client gave none and a retry may count twice.
	ID string
	// Time is when it happened. It places the event's spend only; zero means
	// when it was acknowledged.
	Time time.Time

	// HasDuration tells a duration of 0 from none (a queue-wait event may
	// carry only Oldest).
	HasDuration bool
	// Duration is how long it took; for TypeQueueWait how long the job waited.
	Duration time.Duration

	// HasOldest tells an Oldest of 0 from none.
	HasOldest bool
	// Oldest is the age of the oldest waiting job (TypeQueueWait only).
	Oldest time.Duration

	// Count is how many such things happened, for the types without a
	// duration; 0 is one.
	Count int64

	Basis CostBasis
	Cost  Money
	// Usage is what an OpenAI call consumed; nil when the client did not say.
	Usage *Usage
	// Call is what the gateway saw of an OpenAI call; nil for calls that did not
	// go through it.
	Call *Call
}

// Dim returns the value of the named label, or "" when the event's type has none.
func (e *Event) Dim(label string) string {
	s, ok := SchemaOf(e.Type)
	if !ok {
		return ""
	}
	for i, d := range s.Dims {
		if d.Label == label {
			return e.Dims[i]
		}
	}
	return ""
}

// Status is the value of the label "status": "success" or "error".
func (e *Event) Status() string {
	if e.Failed {
		return StatusError
	}
	return StatusSuccess
}

// The two values of the label "status".
const (
	StatusSuccess = "success"
	StatusError   = "error"
)

// Values that stand in for a label value.
const (
	// LabelUnknown is the reason of a failure for which none was given.
	LabelUnknown = "unknown"
	// LabelOther takes the values past a limit of distinct values.
	LabelOther = "other"
)

// Submission is what one request hands to the recorder.
type Submission struct {
	// Credential names who sent it; ids are scoped by it.
	Credential string
	// Key is the Idempotency-Key of a whole batch; empty when there is none.
	Key string
	// Events are counted together or, when the disk refuses, not at all.
	Events []Event
	// Positions are where a follower stands after these events. They are kept
	// with them, or not at all. A submission that has some comes from Luneo
	// itself: its labels are bounded by the follower and not limited again. It
	// has no Key and its events no ID: the positions tell what was counted.
	Positions []Position
}

// Receipt says what became of a submission whose good events are on disk and counted.
type Receipt struct {
	// Accepted events were counted now, Duplicate ones before.
	Accepted, Duplicate int
	// Ignored events say what Luneo knows from a better source.
	Ignored int
	// Rejected names what was wrong with the others; their Index is the
	// place of the event in the submission.
	Rejected []Violation
}
