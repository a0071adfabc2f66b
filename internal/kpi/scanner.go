package kpi

import (
	"fmt"
	"math"
	"strconv"
)

// MaxDepth is how deep objects and arrays may nest in what a Scanner reads:
// a batch, its event, a usage, its details and theirs, with room to spare.
const MaxDepth = 8

// Scanner reads one JSON text (RFC 8259, UTF-8 only) from memory, value by
// value and without a tree: the callers know which member is what. It is
// strict about syntax; what a name given twice means is for the caller to say.
//
// It is our own for speed: with jsontext, which the fuzz test holds it
// against, behind the same methods a batch took 1.4 to 1.6 times as long to
// decode (BenchmarkBatchOf1000 of the intake).
//
// After the first error every method returns a zero value and every loop over
// More ends, so that Err needs asking once. A Scanner is for one goroutine.
type Scanner struct {
	data    []byte
	pos     int
	depth   int
	fresh   bool // an object or array was opened and has no member yet
	scratch []byte
	err     *SyntaxError
}

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	// Offset counts bytes from the start of the text.
	Offset  int
	Problem string
}

// Error is the problem and its place.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Problem, e.Offset) }

// JSONKind is the kind of a JSON value.
type JSONKind byte

// The kinds of JSON value. JSONNone stands for none, after an error.
const (
	JSONNone   JSONKind = 0
	JSONNull   JSONKind = 'n'
	JSONBool   JSONKind = 'b'
	JSONString JSONKind = '"'
	JSONNumber JSONKind = '0'
	JSONObject JSONKind = '{'
	JSONArray  JSONKind = '['
)

// String names the kind in a sentence: "a string".
func (k JSONKind) String() string {
	switch k {
	case JSONNull:
		return "null"
	case JSONBool:
		return "a boolean"
	case JSONString:
		return "a string"
	case JSONNumber:
		return "a number"
	case JSONObject:
		return "an object"
	case JSONArray:
		return "an array"
	default:
		return "nothing"
	}
}

// Reset starts on a new text, which must not change while it is read.
func (s *Scanner) Reset(data []byte) {
	scratch := s.scratch
	if cap(scratch) > 1<<16 {
		scratch = nil
	}
	*s = Scanner{data: data, scratch: scratch}
}

// Err is the first error, a *SyntaxError, or nil.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

func (s *Scanner) fail(at int, problem string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: at, Problem: problem}
	}
}

// next skips white space and returns the byte after it, 0 at the end.
func (s *Scanner) next() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\n', '\t', '\r':
		default:
			return c
		}
	}
	return 0
}

// Peek returns the kind of the value that follows.
func (s *Scanner) Peek() JSONKind {
	if s.err != nil {
		return JSONNone
	}
	switch c := s.next(); c {
	case '"', '{', '[', 'n':
		return JSONKind(c)
	case 't', 'f':
		return JSONBool
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return JSONNumber
	}
	s.unexpected("a value")
	return JSONNone
}

func (s *Scanner) unexpected(wanted string) {
	if s.pos >= len(s.data) {
		s.fail(s.pos, "unexpected end")
		return
	}
	s.fail(s.pos, "expected "+wanted)
}

func (s *Scanner) is(kind JSONKind) bool {
	if got := s.Peek(); got == kind {
		return true
	}
	s.fail(s.pos, "expected "+kind.String())
	return false
}

// Open enters an object or an array.
func (s *Scanner) Open(kind JSONKind) {
	if !s.is(kind) {
		return
	}
	if s.depth == MaxDepth {
		s.fail(s.pos, "nested deeper than "+strconv.Itoa(MaxDepth)+" levels")
		return
	}
	s.depth++
	s.pos++
	s.fresh = true
}

// More reports whether the object or array that was opened last has another
// member, and leaves it when it has not.
func (s *Scanner) More(kind JSONKind) bool {
	if s.err != nil {
		return false
	}
	closing := byte(kind) + 2 // '{' and '}', '[' and ']'
	c := s.next()
	if c == closing {
		s.pos++
		s.depth--
		s.fresh = false
		return false
	}
	if s.fresh {
		s.fresh = false
		return true
	}
	if c != ',' {
		s.unexpected("',' or '" + string(rune(closing)) + "'")
		return false
	}
	s.pos++
	return true
}

// Key reads the name of an object's member. It is valid until the next call.
func (s *Scanner) Key() []byte {
	if s.err != nil {
		return nil
	}
	if s.next() != '"' {
		s.unexpected("a name in double quotes")
		return nil
	}
	key := s.Text()
	if s.err == nil && s.next() != ':' {
		s.unexpected("':'")
		return nil
	}
	s.pos++
	return key
}

// Float reads a number. One too large for a float64 is an infinity.
func (s *Scanner) Float() float64 {
	literal := s.number()
	if s.err != nil {
		return 0
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil && !math.IsInf(f, 0) {
		s.fail(s.pos, "expected a number")
	}
	return f
}

func (s *Scanner) number() []byte {
	if !s.is(JSONNumber) {
		return nil
	}
	start := s.pos
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else {
		s.digits()
	}
	if s.at('.') {
		s.pos++
		s.digits()
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		s.digits()
	}
	return s.data[start:s.pos]
}

func (s *Scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// digits reads one digit or more.
func (s *Scanner) digits() {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	if s.pos == start {
		s.unexpected("a digit")
	}
}

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	if !s.is(JSONBool) {
		return false
	}
	if s.data[s.pos] == 't' {
		s.literal("true")
		return s.err == nil
	}
	s.literal("false")
	return false
}

func (s *Scanner) literal(word string) {
	if end := s.pos + len(word); end <= len(s.data) && string(s.data[s.pos:end]) == word {
		s.pos = end
		return
	}
	s.fail(s.pos, "expected "+word)
}

// Skip passes over a value of any kind.
func (s *Scanner) Skip() {
	switch kind := s.Peek(); kind {
	case JSONNull:
		s.literal("null")
	case JSONBool:
		s.Bool()
	case JSONString:
		s.Text()
	case JSONNumber:
		s.number()
	case JSONObject, JSONArray:
		s.Open(kind)
		for s.More(kind) {
			if kind == JSONObject {
				s.Key()
			}
			s.Skip()
		}
	case JSONNone:
	}
}

// End asks that nothing but white space follows.
func (s *Scanner) End() {
	if s.err == nil && (s.next() != 0 || s.pos < len(s.data)) {
		s.fail(s.pos, "unexpected data after the value")
	}
}
