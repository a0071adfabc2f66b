package app_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestFormatsOfMetrics asks for each format and encoding, as scrapers do.
func TestFormatsOfMetrics(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a")).accepted(t)
	for _, c := range []struct{ accept, encoding, wantType, wantLine string }{
		{"", "", "text/plain", `luneo_render_duration_seconds_bucket{quality="high",render_type="2d",status="success",le="60"} 1`},
		{"text/plain", "gzip", "text/plain", `luneo_renders_total{quality="high",render_type="2d"} 1`},
		{"application/openmetrics-text;version=1.0.0", "", "application/openmetrics-text", `luneo_render_duration_seconds_bucket{quality="high",render_type="2d",status="success",le="60.0"} 1`},
		{"application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "gzip", "application/openmetrics-text", "luneo_renders_created{"},
	} {
		req, err := http.NewRequest(http.MethodGet, p.URL+"/metrics", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", c.accept)
		req.Header.Set("Accept-Encoding", c.encoding) // set by hand, so it is not undone by hand either
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body := body(t, resp)
		if got := resp.Header.Get("Content-Encoding"); got != c.encoding {
			t.Errorf("%+v: content encoding %q", c, got)
		}
		if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, c.wantType) {
			t.Errorf("%+v: content type %s", c, got)
		}
		if !strings.Contains(body, "\n"+c.wantLine) {
			t.Errorf("%+v: the line is missing", c)
		}
	}
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close() //nolint:errcheck // read to its end
	var r io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if r, err = gzip.NewReader(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSelfMetricsPassPromlint lints everything on /metrics but what the guide
// names: its names are the user's.
func TestSelfMetricsPassPromlint(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	post(t, p.URL+"/api/metrics/openai", "", `{"model":"gpt-4o","operation":"chat","durationSeconds":1,"usage":{"prompt_tokens":10,"completion_tokens":5}}`).accepted(t)
	post(t, p.URL+"/api/metrics/openai", "", `{"model":"unheard-of","operation":"chat","durationSeconds":1,"usage":{"prompt_tokens":10,"completion_tokens":5}}`).accepted(t)
	post(t, p.URL+"/api/metrics/http-request", "", `{"method":"GET","route":"/x","statusCode":200,"durationSeconds":0.1}`).accepted(t)
	post(t, p.URL+"/api/annotations", "", `{"text":"a deploy"}`)
	problems, err := promlint.New(strings.NewReader(get(t, p.URL+"/metrics").body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	guide := map[string]bool{}
	for _, m := range kpi.Catalogue() {
		guide[m.Name] = m.Guide
	}
	for _, problem := range problems {
		if !guide[problem.Metric] && !strings.HasPrefix(problem.Metric, "prometheus_") { // Prometheus' own
			t.Errorf("%s: %s", problem.Metric, problem.Text)
		}
	}
	families := metricsOf(t, p.URL)
	if n := value(t, families, "luneo_openai_unpriced_requests_total", "model=unheard-of"); n != 1 {
		t.Errorf("%v unpriced requests, want 1", n)
	}
	if n := value(t, families, "luneo_openai_cost_cents", "model=unheard-of"); n != 0 || strings.Contains(families["luneo_openai_cost_cents"].String(), "unheard-of") {
		t.Error("an unpriced call has a cost")
	}
}

// TestManyShops sends failures of very many shops: a bounded number of series,
// and every failure in the sum.
func TestManyShops(t *testing.T) {
	t.Parallel()
	shops := 100_000
	if long() {
		shops = 1_000_000
	}
	p := testkit.Start(t, "--data-dir", t.TempDir())
	for from := 0; from < shops; from += 10_000 {
		var batch strings.Builder
		for i := from; i < from+10_000; i++ {
			fmt.Fprintf(&batch, `{"type":"embed-handshake","durationSeconds":0.2,"failureReason":"timeout","shopDomain":"shop-%d.example"}`+"\n", i)
		}
		if accepted, _ := post(t, p.URL+"/api/metrics/batch", "application/x-ndjson", batch.String()).accepted(t); accepted != 10_000 {
			t.Fatalf("%d events were accepted", accepted)
		}
	}
	families := metricsOf(t, p.URL)
	const failures = "luneo_embed_handshake_failures_total"
	if n := len(families[failures].GetMetric()); n != 202 {
		t.Errorf("%d series, want the 200 of the limit, other, and the zero of other reasons", n)
	}
	if n := total(families, failures); n != float64(shops) {
		t.Errorf("%v failures in all, want %d", n, shops)
	}
	if n := value(t, families, failures, "failure_reason=timeout", "shop_domain=other"); n != float64(shops-200) {
		t.Errorf("%v failures of other shops, want %d", n, shops-200)
	}
	if n := value(t, families, "luneo_label_values_limited_total", "label=shop_domain"); n != float64(shops-200) {
		t.Errorf("the limit was hit %v times by its metric, want %d", n, shops-200)
	}
}
