package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestGateway: through the real binary a call reaches the upstream with the
// caller's own key, the answer comes back as it was, and it is counted with its
// cost; a web page's headers are not added to it.
func TestGateway(t *testing.T) {
	t.Parallel()
	const answer = `{"model":"gpt-4o","usage":{"prompt_tokens":1000000,"completion_tokens":0}}`
	keys := make(chan string, 1)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get("Authorization") + " " + r.URL.RequestURI()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	defer upstream.Close()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	text := "openai: {upstreams: {openai: {base_url: '" + upstream.URL + "/v1'}, azure: {base_url: '" + upstream.URL + "', key: sk-ours}}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--config", file)
	for path, want := range map[string]string{
		"/openai/v1/chat/completions":                                 "Bearer sk-theirs /v1/chat/completions",
		"/openai/openai/chat/completions?x=a%20b":                     "Bearer sk-theirs /v1/chat/completions?x=a%20b",
		"/openai/azure/openai/deployments/d%2F1/chat/completions?a=1": "Bearer sk-ours /openai/deployments/d%2F1/chat/completions?a=1",
	} {
		a := ask(t, http.MethodPost, p.URL+path, func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer sk-theirs")
			r.Header.Set("Content-Type", "application/json")
			r.Body = io.NopCloser(strings.NewReader(`{"model":"gpt-4o"}`))
		})
		if got := <-keys; got != want || a.status != http.StatusOK || a.body != answer || a.header.Get("Content-Security-Policy") != "" {
			t.Errorf("%s: the upstream saw %q, want %q; answered %d %s %v", path, got, want, a.status, a.body, a.header)
		}
	}
	testkit.Await(t, "the calls to be counted", func() bool {
		return value(t, metricsOf(t, p.URL), "luneo_openai_requests_total", "model=gpt-4o", "operation=chat") == 3
	})
	if cents := value(t, metricsOf(t, p.URL), "luneo_openai_cost_cents", "model=gpt-4o", "operation=chat"); cents != 750 {
		t.Errorf("they cost %v cents, want 750", cents)
	}
	if a := get(t, p.URL+"/openai/nowhere/chat"); a.status != http.StatusNotFound || !strings.Contains(a.body, `"error":{"message"`) {
		t.Errorf("an unknown upstream: %d %s", a.status, a.body)
	}
}
