package intake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// maxErrors bounds the violations in an answer.
const maxErrors = 100

// space is the white space of JSON.
const space = " \t\r\n"

// batch is what a batch was found to hold.
type batch struct {
	// events are the good ones.
	events []kpi.Event
	// places are where they stood in the batch; nil while that is where they
	// stand in events.
	places []int
	// bad holds the first violations, at least maxErrors when there are more.
	bad                 []kpi.Violation
	rejected, conflicts int
}

// batch reads the events of a body.
func (x *exchange) batch(w http.ResponseWriter, r *http.Request) (*batch, error) {
	text, err := x.text(w, r)
	if err != nil {
		return nil, err
	}
	b := &batch{events: make([]kpi.Event, 0, min(bytes.Count(text, []byte{'{'}), x.in.opts.BatchEvents))}
	switch first := bytes.TrimLeft(text, space); {
	case len(first) == 0:
	case first[0] == '[':
		err = x.array(b, text)
	case first[0] == '{':
		err = x.lines(b, text)
	default:
		err = kpi.Errorf(kpi.KindMalformed, "The body must be a JSON array of events, or NDJSON: one event, a JSON object, a line")
	}
	if err == nil && len(b.events)+b.rejected == 0 {
		err = kpi.Errorf(kpi.KindInvalid, "The batch is empty: send at least one event")
	}
	return b, err
}

// array reads a JSON array. It is one text: where its syntax is wrong nothing
// of it is sure.
func (x *exchange) array(b *batch, text []byte) error {
	d := &x.decoder
	d.scan.Reset(text)
	d.scan.Open(kpi.JSONArray)
	for i := 0; d.scan.More(kpi.JSONArray); i++ {
		if i == x.in.opts.BatchEvents {
			return x.tooMany()
		}
		b.settle(i, d.event(nil, b.next()))
	}
	d.scan.End()
	if err := d.scan.Err(); err != nil {
		return kpi.Errorf(kpi.KindMalformed, "The body %s", syntax(err))
	}
	return nil
}

// lines reads NDJSON: every line is a text of its own, blank ones do not count.
func (x *exchange) lines(b *batch, text []byte) error {
	d := &x.decoder
	i := 0
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, space)
		if len(line) == 0 {
			continue
		}
		if i == x.in.opts.BatchEvents {
			return x.tooMany()
		}
		d.scan.Reset(line)
		bad := d.event(nil, b.next())
		d.scan.End()
		if err := d.scan.Err(); err != nil {
			bad = []kpi.Violation{{Kind: kpi.KindMalformed, Detail: syntax(err)}}
		}
		b.settle(i, bad)
		i++
	}
	return nil
}

func (x *exchange) tooMany() error {
	return kpi.Errorf(kpi.KindTooLarge, "The batch has more than %d events: send fewer at once", x.in.opts.BatchEvents)
}

// next makes room for the next event.
func (b *batch) next() *kpi.Event {
	b.events = append(b.events, kpi.Event{})
	return &b.events[len(b.events)-1]
}

// settle keeps the event that next made room for, or refuses it for what is
// wrong with it. It stands at index in the batch.
func (b *batch) settle(index int, bad []kpi.Violation) {
	last := len(b.events) - 1
	if len(bad) == 0 {
		if b.places != nil {
			b.places = append(b.places, index)
		}
		return
	}
	b.events = b.events[:last]
	if b.places == nil {
		b.places = make([]int, last, cap(b.events))
		for i := range b.places {
			b.places[i] = i
		}
	}
	b.rejected++
	for _, v := range bad[:min(len(bad), maxErrors-min(maxErrors, len(b.bad)))] {
		v.Index = index
		b.bad = append(b.bad, v)
	}
}

// reject adds what the recorder rejected, by its places in the batch.
func (b *batch) reject(bad []kpi.Violation) {
	for i, v := range bad {
		if i == 0 || v.Index != bad[i-1].Index {
			b.rejected++
			if v.Kind == kpi.KindConflict {
				b.conflicts++
			}
		}
		if b.places != nil {
			v.Index = b.places[v.Index]
		}
		if i < maxErrors {
			b.bad = append(b.bad, v)
		}
	}
	slices.SortStableFunc(b.bad, func(x, y kpi.Violation) int { return cmp.Compare(x.Index, y.Index) })
	b.bad = b.bad[:min(len(b.bad), maxErrors)]
}

// refusal is the error of a batch without a good event.
func (b *batch) refusal() error {
	err := &kpi.Error{Kind: kpi.KindInvalid, Message: "None of the batch's events was counted", Violations: b.bad}
	if b.conflicts == b.rejected {
		err.Kind = kpi.KindConflict
	}
	return err
}

// answerBatch says what became of the events of a batch.
func answerBatch(w http.ResponseWriter, receipt kpi.Receipt, b *batch) error {
	answer := struct {
		Accepted  int             `json:"accepted"`
		Duplicate int             `json:"duplicate"`
		Ignored   int             `json:"ignored,omitempty"`
		Rejected  int             `json:"rejected"`
		Errors    []kpi.Violation `json:"errors"`
	}{receipt.Accepted, receipt.Duplicate, receipt.Ignored, b.rejected, b.bad}
	if answer.Errors == nil {
		answer.Errors = []kpi.Violation{}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("writing the answer to a batch: %w", err)
	}
	writeAccepted(w, append(body, '\n'))
	return nil
}
