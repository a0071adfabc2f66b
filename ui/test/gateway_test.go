package uitest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// gateway has calls pass through a Luneo of its own, and looks for what they left
// on Setup and on AI spend: upstreams, tags, limits, budgets, what is unknown.
func (s *site) gateway(t *testing.T) {
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	file := filepath.Join(t.TempDir(), "luneo.yml")
	text := "openai:\n  upstreams: {openai: {base_url: '" + f.URL + "/v1'}, local: {base_url: 'http://127.0.0.1:1/v1', include_usage: inject}}\n" +
		"  budgets: [{name: platform, period: month, limit_cents: 1}, {name: images, period: day, limit_cents: 100000, tag: a-shop-with-a-rather-long-name.example}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", filepath.Join(t.TempDir(), "data"), "--config", file, "--log-level", "error", "--prometheus-scrape-interval", "1s")
	front := &site{url: p.URL, until: time.Now(), browser: s.browser}
	call := func(upstream, body, fake string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/openai/"+upstream+"/chat/completions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer sk-test", "X-Fake": fake, "X-Luneo-Tag": "a-shop-with-a-rather-long-name.example", "X-Stainless-Retry-Count": "1"} {
			req.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Body(t, resp)
	}
	call("v1", `{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}`, "tokens=3000;remaining-tokens=10")
	call("v1", `{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hello"}]}`, "")
	call("v1", `{"model":"a-model-to-come","messages":[{"role":"user","content":"hello"}]}`, "")
	call("v1", `{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}`, "status=429;code=insufficient_quota;type=insufficient_quota")
	call("local", `{"model":"llama","messages":[]}`, "")
	wait(t, "the calls in the history", func() bool {
		var spend struct {
			Upstreams []struct{ Calls24h float64 }
			Tags      []struct{ MonthCents float64 }
		}
		front.get(t, "/api/spend", &spend)
		return len(spend.Upstreams) == 2 && spend.Upstreams[0].Calls24h >= 4 && len(spend.Tags) == 1
	})
	for _, v := range []view{{width: 1440, light: true}, {width: 390}, {width: 320}} {
		b := front.tab(t, v)
		b.load("/spend")
		b.until(`["only paying helps", "left of"].every((t) => document.querySelector("main").innerText.includes(t))`)
		for _, want := range []string{"By upstream", "local", "a-shop-with-a-rather-long-name.example", "gpt-4o tokens", "SDKs made 5 calls again", "1 calls wait for a price (a-model-to-come)", "platform per month", "images per day"} {
			if text := b.text("main"); !strings.Contains(text, want) {
				t.Errorf("%s: spend says nothing of %q:\n%s", v, want, text)
			}
		}
		b.axe("spend with a gateway")
		b.fits("spend with a gateway")
		b.shot("spend-gateway")
		b.load("/setup?source=openai")
		b.until(`document.querySelector("main").innerText.includes("1 streams did not say what they used")`)
		for _, want := range []string{"/openai/v1", "/openai/local", "Last failure: connection", "Last failure: insufficient_quota", "Streams are asked for their usage.", "The gateway itself added at most", "1 calls of a-model-to-come wait for a price"} {
			if text := b.text("main"); !strings.Contains(text, want) {
				t.Errorf("%s: Setup says nothing of %q:\n%s", v, want, text)
			}
		}
		b.axe("setup with a gateway")
		b.fits("setup with a gateway")
		b.shot("setup-gateway")
		b.calm()
	}
}
