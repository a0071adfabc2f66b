package gateway

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// call is what is known of a call.
type call struct {
	began     time.Time
	upstream  *upstream
	tag       string
	retry     int
	operation operation

	model      string // as asked for
	deployment string // Azure's, that the path names

	asked     asked
	sent      bool // the upstream had all of the request
	status    int  // that the caller got; 0 for none
	errorType string
	injected  bool // its usage was asked for on the gateway's own account
	took      time.Duration
	own       time.Duration // of it, what the gateway itself took
	said      said
}

// asked is what a request asks for that decides its price.
type asked struct {
	stream        bool
	images        int
	size, quality string
	characters    int64
}

// lookAhead bounds what is read of a request before it is passed on. A body up
// to it is read whole: so no answer can come, and no connection be given up,
// while a part of it is still on its way (golang.org/issue/40747).
const lookAhead = 1 << 20

// trusted is how much room is made for what a request says it will send, before
// it has sent it.
const trusted = 64 << 10

// body is a request's body on its way.
type body struct {
	head  []byte
	whole bool
	rest  io.Reader
}

func readBody(r *http.Request) (body, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return body{whole: true}, nil
	}
	if r.ContentLength > lookAhead {
		head := make([]byte, lookAhead)
		n, err := io.ReadFull(r.Body, head)
		return body{head: head[:n], rest: r.Body}, err
	}
	if r.ContentLength >= 0 && r.ContentLength <= trusted {
		head := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, head)
		return body{head: head, whole: true}, err
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, lookAhead+1))
	return body{head: head, whole: len(head) <= lookAhead, rest: r.Body}, err
}

// reader is the body again, from its beginning.
func (b body) reader() io.Reader {
	if b.whole {
		return bytes.NewReader(b.head)
	}
	return io.MultiReader(bytes.NewReader(b.head), b.rest)
}

// send makes it the body of the outgoing request.
func (b body) send(out *http.Request) {
	out.Body = io.NopCloser(b.reader())
	if !b.whole {
		return
	}
	out.ContentLength, out.TransferEncoding = int64(len(b.head)), nil
	if len(b.head) == 0 {
		out.Body = http.NoBody
	}
}

// asksForUsage reports whether the gateway is to ask for the usage of a stream.
func (c *call) asksForUsage() bool {
	return c.upstream.InjectUsage && c.asked.stream && (c.operation.name == "chat" || c.operation.name == "completion")
}

// What is looked for in a request.
var (
	requestMembers = [...]string{"model", "stream", "n", "size", "quality"}
	speechMembers  = [...]string{"model", "input"}
)

// learn reads model and the like from a request's head. What it can't read it
// leaves out.
func (c *call) learn(contentType string, head []byte) {
	if mediaType(contentType) == "multipart/form-data" {
		_, params, _ := mime.ParseMediaType(contentType)
		c.learnForm(head, params["boundary"])
		return
	}
	members := requestMembers[:]
	if c.operation.name == "audio_speech" { // whose text is what is paid for
		members = speechMembers[:]
	}
	s := newSieve(members)
	s.feed(head)
	c.model = orElse(text(s.own("model")), c.model)
	c.asked = asked{
		stream: string(bytes.TrimSpace(s.own("stream"))) == "true",
		images: atLeastOne(string(bytes.TrimSpace(s.own("n")))),
		size:   text(s.own("size")), quality: text(s.own("quality")),
		characters: int64(utf8.RuneCountInString(text(s.own("input")))),
	}
}

func (c *call) learnForm(head []byte, boundary string) {
	form := multipart.NewReader(bytes.NewReader(head), boundary)
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return
		}
		value, _ := io.ReadAll(io.LimitReader(part, 256))
		switch part.FormName() {
		case "model":
			c.model = string(value)
		case "stream":
			c.asked.stream = string(value) == "true"
		case "n":
			c.asked.images = atLeastOne(string(value))
		case "size":
			c.asked.size = string(value)
		case "quality":
			c.asked.quality = string(value)
		}
	}
}

func atLeastOne(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1000 {
		return 1
	}
	return n
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// label is a name from outside as a label takes it.
func label(name string) string {
	bad := func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
	switch {
	case name == "":
		return kpi.LabelUnknown
	case len(name) > kpi.MaxLabelBytes || strings.ContainsFunc(name, bad):
		return kpi.LabelOther
	default:
		return strings.Clone(name)
	}
}
