package testkit

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"strings"
)

// mailSession is a conversation with one client.
type mailSession struct {
	server *MailServer
	n      int // the attempt
	fault  Fault
	conn   net.Conn
	in     *bufio.Reader

	greeted, secure bool
	user            string
	from            string
	started         bool // MAIL was taken
	to              []string
	eight           bool // BODY=8BITMIME
	over            bool
}

// The limits of RFC 5321 4.5.3.1, with the line's end.
const (
	mailCommand = 512
	mailLine    = 1000
	mailSize    = 32 << 20
)

var errMailLine = errors.New("the line is too long")

func (s *mailSession) use(conn net.Conn) {
	s.conn = conn
	s.in = bufio.NewReaderSize(conn, 64<<10)
}

func (s *mailSession) run() {
	if s.fault.kind == faultStatus {
		s.say(s.fault.code, "localhost not available")
		if s.fault.code >= http.StatusBadRequest {
			return
		}
	} else {
		s.say(220, "localhost ESMTP")
	}
	for !s.over {
		line, err := s.line(mailCommand)
		switch {
		case errors.Is(err, errMailLine):
			s.say(500, "5.5.2 Line too long")
			return
		case err != nil:
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		s.command(strings.ToUpper(verb), rest)
	}
}

func (s *mailSession) command(verb, rest string) {
	if s.fault.kind == faultCommand && s.fault.verb == verb && s.fault.code != 0 {
		s.say(s.fault.code, s.fault.text)
		return
	}
	switch verb {
	case "EHLO", "HELO":
		s.hello(verb, rest)
	case "STARTTLS":
		s.startTLS()
	case "AUTH":
		s.auth(rest)
	case "MAIL":
		s.mail(rest)
	case "RCPT":
		s.rcpt(rest)
	case "DATA":
		s.data()
	case "RSET":
		s.forget()
		s.say(250, "2.0.0 OK")
	case "NOOP":
		s.say(250, "2.0.0 OK")
	case "QUIT":
		s.say(221, "2.0.0 Bye")
		s.over = true
	default:
		s.say(502, "5.5.1 Command not implemented")
	}
}

func (s *mailSession) forget() { s.from, s.started, s.to, s.eight = "", false, nil, false }

// say replies in one line or more, and notes the first refusal: what a client
// says after one is often just how it leaves.
func (s *mailSession) say(code int, lines ...string) {
	s.server.note(s.n, func(a *Attempt) {
		if code >= http.StatusBadRequest && a.Status == 0 {
			a.Status, a.Said = code, lines[0]
		}
	})
	var b strings.Builder
	for i, line := range lines {
		between := "-"
		if i == len(lines)-1 {
			between = " "
		}
		fmt.Fprintf(&b, "%d%s%s\r\n", code, between, line)
	}
	_, err := io.WriteString(s.conn, b.String())
	s.over = s.over || err != nil
}

// line reads a line that ends in CRLF and no other way (RFC 5321 2.3.8).
func (s *mailSession) line(most int) (string, error) {
	line, err := s.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull), err == nil && len(line) > most:
		return "", errMailLine
	case err != nil:
		return "", err
	case !bytes.HasSuffix(line, []byte("\r\n")):
		return "", fmt.Errorf("a line ends in LF alone")
	}
	return string(line[:len(line)-2]), nil
}

func (s *mailSession) hello(verb, name string) {
	s.forget()
	if name == "" || strings.ContainsAny(name, " \t") {
		s.say(501, "5.5.4 Invalid name")
		return
	}
	s.greeted = true
	if verb == "HELO" {
		s.say(250, "localhost")
		return
	}
	lines := []string{"localhost", "8BITMIME", "ENHANCEDSTATUSCODES", fmt.Sprint("SIZE ", mailSize)}
	if !s.server.options.Relay && !s.secure {
		lines = append(lines, "STARTTLS")
	}
	if !s.server.options.Relay && s.secure {
		lines = append(lines, "AUTH "+s.mechanisms())
	}
	s.say(250, lines...)
}

func (s *mailSession) mechanisms() string {
	if s.server.options.LoginOnly {
		return "LOGIN"
	}
	return "PLAIN LOGIN"
}

// startTLS forgets what was said before (RFC 3207 4.2).
func (s *mailSession) startTLS() {
	if s.server.options.Relay || s.secure {
		s.say(503, "5.5.1 TLS is not for now")
		return
	}
	s.say(220, "2.0.0 Ready to start TLS")
	if s.in.Buffered() > 0 {
		s.server.complain("a mail client speaks before TLS has begun")
		s.over = true
		return
	}
	conn := tls.Server(s.conn, s.server.tls)
	if err := conn.Handshake(); err != nil {
		s.server.note(s.n, func(a *Attempt) { a.Said = err.Error() })
		s.over = true
		return
	}
	s.secure, s.greeted = true, false
	s.use(conn)
	s.forget()
}

func (s *mailSession) mail(rest string) {
	address, params, ok := mailPath(rest, "FROM:")
	switch {
	case !s.greeted:
		s.say(503, "5.5.1 Say EHLO first")
	case !s.server.options.Relay && !s.secure:
		s.say(530, "5.7.0 Must issue a STARTTLS command first")
	case !s.server.options.Relay && s.user == "":
		s.say(530, "5.7.0 Authentication required")
	case s.started:
		s.say(503, "5.5.1 Nested MAIL command")
	case !ok:
		s.say(501, "5.1.7 Bad sender address syntax")
	default:
		s.from, s.started, s.eight = address, true, strings.Contains(strings.ToUpper(params), "BODY=8BITMIME")
		s.say(250, "2.1.0 OK")
	}
}

func (s *mailSession) rcpt(rest string) {
	address, _, ok := mailPath(rest, "TO:")
	switch {
	case !s.started:
		s.say(503, "5.5.1 Need MAIL command")
	case !ok || address == "":
		s.say(501, "5.1.3 Bad recipient address syntax")
	default:
		s.to = append(s.to, address)
		s.say(250, "2.1.5 OK")
	}
}

// mailPath takes <address> and its parameters apart; nothing may be between the
// colon and the address (RFC 5321 3.3).
func mailPath(text, prefix string) (address, params string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return "", "", false
	}
	address, params, ok = strings.Cut(text[len(prefix):], ">")
	address, open := strings.CutPrefix(address, "<")
	if !ok || !open {
		return "", "", false
	}
	if address != "" {
		_, err := mail.ParseAddress(address)
		ok = err == nil
	}
	return address, params, ok
}
