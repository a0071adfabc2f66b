package kpi

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Text reads a string. It is valid until the next call.
func (s *Scanner) Text() []byte {
	if !s.is(JSONString) {
		return nil
	}
	start, high := s.pos+1, byte(0)
	for i := start; i < len(s.data); i++ {
		c := s.data[i]
		if c == '"' {
			s.pos = i + 1
			return s.checked(start, s.data[start:i], high)
		}
		if c == '\\' {
			return s.escaped(start, i, high)
		}
		if c < ' ' {
			s.fail(i, "a control character in a string")
			return nil
		}
		high |= c
	}
	s.fail(len(s.data), "unexpected end")
	return nil
}

func (s *Scanner) checked(start int, text []byte, high byte) []byte {
	if high >= utf8.RuneSelf && !utf8.Valid(text) {
		s.fail(start, "a string that is not UTF-8")
		return nil
	}
	return text
}

// escaped reads on where a string has its first escape.
func (s *Scanner) escaped(start, i int, high byte) []byte {
	b := append(s.scratch[:0], s.data[start:i]...)
	defer func() { s.scratch = b }()
	for i < len(s.data) {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return s.checked(start, b, high)
		case c == '\\':
			var n int
			if b, n = appendEscape(b, s.data[i:]); n == 0 {
				s.fail(i, "an escape that is not allowed")
				return nil
			}
			i += n
		case c < ' ':
			s.fail(i, "a control character in a string")
			return nil
		default:
			high |= c
			b = append(b, c)
			i++
		}
	}
	s.fail(len(s.data), "unexpected end")
	return nil
}

// appendEscape decodes the escape at the start of data and returns its
// length, 0 when it is none.
func appendEscape(b, data []byte) ([]byte, int) {
	if len(data) < 2 {
		return b, 0
	}
	const codes, values = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	for i := range len(codes) {
		if data[1] == codes[i] {
			return append(b, values[i]), 2
		}
	}
	r, ok := unicodeEscape(data)
	if !ok {
		return b, 0
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), 6
	}
	low, ok := unicodeEscape(data[6:])
	pair := utf16.DecodeRune(r, low)
	if !ok || pair == utf8.RuneError {
		return b, 0
	}
	return utf8.AppendRune(b, pair), 12
}

func unicodeEscape(data []byte) (rune, bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range data[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
