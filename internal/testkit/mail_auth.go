package testkit

import (
	"encoding/base64"
	"strings"
)

// auth is RFC 4954; a password goes through TLS alone.
func (s *mailSession) auth(rest string) {
	mechanism, first, _ := strings.Cut(rest, " ")
	switch mechanism = strings.ToUpper(mechanism); {
	case s.server.options.Relay || !s.greeted || s.user != "" || s.started:
		s.say(503, "5.5.1 AUTH is not for now")
	case !s.secure:
		s.say(538, "5.7.11 Encryption required for requested authentication mechanism")
	case !strings.Contains(" "+s.mechanisms()+" ", " "+mechanism+" "):
		s.say(504, "5.5.4 Unrecognized authentication type")
	case mechanism == "PLAIN":
		s.plain(first)
	default:
		s.login(first)
	}
}

// plain is RFC 4616: who for, NUL, who, NUL, password.
func (s *mailSession) plain(first string) {
	if first == "" {
		first = s.ask("")
	}
	raw, err := base64.StdEncoding.DecodeString(first)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != 3 {
		s.say(501, "5.5.2 Cannot decode the response")
		return
	}
	s.check(parts[1], parts[2])
}

func (s *mailSession) login(first string) {
	if first == "" {
		first = s.ask("Username:")
	}
	user, err := base64.StdEncoding.DecodeString(first)
	password, err2 := base64.StdEncoding.DecodeString(s.ask("Password:"))
	if err != nil || err2 != nil {
		s.say(501, "5.5.2 Cannot decode the response")
		return
	}
	s.check(string(user), string(password))
}

// ask has the client say one more thing.
func (s *mailSession) ask(what string) string {
	s.say(334, base64.StdEncoding.EncodeToString([]byte(what)))
	line, err := s.line(12288) // RFC 4954 4
	s.over = s.over || err != nil
	return line
}

func (s *mailSession) check(user, password string) {
	if user != s.server.User || password != s.server.Password {
		s.say(535, "5.7.8 Authentication credentials invalid")
		return
	}
	s.user = user
	s.say(235, "2.7.0 Authentication successful")
}
