package prom_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/luneo-platform/luneo/internal/prom"
)

// external is a server that asks the one that the handler is.
func external(t *testing.T, upstream http.HandlerFunc) *httptest.Server {
	t.Helper()
	u := httptest.NewServer(upstream)
	t.Cleanup(u.Close)
	base, err := url.Parse(u.URL + "/prometheus")
	if err != nil {
		t.Fatal(err)
	}
	base.User = url.UserPassword("luneo", "geheim")
	s := httptest.NewServer(prom.External(base, http.DefaultTransport))
	t.Cleanup(s.Close)
	return s
}

// TestExternalPassesOnlyTheQueryAPI: the credentials of query_url are lent to
// callers for queries, and for nothing that writes.
func TestExternalPassesOnlyTheQueryAPI(t *testing.T) {
	t.Parallel()
	s := external(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, _ = io.WriteString(w, r.Method+" "+r.URL.EscapedPath()+" "+user+":"+password+" "+r.Header.Get("Cookie")+r.Header.Get("X-Luneo-Token"))
	})
	for request, want := range map[[2]string]string{
		{"GET", "/api/v1/query"}:                     "GET /prometheus/api/v1/query luneo:geheim ",
		{"POST", "/api/v1/query_range"}:              "POST /prometheus/api/v1/query_range luneo:geheim ",
		{"GET", "/api/v1/label/job/values"}:          "GET /prometheus/api/v1/label/job/values luneo:geheim ",
		{"GET", "/api/v1/status/buildinfo"}:          "GET /prometheus/api/v1/status/buildinfo luneo:geheim ",
		{"POST", "/api/v1/admin/tsdb/snapshot"}:      "POST /prometheus/api/v1/admin/tsdb/snapshot luneo:geheim ",
		{"DELETE", "/api/v1/query"}:                  "",
		{"POST", "/api/v1/write"}:                    "",
		{"POST", "/api/v1/push"}:                     "",
		{"POST", "/api/v1/receive"}:                  "",
		{"POST", "/api/v1/import/prometheus"}:        "",
		{"POST", "/api/v1/otlp/v1/metrics"}:          "",
		{"POST", "/api/v1/%2e%2e/%2e%2e/-/quit"}:     "",
		{"POST", "/api/v1/x/%2e%2e/admin/tsdb/x"}:    "",
		{"GET", "/api/v1/label/%2e%2e/values"}:       "",
		{"GET", "/api/v1/label/..%2fadmin/values"}:   "",
		{"POST", "/api/v1/%61dmin/tsdb/snapshot%00"}: "",
	} {
		req, err := http.NewRequest(request[0], s.URL+request[1], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer caller"}, "Cookie": {"a=b"}, "X-Luneo-Token": {"caller"}}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if want == "" && resp.StatusCode != http.StatusNotFound || want != "" && string(body) != want {
			t.Errorf("%s: %d %s", request, resp.StatusCode, body)
		}
	}
}
