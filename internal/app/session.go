package app

import (
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
)

// session is what the web UI asks first: which Luneo this is, who is asking,
// and what they may do.
type session struct {
	Version   string `json:"version"`
	Instance  string `json:"instance"`
	PublicURL string `json:"publicUrl"`
	// Mode is that of prometheus.mode: embedded or external.
	Mode                  string    `json:"mode"`
	ScrapeIntervalSeconds float64   `json:"scrapeIntervalSeconds"`
	Caller                caller    `json:"caller"`
	Timezone              string    `json:"timezone"`
	StartedAt             time.Time `json:"startedAt"`
}

type caller struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

func (a *App) sessionRoutes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Pattern: "/api/session", Scope: web.Read, Handler: a.handleSession}}
}

func (a *App) handleSession(w http.ResponseWriter, r *http.Request) error {
	cfg, who := a.opts.Config, kpi.CallerFrom(r.Context())
	return reply.Now(w, session{
		Version: a.opts.Version, Instance: instanceName(cfg), PublicURL: a.publicURL(), Mode: cfg.Prometheus.Mode,
		ScrapeIntervalSeconds: time.Duration(cfg.Prometheus.ScrapeInterval).Seconds(),
		Caller:                caller{who.Credential, who.Scopes},
		Timezone:              cfg.Cost.Timezone.Name(), StartedAt: a.started.UTC().Truncate(time.Second),
	})
}
