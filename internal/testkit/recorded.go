package testkit

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// ExchangeHeader names the exchange that a request wants to be answered with.
const ExchangeHeader = "X-Exchange"

// Exchange is one recorded request to the real API and its answer.
type Exchange struct {
	Name   string // the recording's number and the place in it: 072/0
	Method string
	Host   string
	Path   string // with the query
	Header http.Header
	Body   []byte

	Status       int
	AnswerHeader http.Header
	// AnswerBody has no Content-Encoding; it is empty in the 17 exchanges of
	// which nobody kept it.
	AnswerBody []byte
	// Exact says that the body's spacing is the original's, Trimmed that long
	// base64 was cut from it.
	Exact, Trimmed bool
	// Facts are the exchange's row in the index: endpoint, usage, model, error…
	Facts map[string]string
}

// Recordings are exchanges in the order of the recordings.
type Recordings []Exchange

// Recorded reads the recorded exchanges of the real OpenAI API from the folder
// openai-wire of the real data. Without the data the test is skipped or fails
// like TestData's.
func Recorded(t testing.TB) Recordings {
	t.Helper()
	dir := filepath.Join(TestData(t), "openai-wire")
	files, err := filepath.Glob(filepath.Join(dir, "cassettes", "*.json*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	facts := recordedFacts(t, filepath.Join(dir, "cassettes-index.tsv"))
	var all Recordings
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".gz")
		list, err := readCassette(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, e := range list {
			e.Name = fmt.Sprintf("%.3s/%d", name, i)
			if i < len(facts[name]) {
				e.Facts = facts[name][i]
			}
			all = append(all, e)
		}
	}
	return all
}

func recordedFacts(t testing.TB, file string) map[string][]map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	rows := csv.NewReader(f)
	rows.Comma, rows.LazyQuotes = '\t', true
	all, err := rows.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string][]map[string]string{}
	for _, row := range all[1:] {
		fact := map[string]string{}
		for i, value := range row {
			fact[all[0][i]] = value
		}
		facts[row[0]] = append(facts[row[0]], fact)
	}
	return facts
}

// cassette is the file's form.
type cassette struct {
	Exchanges []struct {
		Request struct {
			Method, URL string
			Headers     recordedHeader
			Body        *string
			BodyBase64  []byte
		}
		Response struct {
			Status      int
			Headers     recordedHeader
			Body        *string
			BodyBase64  []byte
			BodyExact   bool
			BodyTrimmed bool
		}
	}
}

// recordedHeader has one value or several.
type recordedHeader http.Header

// UnmarshalJSON reads both forms.
func (h *recordedHeader) UnmarshalJSON(text []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*h = recordedHeader{}
	for name, value := range raw {
		values, many := value.([]any)
		if !many {
			values = []any{value}
		}
		for _, v := range values {
			http.Header(*h).Add(name, fmt.Sprint(v))
		}
	}
	return nil
}

func readCassette(file string) ([]Exchange, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	var c cassette
	if err := json.NewDecoder(in).Decode(&c); err != nil {
		return nil, err
	}
	var list []Exchange
	for _, one := range c.Exchanges {
		q, a := one.Request, one.Response
		at, err := url.Parse(q.URL)
		if err != nil {
			return nil, err
		}
		list = append(list, Exchange{
			Method: q.Method, Host: at.Host, Path: at.RequestURI(), Header: http.Header(q.Headers), Body: recordedBody(q.Body, q.BodyBase64),
			Status: a.Status, AnswerHeader: http.Header(a.Headers), AnswerBody: recordedBody(a.Body, a.BodyBase64),
			Exact: a.BodyExact, Trimmed: a.BodyTrimmed,
		})
	}
	return list, nil
}

func recordedBody(text *string, binary []byte) []byte {
	if text != nil {
		return []byte(*text)
	}
	return binary
}

// Stream reports whether the answer is a stream of server-sent events.
func (e Exchange) Stream() bool {
	return strings.HasPrefix(e.AnswerHeader.Get("Content-Type"), "text/event-stream")
}

// Chunks is the body as it goes over the wire, as it is flushed: compressed
// where the recorded headers say so (recordings keep bodies decompressed), and
// a stream's events one by one.
func (e Exchange) Chunks() [][]byte {
	switch {
	case e.AnswerHeader.Get("Content-Encoding") == "gzip":
		var b bytes.Buffer
		zip := gzip.NewWriter(&b)
		_, _ = zip.Write(e.AnswerBody) // memory takes it
		_ = zip.Close()
		return [][]byte{b.Bytes()}
	case e.Stream():
		return SplitEvents(e.AnswerBody)
	}
	return [][]byte{e.AnswerBody}
}

// Wire is the body as it goes over the wire.
func (e Exchange) Wire() []byte { return bytes.Join(e.Chunks(), nil) }

// SplitEvents cuts a stream behind each event, whose lines end with LF or CRLF.
func SplitEvents(b []byte) [][]byte {
	var list [][]byte
	start := 0
	for i := range b {
		if end := b[start : i+1]; bytes.HasSuffix(end, []byte("\n\n")) || bytes.HasSuffix(end, []byte("\n\r\n")) {
			list = append(list, end)
			start = i + 1
		}
	}
	if start < len(b) {
		list = append(list, b[start:])
	}
	return list
}

// hopByHop are headers that belong to a connection, and those that net/http writes.
var hopByHop = []string{"Connection", "Content-Length", "Host", "Keep-Alive", "Transfer-Encoding"}

// EndToEnd is the answer's headers that every proxy has to pass on.
func (e Exchange) EndToEnd() http.Header {
	h := e.AnswerHeader.Clone()
	for _, name := range hopByHop {
		h.Del(name)
	}
	return h
}

// Request is the recorded request to another server, with a key (recordings
// have none) and its ExchangeHeader.
func (e Exchange) Request(ctx context.Context, base string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, e.Method, strings.TrimSuffix(base, "/")+e.Path, bytes.NewReader(e.Body))
	if err != nil {
		return nil, err
	}
	r.Header = e.Header.Clone()
	for _, name := range hopByHop {
		r.Header.Del(name)
	}
	r.Header.Set(ExchangeHeader, e.Name)
	r.Header.Set("Authorization", "Bearer sk-recorded")
	return r, nil
}

// ServeHTTP answers as recorded: status, headers and body, flushed at the
// borders of events. An answer that went in chunks does so again; another has
// its length.
func (e Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // what a request sends matters to Recordings only
	h := w.Header()
	h["Date"], h["Content-Type"] = nil, nil // none where none was recorded
	for name, values := range e.EndToEnd() {
		h[name] = values
	}
	chunks := e.Chunks()
	chunked := e.AnswerHeader.Get("Transfer-Encoding") != ""
	if !chunked {
		h.Set("Content-Length", strconv.Itoa(len(bytes.Join(chunks, nil))))
	}
	w.WriteHeader(e.Status)
	out := http.NewResponseController(w)
	for _, chunk := range chunks {
		_, _ = w.Write(chunk) // the client may have left
		if chunked {
			_ = out.Flush()
		}
	}
}

// Handler answers each request as it was recorded: by its ExchangeHeader, or by
// method, path and body, those that are the same in turn. What nobody recorded
// is answered 404. It is safe for concurrent use.
func (all Recordings) Handler() http.Handler {
	named, alike := map[string]Exchange{}, map[string][]Exchange{}
	for _, e := range all {
		key := e.Method + " " + e.Path + "\n" + string(e.Body)
		named[e.Name] = e
		alike[key] = append(alike[key], e)
	}
	var mu sync.Mutex
	turns := map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e, ok := named[r.Header.Get(ExchangeHeader)]; ok {
			e.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body) // half of one is like none
		key := r.Method + " " + r.URL.RequestURI() + "\n" + string(body)
		list := alike[key]
		if len(list) == 0 {
			http.Error(w, `{"error":{"message":"nobody recorded this","type":"invalid_request_error","param":null,"code":"not_recorded"}}`, http.StatusNotFound)
			return
		}
		mu.Lock()
		turn := turns[key]
		turns[key]++
		mu.Unlock()
		list[turn%len(list)].ServeHTTP(w, r)
	})
}
