package testkit

import (
	"bytes"
	"fmt"
)

// data takes a mail's content and books the mail.
func (s *mailSession) data() {
	if len(s.to) == 0 {
		s.say(503, "5.5.1 Need RCPT command")
		return
	}
	s.say(354, "End data with <CR><LF>.<CR><LF>")
	if s.fault.kind == faultCommand && s.fault.verb == "DATA" {
		_, _ = s.in.ReadSlice('\n') // the middle is after the first line
		s.over = true
		return
	}
	raw, wrong, err := s.content()
	if err != nil {
		s.over = true
		return
	}
	m := Mail{User: s.user, TLS: s.secure, From: s.from, To: s.to, Raw: raw}
	s.forget()
	if len(wrong) == 0 {
		wrong = m.read()
	}
	if len(wrong) > 0 {
		s.say(554, "5.6.0 "+wrong[0])
		return
	}
	s.take(m)
}

// take books a mail and says so, unless that goes wrong.
func (s *mailSession) take(m Mail) {
	s.server.change(func() { s.server.mails = append(s.server.mails, m) })
	s.server.note(s.n, func(a *Attempt) { a.Accepted = true })
	switch s.fault.kind {
	case faultLost:
		resetConn(s.conn)
		s.over = true
		return
	case faultSlow:
		s.server.linger(s.fault.after, nil)
	}
	s.server.note(s.n, func(a *Attempt) { a.Status = 250 })
	s.say(250, "2.0.0 OK")
}

// content reads to the line with nothing but a dot, and undoes the dots that
// clients add (RFC 5321 4.5.2). It says what is wrong with the lines.
func (s *mailSession) content() (raw []byte, wrong []string, err error) {
	for {
		line, err := s.in.ReadBytes('\n')
		if err != nil {
			return nil, nil, err
		}
		if bytes.Equal(line, []byte(".\r\n")) {
			return raw, wrong, nil
		}
		if flaw := s.wrongLine(line); flaw != "" {
			wrong = append(wrong, flaw)
		}
		if len(raw)+len(line) > mailSize {
			return nil, nil, fmt.Errorf("the mail is too large")
		}
		raw = append(raw, bytes.TrimPrefix(line, []byte("."))...)
	}
}

// wrongLine is what the standards forbid a line of a mail: RFC 5321 2.3.8 and
// 4.5.3.1.6, RFC 6152 for bytes beyond ASCII.
func (s *mailSession) wrongLine(line []byte) string {
	body, ends := bytes.CutSuffix(line, []byte("\r\n"))
	switch {
	case !ends || bytes.ContainsRune(body, '\r'):
		return "A line ends in CR or LF alone"
	case len(line) > mailLine:
		return "A line is longer than 998 bytes"
	case !s.eight && bytes.ContainsFunc(body, func(r rune) bool { return r > 127 }):
		return "8-bit content without BODY=8BITMIME"
	}
	return ""
}
