package gateway

import (
	"bytes"
	"slices"
)

// sieve reads a JSON text in pieces of any size and keeps the raw values of a
// few members: those of the outermost object, and those of the object in its
// member "response". It keeps nothing else, so that a text may be of any size.
// What is no JSON does no harm: nothing is found in it.
type sieve struct {
	members []string // that are wanted; shared, never changed
	found   []member
	items   int // objects in the member "data"

	depth    int
	keys     [2]string // the key being read at depth 1 and 2, when it is of interest
	object   [3]bool   // whether the container at depth 1 and 2 is an object
	expect   bool      // a key comes next in the container at depth 1 or 2
	inString bool
	escaped  bool
	key      []byte // of the string being read, when it is a key
	isKey    bool

	kept      []byte // the values that were found, and the beginning of the next
	capturing string // the member being kept; empty for none
	start     int    // of its value in kept
	from      int    // its depth
	overflow  bool
}

// member is one that was found. Its value holds until the sieve is reset.
type member struct {
	name   string
	nested bool // in "response"
	value  []byte
}

// mostKept bounds the value of a member.
const mostKept = 64 << 10

// The members whose values are not wanted and whose contents are.
const (
	memberResponse = "response"
	memberData     = "data"
)

func newSieve(members []string) *sieve { return &sieve{members: members} }

// reset begins with another text.
func (s *sieve) reset() {
	*s = sieve{members: s.members, found: s.found[:0], key: s.key[:0], kept: s.kept[:0]}
}

// value is the raw value of a member, of the outermost object or of "response".
func (s *sieve) value(name string) []byte {
	if v := s.own(name); v != nil {
		return v
	}
	return s.get(name, true)
}

// own is the raw value of a member of the outermost object.
func (s *sieve) own(name string) []byte { return s.get(name, false) }

func (s *sieve) get(name string, nested bool) []byte { //nolint:revive // where it stands is part of its name
	for i := len(s.found) - 1; i >= 0; i-- { // of two the last counts
		if m := &s.found[i]; m.name == name && m.nested == nested {
			return m.value
		}
	}
	return nil
}

func (s *sieve) feed(p []byte) {
	for i := 0; i < len(p); i++ {
		if s.inString && !s.escaped && !s.isKey {
			n := plainText(p[i:])
			s.keepAll(p[i : i+n])
			if i += n; i == len(p) {
				return
			}
		}
		s.step(p[i])
	}
}

// plainText is how much of a string comes before its end or an escape.
func plainText(p []byte) int {
	n := bytes.IndexByte(p, '"')
	if n < 0 {
		n = len(p)
	}
	if escape := bytes.IndexByte(p[:n], '\\'); escape >= 0 {
		return escape
	}
	return n
}

// keepAll keeps a piece of a string.
func (s *sieve) keepAll(p []byte) {
	switch {
	case s.capturing == "" || s.overflow:
	case len(s.kept)-s.start+len(p) > mostKept:
		s.overflow = true
	default:
		s.kept = append(s.kept, p...)
	}
}

func (s *sieve) step(c byte) {
	if s.inString {
		s.stepString(c)
		return
	}
	switch c {
	case '"':
		s.keep(c)
		s.inString, s.isKey = true, s.expect && s.near()
		s.key = s.key[:0]
	case ':':
		s.keep(c)
		if s.expect && s.near() {
			s.expect = false
			s.begin()
		}
	case '{', '[':
		s.keep(c)
		s.open(c)
	case '}', ']':
		s.close(c)
	case ',':
		s.endValue(s.depth)
		s.keep(c)
		s.expect = s.near() && s.object[s.depth]
	default:
		s.keep(c)
	}
}

// near reports whether keys are told apart where the reading is: in the
// outermost object, and in "response".
func (s *sieve) near() bool {
	return s.depth == 1 && s.object[1] || s.depth == 2 && s.object[2] && s.keys[0] == memberResponse
}

func (s *sieve) stepString(c byte) {
	s.keep(c)
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
		return
	case c == '"':
		s.inString = false
		if s.isKey {
			s.keys[s.depth-1], s.isKey = s.known(), false
		}
		return
	}
	if s.isKey && len(s.key) < 64 {
		s.key = append(s.key, c)
	}
}

// known is the key that was read, when it is of interest.
func (s *sieve) known() string {
	switch string(s.key) {
	case memberResponse:
		return memberResponse
	case memberData:
		return memberData
	}
	for _, m := range s.members {
		if string(s.key) == m {
			return m
		}
	}
	return ""
}

func (s *sieve) open(bracket byte) {
	object := bracket == '{'
	s.depth++
	if s.depth <= 2 {
		s.object[s.depth], s.keys[s.depth-1] = object, ""
		s.expect = s.near()
	}
	if s.depth == 3 && object && s.keys[0] == memberData && !s.object[2] {
		s.items++
	}
}

func (s *sieve) close(c byte) {
	s.endValue(s.depth)
	s.keep(c)
	if s.depth > 0 {
		s.depth--
	}
	if s.depth <= 2 {
		s.expect = false
	}
	if s.capturing != "" && s.depth == s.from {
		s.finish()
	}
}

// begin starts to keep the value that comes, when it is wanted.
func (s *sieve) begin() {
	name := s.keys[s.depth-1]
	if s.capturing != "" || !slices.Contains(s.members, name) {
		return
	}
	s.capturing, s.start, s.from, s.overflow = name, len(s.kept), s.depth, false
}

// endValue ends a scalar that is being kept.
func (s *sieve) endValue(depth int) {
	if s.capturing != "" && depth == s.from {
		s.finish()
	}
}

func (s *sieve) finish() {
	if value := s.kept[s.start:]; !s.overflow && len(value) > 0 {
		s.found = append(s.found, member{s.capturing, s.from == 2, value[:len(value):len(value)]})
	} else {
		s.kept = s.kept[:s.start]
	}
	s.capturing = ""
}

func (s *sieve) keep(c byte) {
	if s.capturing == "" {
		return
	}
	n := len(s.kept) - s.start
	if n >= mostKept {
		s.overflow = true
		return
	}
	if n > 0 || c != ':' && c != ' ' && c != '\n' && c != '\t' && c != '\r' {
		s.kept = append(s.kept, c)
	}
}
