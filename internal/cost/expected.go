package cost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// maxExpectedBody bounds the body of a mark, in bytes.
const maxExpectedBody = 16 << 10

// HandleExpected answers GET /api/cost/expected: the marks, the oldest first.
func (k *Keeper) HandleExpected(w http.ResponseWriter, _ *http.Request) error {
	list := k.marks.list()
	if list == nil {
		list = []Mark{}
	}
	return reply.JSON(w, http.StatusOK, map[string][]Mark{"expected": list})
}

// HandleExpect answers POST /api/cost/expected: it marks a span as expected,
// so that windows that touch it stay out of the baselines, from now on.
func (k *Keeper) HandleExpect(w http.ResponseWriter, r *http.Request) error {
	mark, err := readMark(w, r)
	if err != nil {
		return err
	}
	if bad := mark.check(k.o.Now()); len(bad) > 0 {
		return &kpi.Error{Kind: kpi.KindInvalid, Message: "The span was not marked", Violations: bad}
	}
	if by := kpi.CallerFrom(r.Context()).Credential; by != kpi.Anonymous {
		mark.By = by
	}
	kept, err := k.marks.add(mark)
	if err != nil {
		return err
	}
	k.compute()
	return reply.JSON(w, http.StatusCreated, kept)
}

// HandleUnexpect answers DELETE /api/cost/expected/{id}.
func (k *Keeper) HandleUnexpect(w http.ResponseWriter, r *http.Request) error {
	if err := k.marks.remove(r.PathValue("id")); err != nil {
		return err
	}
	k.compute()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func readMark(w http.ResponseWriter, r *http.Request) (Mark, error) {
	var body struct {
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Reason string    `json:"reason"`
	}
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxExpectedBody))
	in.DisallowUnknownFields()
	err := in.Decode(&body)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return Mark{}, err
	}
	if err != nil {
		return Mark{}, kpi.Errorf(kpi.KindMalformed, `The body is not like {"from": "2026-03-03T14:00:00Z", "to": "2026-03-03T15:00:00Z", "reason": "import of the catalogue"}: %s.`, err)
	}
	return Mark{From: body.From.UTC(), To: body.To.UTC(), Reason: body.Reason}, nil
}

// check says what is wrong with a mark. It may lie ahead: what is planned is
// expected too.
func (m *Mark) check(now time.Time) (bad []kpi.Violation) {
	complain := func(field, format string, args ...any) {
		bad = append(bad, kpi.Invalid(field, format, args...))
	}
	switch {
	case m.From.IsZero():
		complain("from", "is needed")
	case m.From.Before(now.Add(-markLife)) || m.From.After(now.Add(markLife)):
		complain("from", "is more than a year away")
	}
	switch {
	case m.To.IsZero():
		complain("to", "is needed")
	case !m.To.After(m.From):
		complain("to", "is not after from")
	case m.To.Sub(m.From) > maxMarkSpan:
		complain("to", "is %s after from, at most 31 days are allowed", m.To.Sub(m.From))
	}
	if len(m.Reason) > maxReason {
		complain("reason", "%s", fmt.Sprintf("has %d bytes, at most %d are allowed", len(m.Reason), maxReason))
	}
	return bad
}
