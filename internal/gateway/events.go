package gateway

import "bytes"

// events takes a stream of server-sent events apart
// (html.spec.whatwg.org/multipage/server-sent-events.html), in pieces of any
// size, and hands the data of each event to a sieve, piece by piece.
type events struct {
	data func(piece []byte)
	end  func(name string) // an event is complete

	line  []byte // the beginning of a line, until its field is known
	field field
	name  []byte
	any   bool // the event has data
	cr    bool // the last byte was a carriage return
}

// field is what a line is about.
type field int

const (
	fieldUnknown field = iota
	fieldData
	fieldName
	fieldOther
)

// mostLine bounds what is kept of a line until its field is known, and of names.
const mostLine = 128

func (e *events) feed(p []byte) {
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			e.part(p)
			e.cr = false
			return
		}
		e.part(p[:i])
		if p[i] != '\n' || !e.cr || i > 0 { // the second half of CRLF ends nothing
			e.endLine()
		}
		e.cr = p[i] == '\r'
		p = p[i+1:]
	}
}

// between reports whether the last event has ended and no other has begun.
func (e *events) between() bool {
	return e.field == fieldUnknown && len(e.line) == 0 && !e.any && len(e.name) == 0
}

// part takes a piece of a line.
func (e *events) part(p []byte) {
	if len(p) == 0 {
		return
	}
	switch e.field {
	case fieldUnknown:
		e.line = append(e.line, p[:min(len(p), mostLine)]...)
		e.decide(p[min(len(p), mostLine):])
	case fieldData:
		e.data(p)
	case fieldName:
		e.name = append(e.name, p[:min(len(p), mostLine-min(mostLine, len(e.name)))]...)
	case fieldOther:
	}
}

// decide finds out what a line is about when its colon has come.
func (e *events) decide(rest []byte) {
	name, value, found := bytes.Cut(e.line, []byte(":"))
	switch {
	case !found && len(e.line) < mostLine:
		return
	case found && len(value) == 0 && len(rest) == 0:
		return // whether a space follows is still to be seen
	}
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		e.field = fieldData
		if e.any {
			e.data([]byte("\n"))
		}
		e.any = true
	case "event":
		e.field, e.name = fieldName, e.name[:0]
	default:
		e.field = fieldOther
	}
	e.part(value)
	e.part(rest)
}

// finish ends an event that the end of the stream has left open: readers drop
// it, but what it says was said.
func (e *events) finish() {
	e.endLine()
	e.endLine()
}

func (e *events) endLine() {
	empty := e.field == fieldUnknown && len(e.line) == 0
	e.line, e.field = e.line[:0], fieldUnknown
	if !empty {
		return
	}
	if e.any {
		e.end(string(e.name))
	}
	e.any, e.name = false, e.name[:0]
}
