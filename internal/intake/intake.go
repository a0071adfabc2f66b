package intake

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Recorder makes events durable and counts them. It takes over the
// submission's events and lets go of them when it returns without an error, by
// when it may have changed their labels. Its receipt names the rejected ones by their place in
// the submission; an error means that nothing was acknowledged.
type Recorder interface {
	Record(ctx context.Context, s kpi.Submission) (kpi.Receipt, error)
}

// Limiter bounds how many events a credential sends. When ok is false the
// events are not taken and retryAfter says when they may be.
type Limiter interface {
	Allow(credential string, events int) (retryAfter time.Duration, ok bool)
}

// Watcher is told what became of events. It must not wait, and keeps nothing of
// what it is given.
type Watcher interface {
	// Recorded gets the events of a submission of which some were counted.
	Recorded(events []kpi.Event)
	// Refused gets why a request, or some events of a batch, were refused. The
	// endpoint is the type of event, or "batch".
	Refused(endpoint string, err error)
}

// Defaults of Options.
const (
	DefaultBodyBytes   = 8 << 20
	DefaultBatchEvents = 10_000
	DefaultLargeBodies = 64
)

// Options say what an Intake works with and how much it takes.
type Options struct {
	// Recorder is needed.
	Recorder Recorder
	// Limiter may be nil: then there is no limit.
	Limiter Limiter
	// Watcher may be nil.
	Watcher Watcher
	// Follows reports whether Luneo follows a queue itself, so that what
	// clients say of its waits is ignored: one fact, one source. It may be nil.
	Follows func(queueName string) bool
	// BodyBytes bounds a body, both as it is sent and as it expands.
	BodyBytes int64
	// BatchEvents bounds the events of a batch.
	BatchEvents int
	// LargeBodies bounds how many bodies that are compressed, of unknown
	// length or above 64 KiB are worked on at once.
	LargeBodies int
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Intake has the handlers of the endpoints for events. They may be called
// concurrently.
type Intake struct {
	opts    Options
	metrics *metrics
	places  *places
	fields  []kpi.Field
	// What requests work with is kept here between them.
	exchanges sync.Pool
}

// New makes an Intake. It panics when there is no recorder, which is a defect
// of the program.
func New(opts Options) *Intake {
	if opts.Recorder == nil {
		panic("intake: Options.Recorder is nil")
	}
	if opts.BodyBytes <= 0 {
		opts.BodyBytes = DefaultBodyBytes
	}
	if opts.BatchEvents <= 0 {
		opts.BatchEvents = DefaultBatchEvents
	}
	if opts.LargeBodies <= 0 {
		opts.LargeBodies = DefaultLargeBodies
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	in := &Intake{opts: opts, metrics: newMetrics(opts.Registerer), places: newPlaces(opts.LargeBodies, opts.Registerer), fields: kpi.Fields()}
	in.exchanges.New = func() any { return newExchange(in) }
	return in
}

// keyHeader carries the id of a single event or the key of a batch
// (draft-ietf-httpapi-idempotency-key-header, without its quotes).
const keyHeader = "Idempotency-Key"

// Single returns the handler for events of one type. It panics when there is
// no such type.
func (in *Intake) Single(t kpi.Type) func(http.ResponseWriter, *http.Request) error {
	schema, ok := kpi.SchemaOf(t)
	if !ok {
		panic("intake: no such type of event")
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		return in.watched(schema.Name, in.single(w, r, schema))
	}
}

// watched tells the watcher of an error and returns it.
func (in *Intake) watched(endpoint string, err error) error {
	if err != nil && in.opts.Watcher != nil {
		in.opts.Watcher.Refused(endpoint, err)
	}
	return err
}

func (in *Intake) single(w http.ResponseWriter, r *http.Request, schema *kpi.Schema) error {
	x, err := in.begin(r)
	if err != nil {
		return err
	}
	defer in.end(x)
	results := in.metrics.results[schema.Name]
	events := make([]kpi.Event, 1)
	if err := x.single(w, r, schema, &events[0]); err != nil {
		return results.refused(err)
	}
	receipt, err := in.record(r.Context(), kpi.Submission{Events: events})
	if err != nil {
		return err
	}
	if len(receipt.Rejected) > 0 {
		return results.refused(&kpi.Error{Kind: receipt.Rejected[0].Kind, Message: eventRefused, Violations: receipt.Rejected})
	}
	results.add(receipt, 0)
	x.answerSingle(w, receipt)
	return nil
}

// Batch handles a JSON array or NDJSON of events of any type.
func (in *Intake) Batch(w http.ResponseWriter, r *http.Request) error {
	return in.watched(batchName, in.batch(w, r))
}

func (in *Intake) batch(w http.ResponseWriter, r *http.Request) error {
	x, err := in.begin(r)
	if err != nil {
		return err
	}
	defer in.end(x)
	key := r.Header.Get(keyHeader)
	if key != "" {
		if bad := kpi.CheckID(keyHeader, key); bad != nil {
			return &kpi.Error{Kind: kpi.KindInvalid, Message: "The batch was not counted", Violations: []kpi.Violation{*bad}}
		}
	}
	b, err := x.batch(w, r)
	if err != nil {
		return err
	}
	if len(b.events) == 0 {
		return in.metrics.results[batchName].refusedAll(b)
	}
	receipt, err := in.record(r.Context(), kpi.Submission{Key: key, Events: b.events})
	if err != nil {
		return err
	}
	b.reject(receipt.Rejected)
	results := in.metrics.results[batchName]
	if receipt.Accepted+receipt.Duplicate+receipt.Ignored == 0 {
		return results.refusedAll(b)
	}
	results.add(receipt, b.rejected)
	if b.rejected > 0 {
		_ = in.watched(batchName, &kpi.Error{Kind: kpi.KindInvalid, Message: "Some of the batch's events were not counted", Violations: b.bad})
	}
	return answerBatch(w, receipt, b)
}

// record asks the limiter, then the recorder.
func (in *Intake) record(ctx context.Context, s kpi.Submission) (kpi.Receipt, error) {
	s.Credential = kpi.CallerFrom(ctx).Credential
	if in.opts.Limiter != nil {
		if after, ok := in.opts.Limiter.Allow(s.Credential, len(s.Events)); !ok {
			return kpi.Receipt{}, &kpi.Error{
				Kind: kpi.KindRateLimited, RetryAfter: after,
				Message: "This credential sends more events than its limit allows. Nothing was counted; send them again later with the same ids.",
			}
		}
	}
	kept, ignored := in.withoutFollowed(s.Events)
	var receipt kpi.Receipt
	if s.Events = kept.events; len(s.Events) > 0 {
		var err error
		if receipt, err = in.opts.Recorder.Record(ctx, s); err != nil {
			return kpi.Receipt{}, err // all of it comes again
		}
	}
	if receipt.Accepted > 0 && in.opts.Watcher != nil {
		in.opts.Watcher.Recorded(s.Events)
	}
	add(in.metrics.ignored, ignored)
	receipt.Ignored = ignored
	kept.restore(receipt.Rejected)
	return receipt, nil
}

// Check reads an event of the type as Single would and returns what it would
// say, but counts nothing: not the event, nor that it was refused.
func (in *Intake) Check(t kpi.Type, body []byte) (kpi.Event, error) {
	schema, ok := kpi.SchemaOf(t)
	if !ok {
		return kpi.Event{}, kpi.Errorf(kpi.KindInvalid, "There is no such type of event.")
	}
	x := newExchange(in)
	x.decoder.now = in.opts.Now()
	var e kpi.Event
	err := x.read(body, schema, &e)
	return e, err
}
