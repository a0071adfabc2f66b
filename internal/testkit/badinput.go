package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// SeenEvent is to be posted to /api/metrics/openai before a BadCase, so that
// its id is taken.
const SeenEvent = `{"id":"seen","model":"gpt-4o","operation":"chat","durationSeconds":1}`

// BadCase is one request that is refused, in whole or in part.
type BadCase struct {
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers,omitempty"`
	// The body is Body, or what Base64 or Repeat stand for. {{now-25h}} in it
	// stands for that time.
	Body   string  `json:"body,omitempty"`
	Base64 []byte  `json:"base64,omitempty"`
	Repeat *Repeat `json:"repeat,omitempty"`
	// Compress is gzip, zstd or zstd-long; Cut takes bytes from its end and
	// Append adds some.
	Compress string `json:"compress,omitempty"`
	Cut      int    `json:"cut,omitempty"`
	Append   string `json:"append,omitempty"`
	// Chunked sends no Content-Length.
	Chunked bool `json:"chunked,omitempty"`

	Status int `json:"status"`
	// Detail is the problem's; empty for an answer 202.
	Detail string          `json:"detail,omitempty"`
	Errors []kpi.Violation `json:"errors,omitempty"`
}

// Repeat is a body of a text many times over.
type Repeat struct {
	Before string `json:"before,omitempty"`
	Text   string `json:"text"`
	Times  int    `json:"times"`
	After  string `json:"after,omitempty"`
}

// BadCases reads a file of cases.
func BadCases(t testing.TB, name string) (cases []BadCase) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// Request makes the request of the case to a server.
func (c *BadCase) Request(t testing.TB, url string, now time.Time) *http.Request {
	t.Helper()
	var body io.Reader = bytes.NewReader(c.bytes(t, now))
	if c.Chunked {
		body = struct{ io.Reader }{body}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+c.Path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range c.Headers {
		r.Header.Set(name, value)
	}
	if c.Compress != "" {
		r.Header.Set("Content-Encoding", strings.TrimSuffix(c.Compress, "-long"))
	}
	return r
}

func (c *BadCase) bytes(t testing.TB, now time.Time) []byte {
	t.Helper()
	body := []byte(c.Body)
	if c.Base64 != nil {
		body = c.Base64
	}
	if r := c.Repeat; r != nil {
		body = []byte(r.Before + strings.Repeat(r.Text, r.Times) + r.After)
	}
	if c.Repeat == nil {
		body = regexp.MustCompile(`\{\{now([-+]\w+)\}\}`).ReplaceAllFunc(body, func(b []byte) []byte {
			offset, err := time.ParseDuration(string(b[len("{{now") : len(b)-2]))
			if err != nil {
				t.Fatal(err)
			}
			return now.Add(offset).AppendFormat(nil, time.RFC3339)
		})
	}
	body = Compress(t, c.Compress, body)
	return append(body[:len(body)-c.Cut], c.Append...)
}

// Compress returns the body compressed by gzip, zstd or zstd-long (with a window
// of 64 MiB), or as it is.
func Compress(t testing.TB, how string, body []byte) []byte {
	t.Helper()
	if how == "" {
		return body
	}
	var out bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&out)
	var err error
	switch how {
	case "zstd":
		w, err = zstd.NewWriter(&out)
	case "zstd-long":
		w, err = zstd.NewWriter(&out, zstd.WithWindowSize(64<<20))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
