package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// askForUsage is a chat's request that asks for the usage of its stream, and
// whether it had to be changed: false for one that asks already, or that is no
// stream. Nothing but stream_options is touched.
func askForUsage(body []byte) ([]byte, bool) {
	r, ok := readRequest(body)
	switch {
	case !ok || !r.stream || r.times > 1: // what says it twice is not ours to read
		return body, false
	case r.times == 0:
		return splice(body, r.open, r.open, `"stream_options":{"include_usage":true},`), true
	}
	options := body[r.from:r.to]
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(options, &members); err != nil {
		return body, false
	}
	if string(members["include_usage"]) == "true" {
		return body, false
	}
	if members == nil {
		members = map[string]json.RawMessage{}
	}
	members["include_usage"] = json.RawMessage("true")
	changed, err := json.Marshal(members)
	if err != nil {
		return body, false
	}
	return splice(body, r.from, r.to, string(changed)), true
}

// splice replaces a part of a text.
func splice(body []byte, from, to int64, by string) []byte {
	out := make([]byte, 0, len(body)+len(by))
	out = append(out, body[:from]...)
	out = append(out, by...)
	return append(out, body[to:]...)
}

// streamRequest is where a request says how it wants its stream.
type streamRequest struct {
	stream   bool
	open     int64 // behind the opening brace
	from, to int64 // of the value of stream_options
	times    int   // that it is there
}

func readRequest(body []byte) (r streamRequest, ok bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return r, false
	}
	r.open = d.InputOffset()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return r, false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return r, false
		}
		switch key {
		case "stream":
			r.stream = string(value) == "true"
		case "stream_options":
			r.to = d.InputOffset()
			r.from = r.to - int64(len(value))
			r.times++
		}
	}
	_, err := d.Token() // the closing brace
	return r, err == nil
}

// stripper takes the event that only tells the usage out of a stream of events
// that was asked for it on the gateway's own account. What it gives out it gives
// out event by event; one that is too large to be that event at once.
type stripper struct {
	event   []byte // what is held of the event that comes
	passing bool   // it was too large to hold
	line    int    // bytes of the line that comes
	cr      bool   // the last byte was a carriage return
	after   bool   // an event has ended with a carriage return: its newline may follow
	dropped bool   // the last event was taken out
	out     []byte // of the last piece; used again
}

// newStripper is for an answer to a request whose usage was asked for; nil where
// there is nothing to be taken out, or it can't be read.
func newStripper(h http.Header, resp *http.Response) *stripper {
	encoding := resp.Header.Get("Content-Encoding")
	if mediaType(resp.Header.Get("Content-Type")) != "text/event-stream" || encoding != "" && encoding != "identity" {
		return nil
	}
	h.Del("Content-Length") // it would be that of the longer one
	return &stripper{}
}

// mostHeldEvent bounds an event that only tells the usage.
const mostHeldEvent = 16 << 10

// feed takes a piece of the stream and appends what the caller is to get.
func (s *stripper) feed(out, p []byte) []byte {
	for _, c := range p {
		if s.after && c == '\n' {
			s.after, s.cr = false, false
			if !s.dropped {
				out = append(out, c)
			}
			continue
		}
		s.after = false
		if s.passing {
			out = append(out, c)
		} else if s.event = append(s.event, c); len(s.event) > mostHeldEvent {
			out, s.event, s.passing = append(out, s.event...), s.event[:0], true
		}
		if s.ends(c) {
			out = s.end(out, c)
		}
	}
	return out
}

// ends reports whether a byte ends an event: it ends an empty line.
func (s *stripper) ends(c byte) bool {
	wasCR := s.cr
	s.cr = c == '\r'
	switch {
	case c == '\n' && wasCR:
		return false // the second half of CRLF
	case c == '\n' || c == '\r':
		empty := s.line == 0
		s.line = 0
		return empty
	default:
		s.line++
		return false
	}
}

func (s *stripper) end(out []byte, c byte) []byte {
	s.dropped = !s.passing && tellsOnlyUsage(s.event)
	if !s.dropped {
		out = append(out, s.event...)
	}
	s.event, s.passing, s.after = s.event[:0], false, c == '\r'
	return out
}

// rest is what is held when the stream has ended.
func (s *stripper) rest() []byte {
	rest := s.event
	s.event = nil
	return rest
}

// tellsOnlyUsage reports whether an event is the chunk of a chat that comes for
// stream_options.include_usage: usage, and no choices.
func tellsOnlyUsage(event []byte) bool {
	var data []byte
	for line := range bytes.FieldsFuncSeq(event, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if value, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			data = append(data, value...)
		}
	}
	var chunk struct {
		Choices *[]json.RawMessage `json:"choices"`
		Usage   json.RawMessage    `json:"usage"`
	}
	if json.Unmarshal(data, &chunk) != nil {
		return false
	}
	return chunk.Choices != nil && len(*chunk.Choices) == 0 && len(chunk.Usage) > 0 && chunk.Usage[0] == '{'
}
