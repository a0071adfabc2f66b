package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxTokens is the most tokens that one call may name: far above any model's
// context, and low enough that the modelled duration stays below a week.
const maxTokens = 10_000_000

// Error says where a trace is wrong.
type Error struct {
	Line   int    // in the decompressed file, from 1
	Column int    // from 1; 0 when it is the line as a whole
	Name   string // of the column or the JSON member
	Detail string // what was found and what was expected
}

// Error is the place and what was wrong there, in one line.
func (e *Error) Error() string {
	switch {
	case e.Column > 0:
		return fmt.Sprintf("line %d, column %d (%s) %s", e.Line, e.Column, e.Name, e.Detail)
	case e.Name != "":
		return fmt.Sprintf("line %d, %s %s", e.Line, e.Name, e.Detail)
	}
	return fmt.Sprintf("line %d %s", e.Line, e.Detail)
}

// jsonError says what is wrong with a line of JSON, in words without Go types.
func jsonError(err error) error {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return &Error{Detail: "is not a JSON object: " + err.Error()}
	}
	if kind.Field == "" {
		return &Error{Detail: "is a JSON " + kind.Value + ", expected an object"}
	}
	return &Error{Name: kind.Field, Detail: "is a JSON " + kind.Value + ", which is not expected there"}
}

// cells are the values of one CSV row.
type cells struct {
	cols   columns
	values []string
}

// split cuts a line at its commas. A quoted cell holds no comma in any of
// these traces, so one that does has one cell too many.
func (c columns) split(line []byte) (cells, error) {
	values := strings.Split(string(line), ",")
	if len(values) != len(c.names) {
		return cells{}, &Error{Detail: fmt.Sprintf("has %d columns, the header has %d", len(values), len(c.names))}
	}
	for i := range values {
		values[i] = unquote(values[i])
	}
	return cells{c, values}, nil
}

func unquote(cell string) string {
	cell = strings.TrimSpace(cell)
	if len(cell) >= 2 && cell[0] == '"' && cell[len(cell)-1] == '"' {
		return cell[1 : len(cell)-1]
	}
	return cell
}

func (c cells) wrong(i int, expected string) error {
	return &Error{Column: i + 1, Name: c.cols.names[i], Detail: "is " + clip(c.values[i]) + ", expected " + expected}
}

// count reads a whole number of things.
func (c cells) count(i int, things string) (int64, error) {
	n, err := strconv.ParseUint(c.values[i], 10, 63)
	if err != nil || n > maxTokens {
		return 0, c.wrong(i, fmt.Sprintf("a whole number of %s from 0 to %d", things, maxTokens))
	}
	return int64(n), nil
}

// span reads a decimal number of units.
func (c cells) span(i int, unit time.Duration, name string) (time.Duration, error) {
	d, ok := parseDecimal(c.values[i], unit)
	if !ok {
		return 0, c.wrong(i, "a number of "+name+" such as 12 or 12.5, at least 0 and less than a hundred years")
	}
	return d, nil
}

// instant reads a date and a time of day, in UTC unless it names another zone.
func (c cells) instant(i int) (time.Duration, error) {
	// Go's parser takes a fraction of a second wherever the input has one.
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", time.RFC3339} {
		t, err := time.Parse(layout, c.values[i])
		if err == nil && t.Year() >= 1970 && t.Year() < 2200 {
			return time.Duration(t.UnixNano()), nil
		}
	}
	return 0, c.wrong(i, "a time such as 2023-11-16 18:17:03.9799600")
}

// century bounds times, so that sums and differences of two stay in a Duration.
const century = 100 * 365 * 24 * time.Hour

// parseDecimal reads digits with an optional fraction, exact to a nanosecond
// (further digits are dropped).
func parseDecimal(s string, unit time.Duration) (time.Duration, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || n > uint64(century/unit) {
		return 0, false
	}
	d := time.Duration(n) * unit
	scale := unit
	for _, r := range fraction {
		if r < '0' || r > '9' {
			return 0, false
		}
		scale /= 10
		d += time.Duration(r-'0') * scale
	}
	return d, true
}

// clip quotes a value for an error, so that hostile input stays short and printable.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
