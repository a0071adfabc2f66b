package sender

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Reason is why an event was refused.
type Reason struct {
	// Ref is the number that the caller gave the event.
	Ref           int
	Field, Detail string
}

// String is the reason in one line.
func (r Reason) String() string {
	if r.Field == "" {
		return r.Detail
	}
	return r.Field + ": " + r.Detail
}

// outcome is what became of one batch.
type outcome struct {
	accepted, duplicate, ignored, rejected int
	reasons                                []Reason
}

// answer has the members of a receipt (202) and of a problem (RFC 9457).
type answer struct {
	Accepted  *int `json:"accepted"`
	Duplicate int  `json:"duplicate"`
	Ignored   int  `json:"ignored"`
	Rejected  int  `json:"rejected"`

	Title  string          `json:"title"`
	Detail string          `json:"detail"`
	Errors []kpi.Violation `json:"errors"`
}

// readAnswer reads an answer that is final. The server answers 202 when at
// least one event is good, and 422 or 409 when none is; anything else concerns
// the request as a whole.
func readAnswer(status int, body []byte, batch []Event) (outcome, error) {
	var a answer
	err := json.Unmarshal(body, &a)
	switch {
	case status == http.StatusUnprocessableEntity, status == http.StatusConflict:
		return outcome{rejected: len(batch), reasons: a.reasons(batch)}, nil
	case status < 200 || status > 299:
		return outcome{}, problemOf(status, body)
	case err != nil || a.Accepted == nil:
		return outcome{}, fmt.Errorf("answered %d without a receipt of Luneo", status)
	}
	o := outcome{*a.Accepted, a.Duplicate, a.Ignored, a.Rejected, a.reasons(batch)}
	n := 0
	for _, part := range []int{o.accepted, o.duplicate, o.ignored, o.rejected} {
		if part < 0 || part > len(batch) {
			return outcome{}, fmt.Errorf("answered with a count of %d for %d events", part, len(batch))
		}
		n += part
	}
	if n != len(batch) {
		return outcome{}, fmt.Errorf("answered for %d events of %d", n, len(batch))
	}
	return o, nil
}

// reasons ties the violations to the events of the batch.
func (a *answer) reasons(batch []Event) []Reason {
	var reasons []Reason
	for _, v := range a.Errors {
		if v.Index >= 0 && v.Index < len(batch) {
			reasons = append(reasons, Reason{batch[v.Index].Ref, clip(v.Field), clip(v.Detail)})
		}
	}
	if len(reasons) == 0 && a.Detail != "" {
		reasons = []Reason{{Ref: batch[0].Ref, Detail: clip(a.Detail)}}
	}
	return reasons
}

// problemOf is an answer that says no, as an error.
func problemOf(status int, body []byte) error {
	var a answer
	said := ""
	if json.Unmarshal(body, &a) == nil && a.Title+a.Detail != "" {
		said = ": " + strings.Trim(clip(a.Title)+": "+clip(a.Detail), ": ")
	}
	return fmt.Errorf("answered %d %s%s", status, http.StatusText(status), said)
}

// clip keeps text of the server short and printable.
func clip(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
