package intake

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// exchange is what one request works with. Nothing that it hands to the
// recorder refers to it.
type exchange struct {
	in      *Intake
	body    body
	decoder decoder
	answer  []byte
	leave   func()
}

func newExchange(in *Intake) *exchange {
	return &exchange{in: in, decoder: decoder{fields: in.fields, names: map[string]string{}}}
}

// begin takes a place for the request and what to work with.
func (in *Intake) begin(r *http.Request) (*exchange, error) {
	leave, err := in.places.enter(r)
	if err != nil {
		return nil, err
	}
	x := in.exchanges.Get().(*exchange) //nolint:forcetypeassert // only exchanges are put there
	x.leave = leave
	return x, nil
}

// end gives back what begin took.
func (in *Intake) end(x *exchange) {
	leave := x.leave
	x.body.trim()
	x.decoder.scan.Reset(nil)
	in.exchanges.Put(x)
	leave()
}

// text reads the body and gets the decoder ready.
func (x *exchange) text(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	text, sent, err := x.body.read(w, r, x.in.opts.BodyBytes)
	x.in.metrics.bytes.Add(float64(sent))
	x.decoder.now = x.in.opts.Now()
	return text, err
}

// single reads the one event of a body.
func (x *exchange) single(w http.ResponseWriter, r *http.Request, schema *kpi.Schema, e *kpi.Event) error {
	text, err := x.text(w, r)
	if err != nil {
		return err
	}
	if err := x.read(text, schema, e); err != nil {
		return err
	}
	if key := r.Header.Get(keyHeader); key != "" {
		return refusal(takeKey(e, key))
	}
	return nil
}

// read reads the one event of a text.
func (x *exchange) read(text []byte, schema *kpi.Schema, e *kpi.Event) error {
	d := &x.decoder
	if len(bytes.TrimSpace(text)) == 0 {
		return kpi.Errorf(kpi.KindMalformed, "The body is empty: send one event as a JSON object")
	}
	d.scan.Reset(text)
	bad := d.event(schema, e)
	d.scan.End()
	if err := d.scan.Err(); err != nil {
		return kpi.Errorf(kpi.KindMalformed, "The body %s", syntax(err))
	}
	return refusal(bad)
}

// refusal is the error of an event with violations; nil without any.
func refusal(bad []kpi.Violation) error {
	if len(bad) == 0 {
		return nil
	}
	return &kpi.Error{Kind: kpi.KindInvalid, Message: eventRefused, Violations: slices.Clone(bad)}
}

const eventRefused = "The event was not counted"

// takeKey takes an Idempotency-Key as the event's id.
func takeKey(e *kpi.Event, key string) []kpi.Violation {
	if bad := kpi.CheckID(keyHeader, key); bad != nil {
		return []kpi.Violation{*bad}
	}
	if e.ID != "" && e.ID != key {
		return []kpi.Violation{kpi.Invalid(keyHeader, "differs from the event's id: give one of the two")}
	}
	e.ID = key
	return nil
}

// answerSingle says what became of the one event.
func (x *exchange) answerSingle(w http.ResponseWriter, receipt kpi.Receipt) {
	b := append(x.answer[:0], `{"accepted":`...)
	b = strconv.AppendInt(b, int64(receipt.Accepted), 10)
	b = append(b, `,"duplicate":`...)
	b = strconv.AppendInt(b, int64(receipt.Duplicate), 10)
	if receipt.Ignored > 0 {
		b = append(b, `,"ignored":`...)
		b = strconv.AppendInt(b, int64(receipt.Ignored), 10)
	}
	x.answer = append(b, "}\n"...)
	writeAccepted(w, x.answer)
}

// writeAccepted answers 202. When the caller is gone there is nobody to tell,
// and the events are counted all the same.
func writeAccepted(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(body)
}
