package app

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
)

//go:embed index.html
var indexHTML string

// index returns what serves a small page that says what answers here, where
// there is no web UI.
func (a *App) index() web.Handler {
	page := template.Must(template.New("index").Parse(indexHTML)) // part of the program
	policy := reply.StylePolicy(indexHTML) + "; form-action 'none'"
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		return ignoreGone(page.Execute(w, map[string]any{
			"Version": a.opts.Version, "URL": a.publicURL(), "Schemas": kpi.Schemas(),
		}))
	}
}
