package app

import (
	"io"
	"net/http"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/runbook"
	"github.com/luneo-platform/luneo/internal/web"
)

// routes is the one table of everything that the listener answers, and of what
// a caller needs for it.
func (a *App) routes(in *intake.Intake) []web.Route {
	routes := []web.Route{
		{Method: http.MethodGet, Pattern: "/-/healthy", Scope: web.Open, Handler: text("Luneo is healthy.\n")},
		{Method: http.MethodGet, Pattern: "/-/ready", Scope: web.Open, Handler: text("Luneo is ready.\n")},
		{Method: http.MethodPost, Pattern: "/-/reload", Scope: web.Admin, Handler: a.handleReload},
		{Method: http.MethodGet, Pattern: "/metrics", Scope: web.Read, Handler: plain(a.metricsHandler())},
		{Method: http.MethodGet, Pattern: "/api/openapi.json", Scope: web.Read, Handler: in.OpenAPI},
		{Method: http.MethodPost, Pattern: kpi.PathPrefix + "batch", Scope: web.Ingest, Handler: in.Batch},
		{Method: http.MethodGet, Pattern: runbook.Prefix + "{$}", Scope: web.Open, Handler: a.runbooks.HandleList},
		{Method: http.MethodGet, Pattern: runbook.Prefix + "{alert}", Scope: web.Open, Handler: a.runbooks.HandleBook},
	}
	routes = append(routes, a.queryRoutes()...)
	routes = append(routes, a.costRoutes()...)
	routes = append(routes, a.uiRoutes()...)
	routes = append(routes, a.sessionRoutes()...)
	routes = append(routes, a.setupRoutes()...)
	routes = append(routes, a.settingsRoutes()...)
	routes = append(routes, a.statusRoutes()...)
	routes = append(routes, a.annotationRoutes()...)
	routes = append(routes, a.spendRoutes()...)
	routes = append(routes, a.gatewayStateRoutes()...)
	routes = append(routes, a.queueRoutes()...)
	routes = append(routes, a.dashboardRoutes()...)
	routes = append(routes, a.gatewayRoutes()...)
	routes = append(routes, a.notificationRoutes()...)
	for _, s := range kpi.Schemas() {
		routes = append(routes, web.Route{Method: http.MethodPost, Pattern: s.Path(), Scope: web.Ingest, Handler: in.Single(s.Type)})
	}
	return routes
}

// plain is a handler that answers its errors itself.
func plain(h http.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// text answers with a fixed sentence. That the listener answers at all says
// that the state is restored and that it takes requests: it opens after the
// one and closes before the other ends. A disk that refuses does not make it
// unready: other instances would not help, and /metrics goes on.
func text(s string) web.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := io.WriteString(w, s)
		return ignoreGone(err)
	}
}

// ignoreGone drops the error of writing to a client that has hung up: nobody
// is left to be told.
func ignoreGone(error) error { return nil }

func (a *App) handleReload(w http.ResponseWriter, _ *http.Request) error {
	done, err := a.Reload()
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, done)
}
