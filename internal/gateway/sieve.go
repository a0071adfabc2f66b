package gateway

import "bytes"

// sieve reads a JSON text in pieces of any size and keeps the raw values of a
// few members: those of the outermost object, and those of the object in its
// member "response". It keeps nothing else, so that a text may be of any size.
// What is no JSON does no harm: nothing is found in it.
type sieve struct {
	wanted map[string]bool
	found  map[string][]byte
	items  int // objects in the member "data"

	depth    int
	keys     [2]string // the key being read at depth 1 and 2
	object   [3]bool   // whether the container at depth 1 and 2 is an object
	expect   bool      // a key comes next in the container at depth 1 or 2
	inString bool
	escaped  bool
	key      []byte // of the string being read, when it is a key
	isKey    bool

	capture   []byte
	capturing string // the member being kept; empty for none
	from      int    // its depth
	overflow  bool
}

// mostKept bounds the value of a member.
const mostKept = 64 << 10

func newSieve(members ...string) *sieve {
	s := &sieve{wanted: map[string]bool{}}
	for _, m := range members {
		s.wanted[m] = true
	}
	s.reset()
	return s
}

// reset begins with another text.
func (s *sieve) reset() {
	found := s.found
	if found == nil {
		found = map[string][]byte{}
	}
	clear(found)
	*s = sieve{wanted: s.wanted, found: found, key: s.key[:0], capture: s.capture[:0]}
}

// value is the raw value of a member, of the outermost object or of "response".
func (s *sieve) value(member string) []byte {
	if v, ok := s.found[member]; ok {
		return v
	}
	return s.found["response."+member]
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
	if s.capturing == "" || s.overflow {
		return
	}
	if len(s.capture)+len(p) > mostKept {
		s.overflow = true
		return
	}
	s.capture = append(s.capture, p...)
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
	return s.depth == 1 && s.object[1] || s.depth == 2 && s.object[2] && s.keys[0] == "response"
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
			s.keys[s.depth-1], s.isKey = string(s.key), false
		}
		return
	}
	if s.isKey && len(s.key) < 64 {
		s.key = append(s.key, c)
	}
}

func (s *sieve) open(bracket byte) {
	object := bracket == '{'
	s.depth++
	if s.depth <= 2 {
		s.object[s.depth], s.keys[s.depth-1] = object, ""
		s.expect = s.near()
	}
	if s.depth == 3 && object && s.keys[0] == "data" && !s.object[2] {
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
	if !s.wanted[name] || s.capturing != "" {
		return
	}
	if s.depth == 2 {
		name = "response." + name
	}
	s.capturing, s.from, s.capture, s.overflow = name, s.depth, s.capture[:0], false
}

// endValue ends a scalar that is being kept.
func (s *sieve) endValue(depth int) {
	if s.capturing != "" && depth == s.from {
		s.finish()
	}
}

func (s *sieve) finish() {
	if !s.overflow && len(s.capture) > 0 {
		s.found[s.capturing] = append([]byte(nil), s.capture...)
	}
	s.capturing = ""
}

func (s *sieve) keep(c byte) {
	if s.capturing == "" {
		return
	}
	if len(s.capture) >= mostKept {
		s.overflow = true
		return
	}
	if len(s.capture) > 0 || c != ':' && c != ' ' && c != '\n' && c != '\t' && c != '\r' {
		s.capture = append(s.capture, c)
	}
}
