package kpi

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of an event's values.
const (
	MaxLabelBytes = 256
	MaxIDBytes    = 256
	MaxSeconds    = 604_800     // a week
	MaxCents      = 100_000_000 // a million dollars
	MaxAge        = 24 * time.Hour
	MaxAhead      = 5 * time.Minute
)

// Validate fills in what an event leaves open and returns all that is wrong
// with it, nil when it may be counted: the reason of a failure for which none
// was given is LabelUnknown, an HTTP method is upper-cased, and a successful
// OpenAI call with neither cost nor usage has an unknown cost.
func Validate(e *Event, now time.Time) []Violation {
	s, ok := SchemaOf(e.Type)
	if !ok {
		return []Violation{Invalid("type", "must be one of %s", TypeNames())}
	}
	normalise(s, e)
	bad := checkLabels(nil, s, e)
	if e.ID != "" {
		bad = check(bad, CheckID(FieldEventID.String(), e.ID))
	}
	bad = check(bad, checkTime(e.Time, now))
	bad = checkNumbers(bad, s, e)
	return bad
}

// TypeNames lists the types of event for a sentence: "openai, render, …".
func TypeNames() string {
	names := make([]string, len(schemaTable))
	for i, s := range schemaTable {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

func check(bad []Violation, v *Violation) []Violation {
	if v != nil {
		return append(bad, *v)
	}
	return bad
}

func normalise(s *Schema, e *Event) {
	for i, d := range s.Dims {
		switch {
		case d.Field == FieldMethod:
			e.Dims[i] = strings.ToUpper(e.Dims[i])
		case e.Failed && e.Dims[i] == "" && !s.Needed.Has(d.Field):
			e.Dims[i] = LabelUnknown
		}
	}
	if e.Type == TypeOpenAI && e.Basis == CostNone && e.Usage == nil && !e.Failed {
		e.Basis = CostUnknown
	}
}

func checkLabels(bad []Violation, s *Schema, e *Event) []Violation {
	for i, d := range s.Dims {
		if problem := dimProblem(s, e, i); problem != "" {
			bad = append(bad, Violation{Kind: KindInvalid, Field: d.Field.String(), Detail: problem})
		}
	}
	return bad
}

// dimProblem is what is wrong with the i-th label of an event; "" when nothing is.
func dimProblem(s *Schema, e *Event, i int) string {
	d, value := s.Dims[i], e.Dims[i]
	if value == "" && !s.Needed.Has(d.Field) {
		return ""
	}
	if !e.Failed && (d.Field == FieldErrorType || d.Field == FieldFailureReason) {
		return BesideSuccess
	}
	if problem := labelProblem(value); problem != "" {
		return problem
	}
	switch d.Field {
	case FieldMethod:
		return methodProblem(value)
	case FieldStatusCode:
		return statusCodeProblem(value)
	default:
		return ""
	}
}

// BesideSuccess is what is wrong with an errorType or failureReason of an
// event that states success.
const BesideSuccess = "can't stand beside success: leave it out, or state status as error"

func labelProblem(value string) string {
	if len(value) == 0 || len(value) > MaxLabelBytes {
		return fmt.Sprintf("must have 1 to %d bytes, not %d", MaxLabelBytes, len(value))
	}
	for i := range len(value) {
		switch c := value[i]; {
		case c >= utf8.RuneSelf:
			return wideLabelProblem(value)
		case c < ' ' || c == 0x7F:
			return controlProblem(rune(c))
		}
	}
	return ""
}

func wideLabelProblem(value string) string {
	if !utf8.ValidString(value) {
		return "must be valid UTF-8"
	}
	if i := strings.IndexFunc(value, unicode.IsControl); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return controlProblem(r)
	}
	return ""
}

func controlProblem(r rune) string {
	return fmt.Sprintf("must not contain control characters; it has %U", r)
}

func methodProblem(value string) string {
	for _, c := range value {
		if c < 'A' || c > 'Z' {
			return "must be an HTTP method, letters only, not " + Quote(value)
		}
	}
	return ""
}

func statusCodeProblem(value string) string {
	if n, err := strconv.Atoi(value); err != nil || n < 100 || n > 599 {
		return "must be a whole number from 100 to 599, not " + Quote(value)
	}
	return ""
}

// Quote puts a value that came from outside in quotes, cut to what a sentence
// can hold.
func Quote(value string) string {
	const most = 40
	if len(value) > most {
		return strconv.Quote(strings.ToValidUTF8(value[:most], "")) + "…"
	}
	return strconv.Quote(value)
}

// CheckID says what is wrong with an event's id or an Idempotency-Key, which
// the violation names as field; nil when nothing is.
func CheckID(field, id string) *Violation {
	var problem string
	switch {
	case len(id) == 0 || len(id) > MaxIDBytes:
		problem = fmt.Sprintf("must have 1 to %d bytes, not %d", MaxIDBytes, len(id))
	case !utf8.ValidString(id) || strings.IndexFunc(id, unprintable) >= 0:
		problem = "must be printable text"
	default:
		return nil
	}
	return &Violation{Kind: KindInvalid, Field: field, Detail: problem}
}

func unprintable(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7F
	}
	return !unicode.IsPrint(r)
}

func checkTime(t, now time.Time) *Violation {
	if t.IsZero() {
		return nil
	}
	off, direction := t.Sub(now).Round(time.Second), "ahead of"
	if off < 0 {
		off, direction = -off, "behind"
	}
	if !t.After(now.Add(MaxAhead)) && !t.Before(now.Add(-MaxAge)) {
		return nil
	}
	v := Invalid(FieldTimestamp.String(), "is %v %s the server's clock: from 24 h back to 5 min ahead is allowed", off, direction)
	return &v
}

func checkNumbers(bad []Violation, s *Schema, e *Event) []Violation {
	if e.HasDuration && outOfRange(e.Duration) {
		bad = append(bad, secondsViolation(durationField(s), e.Duration.Seconds()))
	}
	if e.HasOldest && outOfRange(e.Oldest) {
		bad = append(bad, secondsViolation(FieldOldestWaitingSeconds.String(), e.Oldest.Seconds()))
	}
	if e.Cost < 0 || e.Cost > MaxCents*Cent {
		bad = append(bad, centsViolation(e.Cost.Cents()))
	}
	return bad
}

func outOfRange(d time.Duration) bool { return d < 0 || d > MaxSeconds*time.Second }

func durationField(s *Schema) string {
	if s.Type == TypeQueueWait {
		return FieldWaitSeconds.String()
	}
	return FieldDurationSeconds.String()
}

// Seconds converts a number of seconds to the nearest nanosecond. The
// violation, when it is out of range, names the field.
func Seconds(field string, seconds float64) (time.Duration, *Violation) {
	if !(seconds >= 0 && seconds <= MaxSeconds) {
		v := secondsViolation(field, seconds)
		return 0, &v
	}
	return time.Duration(math.Round(seconds * float64(time.Second))), nil
}

func secondsViolation(field string, seconds float64) Violation {
	return Invalid(field, "must be a number of seconds from 0 to %d (a week), not %s", MaxSeconds, number(seconds))
}

// StatedCost converts a number of cents to the nearest millionth of a cent.
func StatedCost(cents float64) (Money, *Violation) {
	if !(cents >= 0 && cents <= MaxCents) {
		v := centsViolation(cents)
		return 0, &v
	}
	return MoneyFromCents(cents), nil
}

func centsViolation(cents float64) Violation {
	return Invalid(FieldCostCents.String(), "must be a number of US cents from 0 to %d (a million dollars for one call), not %s", MaxCents, number(cents))
}

func number(f float64) string {
	if math.IsInf(f, 0) {
		return "a number beyond the range of a double"
	}
	if math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
