package sender_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/luneo-platform/luneo/internal/sender"
)

// server counts events by id, as Luneo does, and can be told to fail.
type server struct {
	mu     sync.Mutex
	seen   map[string]int
	order  []string
	sizes  []int
	header http.Header
	faults []http.HandlerFunc // the next requests, after their events were stored
	before []http.HandlerFunc // the next requests, before
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header = r.Header.Clone()
	if len(s.before) > 0 {
		fault := s.before[0]
		s.before = s.before[1:]
		fault(w, r)
		return
	}
	receipt := s.store(r)
	if len(s.faults) > 0 {
		fault := s.faults[0]
		s.faults = s.faults[1:]
		fault(w, r)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(receipt)
}

type violation struct {
	Index  int    `json:"index"`
	Kind   string `json:"kind"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

type receipt struct {
	Accepted  int         `json:"accepted"`
	Duplicate int         `json:"duplicate"`
	Rejected  int         `json:"rejected"`
	Errors    []violation `json:"errors,omitempty"`
}

func (s *server) store(r *http.Request) receipt {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(body)
	}
	content, _ := io.ReadAll(body)
	lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	s.sizes = append(s.sizes, len(lines))
	var out receipt
	for i, line := range lines {
		var e struct{ ID, Bad string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Bad != "" {
			out.Rejected++
			out.Errors = append(out.Errors, violation{i, "invalid", "bad", "is " + e.Bad})
			continue
		}
		if s.seen[e.ID]++; s.seen[e.ID] > 1 {
			out.Duplicate++
			continue
		}
		s.order = append(s.order, e.ID)
		out.Accepted++
	}
	return out
}

func answer(status int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func start(t *testing.T, s *server) string {
	t.Helper()
	s.seen = map[string]int{}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web.URL
}

// inMemory carries requests without a network, for tests with fake time.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// events is a source of n good events.
func events(n int) sender.Source {
	i := 0
	return func(context.Context) (sender.Event, error) {
		if i == n {
			return sender.Event{}, io.EOF
		}
		i++
		return sender.Event{Ref: i, Body: fmt.Appendf(nil, `{"id":"e%d"}`, i)}, nil
	}
}

func list(bodies ...string) sender.Source {
	i := 0
	return func(context.Context) (sender.Event, error) {
		if i == len(bodies) {
			return sender.Event{}, io.EOF
		}
		i++
		return sender.Event{Ref: 10 * i, Body: []byte(bodies[i-1])}, nil
	}
}

func newSender(t *testing.T, o sender.Options) *sender.Sender {
	t.Helper()
	s, err := sender.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// counts leaves the times out of a summary.
func counts(s sender.Summary) string {
	return fmt.Sprintf("sent %d accepted %d duplicate %d rejected %d retries %d", s.Sent, s.Accepted, s.Duplicate, s.Rejected, s.Retries)
}

// hanging is a server that never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
