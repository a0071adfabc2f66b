package intake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const badInput = "testdata/bad-input.json"

// badCase is one request that is refused, in whole or in part. The end-to-end
// test of the program reads the same file.
type badCase struct {
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers,omitempty"`
	// The body is Body, or what Base64 or Repeat stand for. {{now-25h}} in it
	// stands for that time.
	Body   string  `json:"body,omitempty"`
	Base64 []byte  `json:"base64,omitempty"`
	Repeat *repeat `json:"repeat,omitempty"`
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

type repeat struct {
	Before string `json:"before,omitempty"`
	Text   string `json:"text"`
	Times  int    `json:"times"`
	After  string `json:"after,omitempty"`
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) {
			if !*update {
				t.Parallel()
			}
			b := newBundle(t)
			seed := `{"id":"seen","model":"gpt-4o","operation":"chat","durationSeconds":1}`
			if got := b.post("/api/metrics/openai", seed); got.Code != http.StatusAccepted {
				t.Fatalf("the event before: %d %s", got.Code, got.Body)
			}
			got := c.run(t, b)
			if *update {
				*c = got
				return
			}
			if got.Status != c.Status || got.Detail != c.Detail || !reflect.DeepEqual(got.Errors, c.Errors) {
				t.Errorf("got  %d %q %v\nwant %d %q %v", got.Status, got.Detail, got.Errors, c.Status, c.Detail, c.Errors)
			}
			if n := b.ledger.accepted - 1; got.Status >= 400 && n != 0 {
				t.Errorf("refused with %d, and %d events were counted", got.Status, n)
			}
		})
	}
	if *update {
		writeCases(t, cases)
	}
}

// send sends the case.
func (c badCase) send(t *testing.T, b *bundle) *httptest.ResponseRecorder {
	t.Helper()
	var body io.Reader = bytes.NewReader(c.bytes(t, clock()))
	if c.Chunked {
		body = struct{ io.Reader }{body}
	}
	r := httptest.NewRequest(http.MethodPost, c.Path, body)
	for name, value := range c.Headers {
		r.Header.Set(name, value)
	}
	if c.Compress != "" {
		r.Header.Set("Content-Encoding", strings.TrimSuffix(c.Compress, "-long"))
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// run sends the case and returns it with what was answered.
func (c badCase) run(t *testing.T, b *bundle) badCase {
	t.Helper()
	w := c.send(t, b)
	c.Status, c.Detail, c.Errors = w.Code, "", nil
	if w.Code == http.StatusAccepted {
		c.Errors = decode[answer](t, w.Body).Errors
		return c
	}
	p := decode[problem](t, w.Body)
	if p.Detail == "" || w.Code == http.StatusInternalServerError {
		t.Errorf("%d with detail %q", w.Code, p.Detail)
	}
	c.Detail, c.Errors = p.Detail, p.Errors
	return c
}

func (c badCase) bytes(t *testing.T, now time.Time) []byte {
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
	body = compress(t, c.Compress, body)
	return append(body[:len(body)-c.Cut], c.Append...)
}

func compress(t testing.TB, how string, body []byte) []byte {
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

func readCases(t testing.TB) []badCase {
	t.Helper()
	raw, err := os.ReadFile(badInput)
	if err != nil {
		t.Fatal(err)
	}
	return decode[[]badCase](t, bytes.NewReader(raw))
}

func writeCases(t *testing.T, cases []badCase) {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(cases); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(badInput, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
