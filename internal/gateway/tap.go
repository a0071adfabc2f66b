package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// tap reads an answer beside the copy. It is for one goroutine. Whatever goes
// wrong in it, the copy goes on.
type tap struct {
	status   int
	sieve    *sieve
	events   *events // nil for an answer that is no stream of events
	encoding string
	held     []byte // of an answer that is compressed
	broken   bool   // the tap gave up

	head  []byte        // the first bytes of an event's data
	strip *stripper     // of a stream whose usage was not asked for by the caller
	out   []byte        // what the caller gets of a piece
	took  time.Duration // in write and stripped

	said said
}

// said is what an answer says.
type said struct {
	model   string
	tier    string
	usage   *kpi.Usage
	failure []byte // the error object
	failed  bool
	images  int

	streamed   bool      // it came as a stream of events
	done       bool      // and said that it had come to its end
	firstToken time.Time // of a stream; zero when there was none

	id         string // of what can be fetched again
	background bool
}

const (
	// mostHeld bounds what is kept of a compressed answer, and mostInflated what
	// it is expanded to.
	mostHeld     = 4 << 20
	mostInflated = 64 << 20
)

// answerMembers are what is looked for in an answer.
var answerMembers = [...]string{"model", "usage", "error", "service_tier", "id", "background"}

func newTap(resp *http.Response) *tap {
	t := &tap{status: resp.StatusCode, sieve: newSieve(answerMembers[:]), encoding: strings.ToLower(resp.Header.Get("Content-Encoding"))}
	if t.encoding == "identity" {
		t.encoding = ""
	}
	kind := mediaType(resp.Header.Get("Content-Type"))
	if kind == "text/event-stream" {
		t.events, t.said.streamed = &events{data: t.data, end: t.endEvent}, true
	} else if !strings.Contains(kind, "json") {
		t.broken = true // sound and files say nothing
	}
	return t
}

// stripped is what the caller gets of a piece of the body; all of it, but where
// the gateway asked for more than the caller did.
func (t *tap) stripped(piece []byte, end error) []byte {
	if t.out = piece; t.strip == nil {
		return t.out
	}
	t.strip.out = t.strip.feed(t.strip.out[:0], piece)
	if end != nil {
		t.strip.out = append(t.strip.out, t.strip.rest()...)
	}
	t.out = t.strip.out
	return t.out
}

// mediaType is a content type without its parameters.
func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// write takes a piece of the body. A defect in it ends the tap and nothing else.
func (t *tap) write(p []byte) (ok bool) {
	if t.broken {
		return true
	}
	began := time.Now()
	defer func() {
		t.took += time.Since(began)
		if recover() != nil {
			t.broken, ok = true, false
		}
	}()
	switch {
	case t.encoding != "":
		if t.held = append(t.held, p...); len(t.held) > mostHeld {
			t.held, t.broken = nil, true
		}
	case t.events != nil:
		t.feedEvents(p)
	default:
		t.sieve.feed(p)
	}
	return true
}

// close reads what is left to be read when the answer has ended.
func (t *tap) close() (ok bool) {
	defer func() {
		if recover() != nil {
			t.broken, ok = true, false
		}
	}()
	if t.broken {
		return true
	}
	if t.encoding != "" {
		plain, err := inflate(t.encoding, t.held)
		if err != nil {
			t.broken = true
			return true
		}
		t.encoding = ""
		_, _ = io.Copy(writer(t.write), io.LimitReader(plain, mostInflated)) // garbage ends it
	}
	if t.events != nil {
		t.events.finish()
		return true
	}
	t.read()
	return true
}

type writer func([]byte) bool

// Write feeds the tap.
func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func inflate(encoding string, held []byte) (io.Reader, error) {
	switch encoding {
	case "gzip", "x-gzip":
		return gzip.NewReader(bytes.NewReader(held))
	case "deflate":
		return flate.NewReader(bytes.NewReader(held)), nil
	case "zstd":
		return zstd.NewReader(bytes.NewReader(held), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostInflated))
	default:
		return nil, http.ErrNotSupported
	}
}

// doneData is the last event of a stream of a chat.
const doneData = "[DONE]"

// data takes a piece of an event's data.
func (t *tap) data(p []byte) {
	if room := len(doneData) - len(t.head); room > 0 {
		t.head = append(t.head, p[:min(len(p), room)]...)
	}
	t.sieve.feed(p)
}

// endEvent takes over what an event said.
func (t *tap) endEvent(name string) {
	if string(t.head) == doneData || strings.HasSuffix(name, ".completed") || strings.HasSuffix(name, ".incomplete") {
		t.said.done = true
	}
	t.head = t.head[:0]
	if strings.HasPrefix(name, "error") || len(t.sieve.value("error")) > 0 && string(t.sieve.value("error")) != "null" || name == "response.failed" {
		t.said.failed = true
	}
	if t.said.firstToken.IsZero() && token(name) {
		t.said.firstToken = time.Now()
	}
	t.read()
	t.sieve.reset()
}

// token reports whether an event brings something of what was asked for. The
// events of a chat have no names and all do; those of a response are named, and
// the first ones say only that it has begun.
func token(name string) bool {
	return name == "" || strings.HasSuffix(name, ".delta") || strings.Contains(name, "partial_image") || strings.HasSuffix(name, ".completed")
}

// read takes over what the sieve has found.
func (t *tap) read() {
	if t.said.model == "" {
		t.said.model = text(t.sieve.value("model"))
	}
	if tier := t.sieve.value("service_tier"); len(tier) > 0 && !t.settled() || t.events == nil || len(t.sieve.value("usage")) > 0 {
		t.said.tier = orElse(text(tier), t.said.tier)
	}
	if raw := t.sieve.value("usage"); len(raw) > 0 && raw[0] == '{' {
		// None at all is something that is said too, where it is said of tokens.
		if u, err := kpi.ParseUsage(raw); err == nil && (!u.Zero() || bytes.Contains(raw, []byte("tokens"))) {
			t.said.usage = &u
		}
	}
	if raw := t.sieve.value("error"); len(raw) > 0 && raw[0] == '{' {
		t.said.failure, t.said.failed = bytes.Clone(raw), true
	}
	if t.events == nil {
		t.said.images = t.sieve.items
		t.readObject()
	}
}

// readObject takes over what is said of a thing that can be fetched again.
func (t *tap) readObject() {
	t.said.id = text(t.sieve.own("id"))
	t.said.background = string(bytes.TrimSpace(t.sieve.own("background"))) == "true"
}

// text is a JSON string's value; empty for anything else.
func text(raw []byte) (s string) {
	if raw = bytes.TrimSpace(raw); len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if plain := raw[1 : len(raw)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return string(plain)
	}
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
