package app

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

//go:embed index.html
var indexHTML string

// index returns what serves a small page that says what answers here, where
// there is no web UI.
func (a *App) index() web.Handler {
	page := template.Must(template.New("index").Parse(indexHTML)) // part of the program
	policy := "default-src 'none'; style-src '" + styleHash() + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		return ignoreGone(page.Execute(w, map[string]any{
			"Version": a.opts.Version, "URL": a.publicURL(), "Schemas": kpi.Schemas(),
		}))
	}
}

// styleHash names the page's one style sheet for its content security policy.
func styleHash() string {
	_, rest, _ := strings.Cut(indexHTML, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
