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
		req, err := http.NewRequest(http.MethodGet, p.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Scope-OrgID", "somebody else")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(resp); err != nil {
			t.Fatal(err)
		}
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
