package app_test

import (
	"encoding/json"
	"fmt"
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

// TestPriceAddedLater: a model without a price costs nothing known; when a reload
// brings its price, the calls of the past cost it, once, and through restarts.
func TestPriceAddedLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	prices := filepath.Join(dir, "prices.yml")
	writeFile := func(text string) {
		t.Helper()
		if err := os.WriteFile(prices, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeFile("models: {}\n")
	p, args := behindGateway(t, f, gatewaySettings{dataDir: filepath.Join(dir, "data"), more: ", prices_file: '" + prices + "'"})
	const body = `{"model":"a-model-to-come","messages":[{"role":"user","content":"hello"}]}`
	for range 3 {
		a := ask(t, http.MethodPost, p.URL+"/openai/v1/chat/completions", func(r *http.Request) {
			r.Header = http.Header{"Authorization": {"Bearer sk-test"}, "X-Luneo-Tag": {"shop"}, "X-Fake": {"tokens=1000"}}
			r.Body = io.NopCloser(strings.NewReader(body))
		})
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	tokens := 0
	for _, s := range f.Ended(t, 3) {
		tokens += s.Usage.Output
	}
	testkit.Await(t, "the calls to wait for a price", func() bool {
		return value(t, metricsOf(t, p.URL), "luneo_openai_unpriced_remaining_requests", "model=a-model-to-come") == 3
	})
	writeFile("models: {a-model-to-come: {input: 0, output: 100}}\n") // dollars a million, so a hundredth of a cent a token
	if a := ask(t, http.MethodPost, p.URL+"/-/reload", nil); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	check := func() {
		t.Helper()
		families, want := metricsOf(t, p.URL), float64(tokens)/100
		for name, labels := range map[string]string{
			"luneo_openai_cost_cents": "model=a-model-to-come", "luneo_openai_tag_cost_cents": "tag=shop", "luneo_openai_cost_corrections_cents": "model=a-model-to-come",
		} {
			if got := value(t, families, name, labels); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if left := value(t, families, "luneo_openai_unpriced_remaining_requests", "model=a-model-to-come"); left != 0 {
			t.Errorf("%v calls still wait", left)
		}
	}
	check()
	if !strings.Contains(p.Log(), "calls of the past have a price now") {
		t.Errorf("the log says nothing:\n%s", p.Log())
	}
	p.Kill()
	p = testkit.Start(t, args...)
	check()
}

// TestTokenInPlaceOfAKey: where Luneo keeps the key, an SDK needs nothing but a
// token of Luneo's as its key: it is the caller's tag, and what is refused is said
// in OpenAI's form.
func TestTokenInPlaceOfAKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true, Keys: []string{"sk-ours"}})
	file := filepath.Join(dir, "luneo.yml")
	const token = "luneo-worker-token-0123456789"
	text := "anonymous: {scopes: [read], from: [127.0.0.0/8]}\ntokens: [{name: worker-ia, token: " + token + ", scopes: [openai]}, {name: reader, token: luneo-reader-token-0123456789, scopes: [read]}]\n" +
		"openai: {upstreams: {openai: {base_url: '" + f.URL + "/v1', key: sk-ours}}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", filepath.Join(dir, "data"), "--config", file)
	for key, want := range map[string]string{
		token:                           "200",
		"sk-wrong":                      "401 luneo_unauthenticated",
		"luneo-reader-token-0123456789": "403 luneo_forbidden",
		"":                              "401 luneo_unauthenticated",
	} {
		a := ask(t, http.MethodPost, p.URL+"/openai/v1/chat/completions", func(r *http.Request) {
			if key != "" {
				r.Header.Set("Authorization", "Bearer "+key)
			}
			r.Body = io.NopCloser(strings.NewReader(`{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}`))
		})
		var body struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || strings.TrimSpace(fmt.Sprint(a.status, " ", body.Error.Code)) != want {
			t.Errorf("%q: %d %s, want %s", key, a.status, a.body, want)
		}
	}
	testkit.Await(t, "the cost of the caller", func() bool {
		return value(t, metricsOf(t, p.URL), "luneo_openai_tag_cost_cents", "tag=worker-ia") > 0
	})
}
