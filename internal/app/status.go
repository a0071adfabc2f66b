package app

import (
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/annotation"
	"github.com/luneo-platform/luneo/internal/status"
	"github.com/luneo-platform/luneo/internal/web"
)

const (
	// staleIntervals is how many scrapes of Luneo may be missing before its data
	// counts as stopped; staleAtLeast is for short intervals: a page asks every
	// 15 seconds.
	staleIntervals, staleAtLeast = 3, 15 * time.Second
	// staleOutside is for a Prometheus whose interval is not known: three times
	// its default.
	staleOutside = 3 * time.Minute
)

// openStatus makes what says in words how things are, over whichever
// Prometheus evaluates the rules.
func (a *App) openStatus() error {
	stale := max(staleAtLeast, staleIntervals*time.Duration(a.opts.Config.Prometheus.ScrapeInterval))
	if a.prom == nil {
		stale = staleOutside
	}
	var err error
	a.status, err = status.New(status.Options{
		Prometheus: status.NewPrometheus(a.asks), Marks: marks{a.annotations}, Zone: a.opts.Config.Cost.Timezone.Location(),
		StaleAfter: stale, Logger: a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer{"status", a.status.Close})
	return nil
}

func (a *App) statusRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/status", Scope: web.Read, Handler: a.status.HandleStatus},
		{Method: http.MethodGet, Pattern: "/api/alerts", Scope: web.Read, Handler: a.status.HandleAlerts},
		{Method: http.MethodGet, Pattern: "/api/alerts/history", Scope: web.Read, Handler: a.status.HandleHistory},
		{Method: http.MethodGet, Pattern: "/api/alerts/{rule}", Scope: web.Read, Handler: a.status.HandleAlert},
	}
}

// marks lends the annotations to the status.
type marks struct{ store *annotation.Store }

// Between lists the annotations of a span.
func (m marks) Between(from, to time.Time) (list []status.Mark) {
	for _, a := range m.store.Between(from, to) {
		list = append(list, status.Mark{At: a.At(), Text: a.Text, Tags: a.Tags, User: a.User})
	}
	return list
}
