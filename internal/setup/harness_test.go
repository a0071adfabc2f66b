package setup_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/setup"
)

// bench is a Watcher with a real intake and meter around it, and the journal
// left out.
type bench struct {
	*setup.Watcher
	meter  *meter.Meter
	intake *intake.Intake

	mu      sync.Mutex
	rises   map[string]time.Time
	watched []string
	told    setup.Told
	failing error
}

func newBench() *bench {
	b := &bench{meter: meter.New(meter.Options{}), rises: map[string]time.Time{}}
	b.Watcher = setup.New(setup.Options{
		Meter: b.meter, History: b,
		Check:     func(t kpi.Type, body []byte) (kpi.Event, error) { return b.intake.Check(t, body) },
		Watched:   b.queues,
		Told:      b.whoIsTold,
		PublicURL: func() string { return "https://luneo.example" },
	})
	b.intake = intake.New(intake.Options{Recorder: b, Watcher: b})
	return b
}

// queues are those that are watched.
func (b *bench) queues() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.watched
}

// watch has these queues watched.
func (b *bench) watch(names ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watched = names
}

// whoIsTold is what the test says.
func (b *bench) whoIsTold() setup.Told {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.told
}

func (b *bench) tell(told setup.Told) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = told
}

// Record counts without keeping.
func (b *bench) Record(_ context.Context, s kpi.Submission) (kpi.Receipt, error) {
	b.meter.Apply(time.Now(), s.Events)
	return kpi.Receipt{Accepted: len(s.Events)}, nil
}

// Refused is what app does, but for the status.
func (b *bench) Refused(endpoint string, err error) {
	e, ok := err.(*kpi.Error) //nolint:errorlint // of the intake's own
	if !ok {
		e = kpi.Errorf(kpi.KindInternal, "%v", err)
	}
	b.Watcher.Refused(setup.Refusal{Endpoint: endpoint, Status: 422, Err: e})
}

// LastRise is what the test says.
func (b *bench) LastRise(_ context.Context, metric string) (time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rises[metric], b.failing
}

// send posts an event and returns whether it was taken.
func (b *bench) send(t *testing.T, endpoint, body string) error {
	t.Helper()
	handle := b.intake.Batch
	if s, ok := kpi.SchemaNamed(endpoint); ok {
		handle = b.intake.Single(s.Type)
	}
	return handle(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, kpi.PathPrefix+endpoint, strings.NewReader(body)))
}

// page is what GET /api/setup answers.
type page struct {
	PublicURL        string
	Sources          []setup.Source
	Connected, Total int
	Recent           []setup.Recent
}

func (b *bench) page(t *testing.T) page {
	t.Helper()
	w := httptest.NewRecorder()
	if err := b.Handle(w, httptest.NewRequest(http.MethodGet, "/api/setup", nil)); err != nil {
		t.Fatal(err)
	}
	var p page
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p page) source(t *testing.T, id string) setup.Source {
	t.Helper()
	for _, s := range p.Sources {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no source %s", id)
	return setup.Source{}
}

func sentence(parts []setup.Part) (s string) {
	for _, p := range parts {
		s += p.Text
	}
	return s
}

// reader is a client of a stream, with a clock that a test can hold.
type reader struct {
	header http.Header
	mu     sync.Mutex
	text   strings.Builder
}

func newReader() *reader                           { return &reader{header: http.Header{}} }
func (r *reader) Header() http.Header              { return r.header }
func (r *reader) WriteHeader(int)                  {}
func (r *reader) Flush()                           {}
func (r *reader) SetWriteDeadline(time.Time) error { return nil }
func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// take returns what came since the last call.
func (r *reader) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.text.Reset()
	return r.text.String()
}
