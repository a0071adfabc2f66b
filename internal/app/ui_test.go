package app_test

import (
	"context"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

// inProcess runs a Luneo in this process until the test ends and returns its
// URL: for what only its options can say.
func inProcess(t *testing.T, change func(*app.Options)) string {
	t.Helper()
	o := app.Options{Config: config.Default(), Version: "v1.2.3"}
	o.Config.Redis = config.Servers{} // whatever this machine has is none of the test's
	o.Config.Listen, o.Config.DataDir = "127.0.0.1:0", t.TempDir()
	change(&o)
	a, err := app.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return a.URL()
}

func withUI(files fs.FS) func(*app.Options) { return func(o *app.Options) { o.UI = files } }

func TestPagesAreTheUI(t *testing.T) {
	t.Parallel()
	const index = `<!doctype html><script type="module" src="/assets/app-1a2b.js"></script>`
	url := inProcess(t, withUI(fstest.MapFS{
		"index.html":         {Data: []byte(index)},
		"assets/app-1a2b.js": {Data: []byte("start()")},
	}))
	for _, path := range []string{"/", "/?from=now-6h", "/d/luneo-kpis", "/d/luneo-overview", "/alerts", "/alerts/silences/new?matcher=a%3Db", "/alerts/notifications", "/spend", "/explore", "/setup", "/settings"} {
		if a := get(t, url+path); a.status != http.StatusOK || a.body != index || !strings.Contains(a.header.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s: %d %v %s", path, a.status, a.header, a.body)
		}
	}
	if a := get(t, url+"/assets/app-1a2b.js"); a.status != http.StatusOK || a.body != "start()" {
		t.Errorf("asset: %d %s", a.status, a.body)
	}
	for _, path := range []string{"/assets/app.js", "/nothing", "/d", "/alerts/x"} {
		if a := get(t, url+path); a.status != http.StatusNotFound || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// TestPagesWithoutUI opens every link of the page that stands in for the UI.
func TestPagesWithoutUI(t *testing.T) {
	t.Parallel()
	url := inProcess(t, withUI(fstest.MapFS{".gitkeep": {}}))
	page := get(t, url+"/")
	links := regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if page.status != http.StatusOK || len(links) < 4 || !strings.Contains(page.body, "make ui") {
		t.Fatalf("/: %d with %d links: %s", page.status, len(links), page.body)
	}
	for _, l := range links {
		if a := get(t, url+l[1]); a.status != http.StatusOK {
			t.Errorf("%s: %d", l[1], a.status)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "style-src 'sha256-") {
		t.Errorf("content security policy: %s", csp)
	}
	if a := get(t, url+"/alerts"); a.body != page.body {
		t.Errorf("/alerts: %d %s", a.status, a.body)
	}
}
