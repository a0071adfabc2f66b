package notify

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/route"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Prefix is where Alertmanager's HTTP API is.
const Prefix = "/api/v2/"

func (n *Notifier) openAPI() error {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "alertmanager_http_request_duration_seconds", Help: "Time that requests to Alertmanager's API took",
		Buckets: []float64{0.005, 0.025, 0.1, 0.5, 2, 10},
	}, []string{"handler", "method", "code"})
	if err := n.o.Registerer.Register(duration); err != nil {
		return fmt.Errorf("register the metrics of Alertmanager's API: %w", err)
	}
	a, err := api.New(api.Options{
		Alerts: n.alerts, Silences: n.silences, GroupMutedFunc: n.marker.Muted, GroupFunc: n.groups,
		Timeout: requestTimeout, Concurrency: concurrency, Logger: n.o.Logger, Registry: n.o.Registerer, RequestDuration: duration,
	})
	if err != nil {
		return fmt.Errorf("make Alertmanager's API: %w", err)
	}
	a.Update(n.plan.config, n.mark)
	n.update = func(p *Plan) { a.Update(p.config, n.mark) }
	n.handler = a.Register(route.New(), "/")
	return nil
}

// ServeHTTP answers Alertmanager's API v2. What changes silences is on disk
// before it is answered.
func (n *Notifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		n.handler.ServeHTTP(w, r)
		return
	}
	answer := &held{header: http.Header{}, status: http.StatusOK}
	n.handler.ServeHTTP(answer, r)
	if err := n.keepSilences.sync(r.Context()); err != nil {
		n.o.Logger.Error("a change of silences is not on disk", "err", err)
		http.Error(w, `"The change is not on disk, so a restart would undo it."`, http.StatusServiceUnavailable)
		return
	}
	answer.release(w)
}

// held is an answer that waits. Answers to changes are small.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is that of the answer.
func (h *held) Header() http.Header { return h.header }

// WriteHeader keeps the status.
func (h *held) WriteHeader(status int) { h.status = status }

// Write keeps the body.
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }

func (h *held) release(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body.Bytes()) // whoever has hung up is not to be told
}

// errUnknownReceiver says which receivers there are.
func errUnknownReceiver(name string, known []string) error {
	return kpi.Errorf(kpi.KindNotFound, "There is no receiver %q; there are: %s.", name, sentence(known))
}
