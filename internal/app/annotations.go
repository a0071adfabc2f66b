package app

import (
	"net/http"
	"path/filepath"

	"github.com/luneo-platform/luneo/internal/annotation"
	"github.com/luneo-platform/luneo/internal/web"
)

func (a *App) openAnnotations() (err error) {
	a.annotations, err = annotation.Open(annotation.Options{
		File: filepath.Join(a.opts.Config.DataDir, "annotations.json"), Logger: a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.registry.MustRegister(a.annotations.Collector())
	return nil
}

func (a *App) annotationRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/annotations", Scope: web.Read, Handler: a.annotations.HandleList},
		{Method: http.MethodPost, Pattern: "/api/annotations", Scope: web.Admin, Handler: a.annotations.HandleAdd},
		{Method: http.MethodDelete, Pattern: "/api/annotations/{id}", Scope: web.Admin, Handler: a.annotations.HandleRemove},
	}
}
