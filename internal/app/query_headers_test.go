package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestQueryHeadersGoAlong stands in for a store of many tenants: every query
// that reaches it must name one, Luneo's own and those that it passes on.
func TestQueryHeadersGoAlong(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked, strangers := map[string]int{}, 0
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("X-Scope-Orgid") != "luneo" || r.Header.Get("Authorization") != "Bearer from-a-file" {
			strangers++
		}
		asked[strings.TrimPrefix(r.URL.Path, "/prometheus/api/v1")]++
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[]}}`)
	}))
	t.Cleanup(store.Close)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"authorization": "Bearer from-a-file\n",
		"luneo.yml": "prometheus:\n  mode: external\n  query_url: " + store.URL + "/prometheus\n  query_headers:\n" +
			"    - {name: X-Scope-OrgID, value: luneo}\n    - {name: Authorization, value_file: authorization}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := testkit.Start(t, "--config", filepath.Join(dir, "luneo.yml"), "--data-dir", filepath.Join(dir, "data"))
	for _, path := range []string{"/api/v1/labels", "/api/spend", "/api/status"} {
		ask(t, http.MethodGet, p.URL+path, func(r *http.Request) { r.Header.Set("X-Scope-OrgID", "somebody else") })
	}
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		mu.Lock()
		seen, wrong := asked["/labels"] > 0 && asked["/query_range"] > 0 && asked["/rules"] > 0, strangers
		mu.Unlock()
		if wrong > 0 || time.Now().After(deadline) {
			t.Fatalf("%d queries without the headers; %v", wrong, asked)
		}
		if seen {
			break
		}
	}
	if a := get(t, p.URL+"/api/settings"); strings.Contains(a.body, "from-a-file") || !strings.Contains(a.body, "redacted") {
		t.Errorf("%s", a.body)
	}
}

// TestQueryHeadersStayWithTheirServer: where the Prometheus redirects to another
// server, that one gets the query and no secret.
func TestQueryHeadersStayWithTheirServer(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 1)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case reached <- r.Header.Get("Authorization") + r.Header.Get("X-Scope-Orgid"):
		default:
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(other.Close)
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(store.Close)
	dir := t.TempDir()
	conf := written(t, filepath.Join(dir, "luneo.yml"), "prometheus:\n  mode: external\n  query_url: "+store.URL+"\n  query_headers:\n"+
		"    - {name: X-Scope-OrgID, value: luneo}\n    - {name: Authorization, value: Bearer secret}\n")
	p := testkit.Start(t, "--config", conf, "--data-dir", filepath.Join(dir, "data"))
	get(t, p.URL+"/api/status")
	select {
	case headers := <-reached:
		if headers != "" {
			t.Errorf("the other server got %q", headers)
		}
	case <-time.After(testkit.HangGuard):
		t.Error("the other server was never asked")
	}
	if log := p.Log(); strings.Contains(log, "Bearer secret") {
		t.Error(log)
	}
}
