package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestRoutesAskForTheirScope holds every row of the table of routes against
// every credential.
func TestRoutesAskForTheirScope(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "luneo.yml")
	conf := `
anonymous: {scopes: [], from: []}
tokens:
  - {name: sender, token: sender-secret-0123456789, scopes: [ingest]}
  - {name: caller, token: caller-secret-0123456789, scopes: [openai]}
  - {name: reader, token: reader-secret-0123456789, scopes: [read]}
  - {name: boss, token: boss-secret-0123456789ab, scopes: [ingest, openai, read, admin]}
`
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--config", file, "--data-dir", filepath.Join(dir, "data"))
	routes := scopedRoutes()
	tokens := map[string]string{
		"": "", "ingest": "sender-secret-0123456789", "openai": "caller-secret-0123456789",
		"read": "reader-secret-0123456789", "admin": "boss-secret-0123456789ab",
	}
	for _, r := range routes {
		for scope, token := range tokens {
			a := ask(t, r.method, p.URL+r.path, func(req *http.Request) {
				if token != "" {
					req.Header.Set("Authorization", "Bearer "+token)
				}
			})
			let := r.scope == "" || scope == r.scope || scope == "admin"
			refused := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
			if let == refused {
				t.Errorf("%s %s with the scope %q: %d %s", r.method, r.path, scope, a.status, a.body)
			}
			if refused && (scope == "") != (a.status == http.StatusUnauthorized) {
				t.Errorf("%s %s with the scope %q: %d, want 401 without and 403 with a credential", r.method, r.path, scope, a.status)
			}
		}
	}
}

type scopedRoute struct{ method, path, scope string }

// scopedRoutes are requests of all routes, with what they need.
func scopedRoutes() []scopedRoute {
	return []scopedRoute{
		{"GET", "/-/healthy", ""},
		{"GET", "/-/ready", ""},
		{"POST", "/-/reload", "admin"},
		{"GET", "/metrics", "read"},
		{"GET", "/", "read"},
		{"GET", "/d/luneo-kpis", "read"},
		{"GET", "/alerts", "read"},
		{"GET", "/alerts/silences", "read"},
		{"GET", "/alerts/silences/new", "read"},
		{"GET", "/alerts/notifications", "read"},
		{"GET", "/queues", "read"},
		{"GET", "/queues/render%2Fhd", "read"},
		{"GET", "/spend", "read"},
		{"GET", "/explore", "read"},
		{"GET", "/setup", "read"},
		{"GET", "/settings", "read"},
		{"GET", "/assets/none.js", ""},
		{"GET", "/api/session", "read"},
		{"GET", "/api/settings", "read"},
		{"GET", "/api/spend", "read"},
		{"GET", "/api/queues", "read"},
		{"GET", "/api/queues/render%2Fhd", "read"},
		{"GET", "/api/dashboards", "read"},
		{"GET", "/api/dashboards/luneo-kpis", "read"},
		{"GET", "/api/status", "read"},
		{"GET", "/api/alerts", "read"},
		{"GET", "/api/alerts/history?range=24h", "read"},
		{"GET", "/api/alerts/QueueWaitTimeHigh", "read"},
		{"GET", "/api/v2/alerts", "read"},
		{"GET", "/api/annotations", "read"},
		{"POST", "/api/annotations", "admin"},
		{"DELETE", "/api/annotations/1", "admin"},
		{"GET", "/api/setup", "read"},
		{"HEAD", "/api/setup/stream", "read"},
		{"POST", "/api/setup/test", "admin"},
		{"GET", "/runbooks/", ""},
		{"GET", "/runbooks/QueueWaitTimeHigh", ""},
		{"GET", "/api/v1/query?query=up", "read"},
		{"POST", "/api/v1/query_range", "read"},
		{"POST", "/api/v1/admin/tsdb/clean_tombstones", "admin"},
		{"GET", "/api/cost/explain?window=1h", "read"},
		{"GET", "/api/cost/expected", "read"},
		{"POST", "/api/cost/expected", "admin"},
		{"DELETE", "/api/cost/expected/1", "admin"},
		{"GET", "/api/alerts/history", "read"},
		{"GET", "/api/openapi.json", "read"},
		{"POST", "/api/metrics/batch", "ingest"},
		{"POST", "/api/metrics/openai", "ingest"},
		{"POST", "/api/metrics/render", "ingest"},
		{"POST", "/api/metrics/embed-handshake", "ingest"},
		{"POST", "/api/metrics/ar-conversion", "ingest"},
		{"POST", "/api/metrics/queue-wait", "ingest"},
		{"POST", "/api/metrics/http-request", "ingest"},
	}
}

// TestPagesOfOtherSitesChangeNothing sends what a browser does for another
// site's page, with bodies that need no preflight, to every route that changes
// something.
func TestPagesOfOtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	for _, r := range scopedRoutes() {
		if r.method == http.MethodGet || r.method == http.MethodHead {
			continue
		}
		for _, header := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}, "Content-Type": {"text/plain"}},
			{"Sec-Fetch-Site": {"same-site"}, "Content-Type": {"application/x-www-form-urlencoded"}},
			{"Origin": {"https://elsewhere.example"}, "Content-Type": {"text/plain"}},
			{"Origin": {"null"}, "Content-Type": {"multipart/form-data; boundary=x"}},
		} {
			req, err := http.NewRequest(r.method, p.URL+r.path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = header
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if a, err := read(resp); err != nil || a.status != http.StatusForbidden || !strings.Contains(a.body, "page of another site") {
				t.Errorf("%s %s with %v: %d %s %v", r.method, r.path, header, a.status, a.body, err)
			}
		}
	}
}

func TestPublicAddressNeedsCredentials(t *testing.T) {
	t.Parallel()
	_, err := testkit.TryStart(t, "--data-dir", t.TempDir(), "--listen", "0.0.0.0:0")
	if err == nil || !strings.Contains(err.Error(), "tokens") {
		t.Fatalf("luneo listens for everybody, or does not say what to do: %v", err)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "luneo.yml")
	write := func(conf string) {
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("limits: {ingest_rate: 0, batch_events: 1}\n")
	p := testkit.Start(t, "--config", file, "--data-dir", filepath.Join(dir, "data"))
	reload := func() answer { return post(t, p.URL+"/-/reload", "", "") }

	write("limits: {ingest_rate: 1, label_values: 7, batch_events: 1}\nlog: {level: warn, format: json}\n")
	for range 2 { // it stays pending, however often it is loaded
		const want = `{"needs_restart":["limits.label_values","log.format"]}`
		if a := reload(); a.status != http.StatusOK || strings.TrimSpace(a.body) != want {
			t.Errorf("reload: %d %s, want %s", a.status, a.body, want)
		}
	}
	limited := 0
	for i := range 5 {
		if a := post(t, p.URL+"/api/metrics/render", "", renderEvent(fmt.Sprint(i))); a.status == http.StatusTooManyRequests && a.header.Get("Retry-After") != "" {
			limited++
		}
	}
	if limited == 0 {
		t.Error("the new rate limit does not hold")
	}
	write("limitz: {}\nlog: {level: loud}\n")
	a := reload()
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "limitz") || !strings.Contains(a.body, "loud") {
		t.Errorf("reload of a wrong file: %d %s, want both mistakes", a.status, a.body)
	}
}
