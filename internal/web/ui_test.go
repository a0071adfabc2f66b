package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/luneo-platform/luneo/internal/web"
)

// builtUI is what a build leaves.
func builtUI() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		".gitkeep":                 file(""),
		"index.html":               file("<!doctype html><title>Luneo</title>"),
		"index.html.gz":            file("index in gzip"),
		"licenses.txt":             file("MIT"),
		"assets/app-1a2b.js":       file("alert"),
		"assets/app-1a2b.js.br":    file("app in br"),
		"assets/app-1a2b.js.gz":    file("app in gzip"),
		"assets/geist-3c4d.woff2":  file("font"),
		"assets/odd-5e6f.br":       file("no file of this name without .br"),
		"assets/style-7a8b.css":    file("body{}"),
		"assets/style-7a8b.css.gz": file("style in gzip"),
	}
}

// asSent is a client that asks for no coding by itself and decodes none.
func asSent() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
}

func startUI(t *testing.T) *web.Server {
	t.Helper()
	ui, err := web.NewUI(builtUI())
	if err != nil {
		t.Fatal(err)
	}
	page := web.Route{Method: http.MethodGet, Pattern: "/alerts", Scope: web.Read, Handler: ui.Page}
	return start(t, options(append(ui.Routes(), page)...))
}

func TestAssetsInTheBestCoding(t *testing.T) {
	t.Parallel()
	s := startUI(t)
	for _, tc := range []struct{ accept, coding, body string }{
		{"", "", "alert"},
		{"gzip, deflate, br, zstd", "br", "app in br"},
		{"gzip", "gzip", "app in gzip"},
		{"GZIP", "gzip", "app in gzip"},
		{"gzip;q=1, br;q=0.5", "gzip", "app in gzip"},
		{"br;q=0, gzip;q=0.1", "gzip", "app in gzip"},
		{"br ; q=0 , *;q=0.2", "gzip", "app in gzip"},
		{"*", "br", "app in br"},
		{"br;q=0.5, identity", "", "alert"},
		{"identity;q=0", "", "alert"},
		{"br;q=much", "", "alert"},
		{"zstd", "", "alert"},
	} {
		header := http.Header{"Accept-Encoding": {tc.accept}}
		got := do(t, s, call{path: "/assets/app-1a2b.js", header: header, client: asSent()})
		if got.status != 200 || got.header.Get("Content-Encoding") != tc.coding || got.body != tc.body {
			t.Errorf("%q: %d in %q: %s", tc.accept, got.status, got.header.Get("Content-Encoding"), got.body)
		}
		if got.header.Get("Vary") != "Accept-Encoding" || got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			got.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: %v", tc.accept, got.header)
		}
	}
}

func TestAssetsThatAreThere(t *testing.T) {
	t.Parallel()
	s := startUI(t)
	for path, want := range map[string]struct {
		status      int
		contentType string
	}{
		"/assets/geist-3c4d.woff2":  {200, "font/woff2"},
		"/assets/style-7a8b.css":    {200, "text/css; charset=utf-8"},
		"/assets/odd-5e6f.br":       {200, "application/octet-stream"},
		"/licenses.txt":             {200, "text/plain; charset=utf-8"},
		"/alerts":                   {200, "text/html; charset=utf-8"},
		"/assets/app-1a2b.js.br":    {404, "application/problem+json"}, // it is a form of a file, not one
		"/assets/app-0000.js":       {404, "application/problem+json"},
		"/assets/":                  {404, "application/problem+json"},
		"/assets/%2e%2e/index.html": {404, "application/problem+json"},
		"/index.html":               {404, "application/problem+json"},
		"/.gitkeep":                 {404, "application/problem+json"},
	} {
		got := do(t, s, call{path: path, client: asSent()})
		if got.status != want.status || got.header.Get("Content-Type") != want.contentType {
			t.Errorf("%s: %d %s", path, got.status, got.header.Get("Content-Type"))
		}
		head := do(t, s, call{method: http.MethodHead, path: path, client: asSent()})
		if head.status != want.status || head.body != "" || head.header.Get("ETag") != got.header.Get("ETag") {
			t.Errorf("HEAD %s: %d %q", path, head.status, head.body)
		}
	}
}

func TestAssetsNotModified(t *testing.T) {
	t.Parallel()
	s := startUI(t)
	in := func(coding, tag string) reply {
		return do(t, s, call{path: "/assets/app-1a2b.js", header: http.Header{"Accept-Encoding": {coding}, "If-None-Match": {tag}}})
	}
	plain, br := in("identity", "").header.Get("ETag"), in("br", "").header.Get("ETag")
	if plain == br || !strings.HasPrefix(plain, `"`) {
		t.Fatalf("tags %s and %s: want two strong ones", plain, br)
	}
	for _, tag := range []string{br, "W/" + br, `"other", ` + br, "*"} {
		if got := in("br", tag); got.status != http.StatusNotModified || got.body != "" || got.header.Get("ETag") != br || got.header.Get("Vary") == "" {
			t.Errorf("%s: %d %v", tag, got.status, got.header)
		}
	}
	if got := in("br", plain); got.status != 200 {
		t.Errorf("the tag of another coding: %d", got.status)
	}
}

func TestPageAllowsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := do(t, startUI(t), call{path: "/alerts", client: asSent()}).header
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
			"connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cache-Control":              "no-cache",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestUIVersion(t *testing.T) {
	t.Parallel()
	files := builtUI()
	ui, err := web.NewUI(files)
	if err != nil || !ui.Built() || len(ui.Version()) != 12 {
		t.Fatalf("%v, version %q", err, ui.Version())
	}
	delete(files, "index.html")
	none, err := web.NewUI(files)
	if err != nil || none.Built() || none.Version() != "" {
		t.Errorf("without index.html: %v, version %q", err, none.Version())
	}
	if _, err = web.NewUI(web.BuiltUI()); err != nil {
		t.Errorf("the files of this binary: %v", err)
	}
}
