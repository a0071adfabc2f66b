package queues_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/queues"
)

// bench is a board with everything around it, and a clock that stands still
// until it is moved.
type bench struct {
	*queues.Board
	at       time.Time
	watched  []kpi.QueueState
	servers  []kpi.RedisState
	failures func(ctx context.Context, name string) (kpi.QueueFailures, error)
	pushed   map[string]time.Duration
	active   []queues.Alert
	lastDay  []queues.Incident
	alertErr error
}

func newBench() *bench {
	b := &bench{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), pushed: map[string]time.Duration{}}
	b.Board = queues.New(queues.Options{Watched: b, Waits: b, Alerts: b, Now: func() time.Time { return b.at }})
	return b
}

func (b *bench) Queues() []kpi.QueueState  { return b.watched }
func (b *bench) Servers() []kpi.RedisState { return b.servers }
func (b *bench) Failures(ctx context.Context, name string) (kpi.QueueFailures, error) {
	return b.failures(ctx, name)
}
func (b *bench) PushedWaits(time.Time) map[string]time.Duration { return b.pushed }
func (b *bench) Active(context.Context) ([]queues.Alert, error) { return b.active, b.alertErr }

func (b *bench) LastDay(context.Context) ([]queues.Incident, error) { return b.lastDay, b.alertErr }
func (b *bench) page(t *testing.T) queues.Page                      { return b.Page(t.Context()) }
func (b *bench) queue(t *testing.T, name string) (found queues.Queue) {
	t.Helper()
	for _, q := range b.page(t).Queues {
		if q.Name == name {
			return q
		}
	}
	t.Fatalf("there is no queue %q", name)
	return found
}

// pass lets time go by.
func (b *bench) pass(d time.Duration) { b.at = b.at.Add(d) }

// wait, added and ended are events of a queue.
func wait(queue string, d time.Duration) kpi.Event {
	return kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{queue}, HasDuration: true, Duration: d}
}

func added(queue string, n int64) kpi.Event {
	return kpi.Event{Type: kpi.TypeQueueAdded, Dims: kpi.Dims{queue}, Count: n}
}

func ended(queue string) kpi.Event {
	return kpi.Event{Type: kpi.TypeQueueJob, Dims: kpi.Dims{queue}}
}

// get asks as the table of routes does.
func (b *bench) get(t *testing.T, path string) (body string, err error) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/queues", func(w http.ResponseWriter, r *http.Request) { err = b.HandleQueues(w, r) })
	mux.HandleFunc("GET /api/queues/{name}", func(w http.ResponseWriter, r *http.Request) { err = b.HandleQueue(w, r) })
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w.Body.String(), err
}
