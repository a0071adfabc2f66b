package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// clock is what time the tests have.
func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// ledger is a recorder that keeps what it got. It knows ids as the real one
// does, as far as the intake can see.
type ledger struct {
	mu          sync.Mutex
	submissions []kpi.Submission
	accepted    int
	seen        map[string]kpi.Event
	err         error
}

func (l *ledger) Record(_ context.Context, s kpi.Submission) (kpi.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return kpi.Receipt{}, l.err
	}
	l.submissions = append(l.submissions, s)
	var receipt kpi.Receipt
	for i, e := range s.Events {
		key := e.Type.String() + "/" + e.ID
		before, ok := l.seen[key]
		switch {
		case e.ID == "" || !ok:
			receipt.Accepted++
			l.accepted++
			if e.ID != "" {
				l.seen[key] = e
			}
		case before.Duration == e.Duration && before.Dims == e.Dims:
			receipt.Duplicate++
		default:
			receipt.Rejected = append(receipt.Rejected, kpi.Violation{Index: i, Kind: kpi.KindConflict, Field: "id", Detail: "was used before"})
		}
	}
	return receipt, nil
}

func (l *ledger) events() []kpi.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []kpi.Event
	for _, s := range l.submissions {
		all = append(all, s.Events...)
	}
	return all
}

// bundle is an intake behind a server that answers errors as the web package
// does, as far as these tests look at it.
type bundle struct {
	t        testing.TB
	intake   *intake.Intake
	ledger   *ledger
	registry *prometheus.Registry
	handler  http.Handler
}

func newBundle(t testing.TB, change ...func(*intake.Options)) *bundle {
	b := &bundle{t: t, ledger: &ledger{seen: map[string]kpi.Event{}}, registry: prometheus.NewRegistry()}
	opts := intake.Options{Recorder: b.ledger, Now: clock, Registerer: b.registry}
	for _, f := range change {
		f(&opts)
	}
	b.intake = intake.New(opts)
	mux := http.NewServeMux()
	for _, s := range kpi.Schemas() {
		mux.Handle("POST "+s.Path(), answering(b.intake.Single(s.Type)))
	}
	mux.Handle("POST "+kpi.PathPrefix+"batch", answering(b.intake.Batch))
	mux.Handle("GET /api/openapi.json", answering(b.intake.OpenAPI))
	b.handler = mux
	return b
}

// problem is an error as it is answered.
type problem struct {
	Type   string          `json:"type"`
	Title  string          `json:"title"`
	Status int             `json:"status"`
	Detail string          `json:"detail"`
	Kind   kpi.Kind        `json:"kind"`
	Errors []kpi.Violation `json:"errors,omitempty"`
}

func answering(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	statuses := map[kpi.Kind]int{
		kpi.KindMalformed: 400, kpi.KindInvalid: 422, kpi.KindConflict: 409, kpi.KindTooLarge: 413,
		kpi.KindUnsupported: 415, kpi.KindRateLimited: 429, kpi.KindUnavailable: 503,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		p := problem{Type: "about:blank", Status: 500, Kind: kpi.KindInternal, Detail: err.Error()}
		var e *kpi.Error
		if errors.As(err, &e) {
			p = problem{Type: "about:blank", Status: statuses[e.Kind], Kind: e.Kind, Detail: e.Message, Errors: e.Violations}
			if e.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
			}
		}
		p.Title = http.StatusText(p.Status)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p)
	})
}

// post sends a body with headers given as name, value, name, value…
func (b *bundle) post(path, body string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// answer is the body of a 202 to a batch.
type answer struct {
	Accepted  int             `json:"accepted"`
	Duplicate int             `json:"duplicate"`
	Rejected  int             `json:"rejected"`
	Errors    []kpi.Violation `json:"errors"`
}

func decode[T any](t testing.TB, from io.Reader) T {
	t.Helper()
	var v T
	raw, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}
