package testkit

import (
	"net/http"
	"strings"
)

// eventStream writes server-sent events.
type eventStream struct {
	c    *fakeCall
	n    int
	end  string // of a line
	over bool
	// spoiled says that the last event was broken off.
	spoiled bool
}

func (c *fakeCall) stream() *eventStream {
	c.seen.Status, c.seen.Stream = http.StatusOK, true
	c.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	c.w.Header().Set("Cache-Control", "no-cache")
	c.w.WriteHeader(http.StatusOK)
	e := &eventStream{c: c, end: "\n"}
	if c.fault.has("crlf") {
		e.end = "\r\n"
	}
	if c.fault.has("gzip-garbage") {
		_, _ = c.out.Write([]byte("\x1f\x8b\x08\x00no gzip" + strings.Repeat("\xff\x00", 200))) // the client may have left
		e.over = true
	}
	c.out.flush()
	return e
}

// send writes one event; name may be empty. It reports whether the stream goes on.
func (e *eventStream) send(name string, data any) bool {
	if e.over {
		return false
	}
	f := e.c.fault
	e.n++
	if f.has("hold-at") && f.number("hold-at", 1) == e.n {
		e.c.out.hold()
	}
	if e.n > 1 {
		e.c.out.sleep(f.wait("gap"))
	}
	if f.has("comments") {
		e.write(": keep-alive" + e.end + e.end)
	}
	if f.number("error-event-at", 0) == e.n {
		e.failNow(name != "")
		return false
	}
	e.one(name, string(e.broken(compact(data))))
	return !e.over
}

func (e *eventStream) broken(data []byte) []byte {
	if e.spoiled = e.c.fault.has("invalid-json") && e.c.fault.number("invalid-json", 2) == e.n; e.spoiled {
		return data[:len(data)*2/3]
	}
	return data
}

// one writes an event in a single write, and flushes.
func (e *eventStream) one(name, data string) {
	head := ""
	if name != "" {
		head = "event: " + name + e.end
	}
	if size := e.c.fault.number("big", 0); size > 0 && e.n == 1 && strings.HasPrefix(data, "{") {
		e.write(head + `data: {"padding":"`)
		pad(e.c.out, size)
		head, data = "", `",`+data[1:]
	} else {
		data = "data: " + data
	}
	e.write(head + data + e.end + e.end)
	e.c.seen.Events = e.n
	e.c.out.flush()
}

func (e *eventStream) write(text string) {
	if _, err := e.c.out.Write([]byte(text)); err != nil {
		panic(http.ErrAbortHandler) // the client has left
	}
}

// failNow sends an error in the middle of the stream, and nothing after it.
func (e *eventStream) failNow(named bool) {
	p := usualProblem(http.StatusInternalServerError, e.c.fault["code"])
	if e.c.fault.has("type") {
		p.kind = e.c.fault["type"]
	}
	e.c.seen.ErrorType, e.c.seen.ErrorCode = p.kind, p.code
	if named {
		e.one("error", string(compact(object{"type", "error", "sequence_number", e.n - 1, "code", orNull(p.code), "message", p.message, "param", nil})))
	} else {
		e.one("", string(compact(p.json())))
	}
	e.over = true
}

// done ends a stream of those that end with [DONE].
func (e *eventStream) done() {
	if !e.over && !e.c.fault.has("no-done") {
		e.n++
		e.one("", "[DONE]")
	}
}
