package notify

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/route"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
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
	n.update = func(p *Plan) { a.Update(p.config, n.mark) }
	n.update(n.plan)
	n.handler = a.Register(route.New(), "/")
	return nil
}

// notOnDisk is said when a change of silences could not be written.
const notOnDisk = "The change is not on disk, so a restart would undo it."

// ServeHTTP answers Alertmanager's API v2. What changes silences is on disk
// before it is answered.
func (n *Notifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || !strings.HasPrefix(r.URL.Path, Prefix+"silence") {
		n.handler.ServeHTTP(w, r)
		return
	}
	answer := reply.Hold()
	n.handler.ServeHTTP(answer, r)
	if err := n.keepSilences.sync(r.Context()); err != nil {
		n.o.Logger.Error("a change of silences is not on disk", "err", err)
		http.Error(w, `"`+notOnDisk+`"`, http.StatusServiceUnavailable)
		return
	}
	answer.Send(w)
}

// errUnknownReceiver says which receivers there are.
func errUnknownReceiver(name string, known []string) error {
	return kpi.Errorf(kpi.KindNotFound, "There is no receiver %q; there are: %s.", name, sentence(known))
}
