package app

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

//go:embed index.html
var indexHTML string

// handleIndex serves a small page that says what answers here.
func (a *App) handleIndex(w http.ResponseWriter, _ *http.Request) error {
	page, err := template.New("index").Parse(indexHTML)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash()+"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	return ignoreGone(page.Execute(w, map[string]any{
		"Version": a.opts.Version, "URL": cmp.Or(string(a.opts.Config.PublicURL), a.URL()), "Schemas": kpi.Schemas(),
	}))
}

// styleHash names the page's one style sheet for its content security policy.
func styleHash() string {
	_, rest, _ := strings.Cut(indexHTML, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
