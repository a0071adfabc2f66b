package monitoring_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveBinary()
	os.Exit(code)
}

// promtools runs a test under the oldest promtool that is supported and under
// the one of the Prometheus that Luneo is built with.
func promtools(t *testing.T, test func(t *testing.T, promtool string)) {
	t.Run("Debian", func(t *testing.T) {
		t.Parallel()
		test(t, testkit.Command(t, "promtool"))
	})
	t.Run("module", func(t *testing.T) {
		t.Parallel()
		test(t, testkit.Tool(t, "promtool"))
	})
}

func run(t *testing.T, promtool string, args ...string) {
	t.Helper()
	cmd := exec.Command(promtool, args...)
	cmd.Dir = "prometheus"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
}

// checkMetrics fails for every complaint, but for those about the metrics of
// the Prometheus inside, whose names are its own.
func checkMetrics(t *testing.T, promtool, metrics string) {
	t.Helper()
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(metrics)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != complaints) {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "prometheus_") {
			t.Error(line)
		}
	}
}

// complaints is how promtool ends when it finds names that it doesn't like.
const complaints = 3

func TestRules(t *testing.T) {
	t.Parallel()
	promtools(t, func(t *testing.T, promtool string) {
		run(t, promtool, "check", "rules", "alerts.yml")
		run(t, promtool, "check", "config", "prometheus.yml")
		run(t, promtool, "test", "rules", "alerts_test.yml", "alerts_openai_test.yml", "alerts_health_test.yml")
	})
}

// TestMetrics shows promtool the live metrics with a series in every family.
// No name of Luneo's is excused: the guide's pass too.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	r.Feed(testkit.QueueKeys("bull", "watched"))
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--redis", r.URL, "--config", withGateway(t))
	throughGateway(t, p.URL)
	resp, err := http.Post(p.URL+"/api/metrics/batch", "application/json", strings.NewReader(`[
		{"type":"openai","model":"m","operation":"chat","durationSeconds":1,"errorType":"timeout","costCents":1},
		{"type":"openai","model":"m","operation":"chat","durationSeconds":1},
		{"type":"openai","model":"m","operation":"chat","durationSeconds":1,"usage":{"prompt_tokens":1,"completion_tokens":2}},
		{"type":"render","renderType":"2d","quality":"high","durationSeconds":1,"errorType":"oom"},
		{"type":"embed-handshake","durationSeconds":1,"failureReason":"origin","shopDomain":"s.example"},
		{"type":"ar-conversion","conversionType":"glb_to_usdz","durationSeconds":1,"errorType":"parse"},
		{"type":"queue-wait","queueName":"q","waitSeconds":1,"oldestWaitingSeconds":3},
		{"type":"http-request","method":"GET","route":"/","statusCode":200,"durationSeconds":0.1}]`))
	if err != nil {
		t.Fatal(err)
	}
	if body := testkit.Body(t, resp); resp.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	var metrics string
	testkit.Await(t, "the watched queue", func() bool {
		resp, err := http.Get(p.URL + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		metrics = testkit.Body(t, resp)
		return strings.Contains(metrics, "luneo_queue_workers{")
	})
	promtools(t, func(t *testing.T, promtool string) {
		checkMetrics(t, promtool, metrics)
	})
	t.Run("what rules read", func(t *testing.T) { onlyKnownMetrics(t, metrics) })
}

// withGateway is a configuration with an upstream that says what it allows, with
// a budget, and with somebody to tell.
func withGateway(t *testing.T) string {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Ratelimit-Limit-Requests", "100")
		w.Header().Set("X-Ratelimit-Remaining-Requests", "99")
		_, _ = io.WriteString(w, "data: {\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}\n\n")
	}))
	t.Cleanup(upstream.Close)
	file := filepath.Join(t.TempDir(), "luneo.yml")
	text := "openai: {upstreams: {openai: {base_url: '" + upstream.URL + "'}}, budgets: [{name: all, limit_cents: 100, period: month}]}\nnotifications: {webhook: {url: 'http://127.0.0.1:9/'}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func throughGateway(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/openai/v1/chat/completions", strings.NewReader(`{"model":"gpt-4o","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Luneo-Tag", "shop")
	req.Header.Set("X-Stainless-Retry-Count", "1")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Body(t, resp)
}

// onlyKnownMetrics finds metrics that a rule or a runbook reads and nobody shows.
func onlyKnownMetrics(t *testing.T, metrics string) {
	t.Helper()
	known := knownMetrics(t, metrics)
	for _, r := range rules(t) {
		onlyKnown(t, r.Record+r.Alert, matchers(t, r.Expr), known)
	}
	for name, text := range runbooks(t) {
		for _, query := range queriesOf(text) {
			onlyKnown(t, "runbook "+name, matchers(t, query), known)
		}
		for _, m := range metricInWords.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("runbook %s names %s, which is not on /metrics", name, m[1])
			}
		}
	}
}

// knownMetrics are those of a live /metrics, and those that it can't have yet.
func knownMetrics(t *testing.T, metrics string) []string {
	t.Helper()
	known := []string{
		"up", "scrape_duration_seconds", "ALERTS", // from the scrape and from the rules themselves
		"luneo_data_disk_free_bytes", "luneo_data_disk_size_bytes", // where the file system can be asked
		"luneo_openai_budget_forecast_cents", // once enough of a period is over
	}
	for _, m := range kpi.Catalogue() { // a baseline takes days
		known = append(known, m.Name)
	}
	for line := range strings.Lines(metrics) {
		name, _, _ := strings.Cut(line, "{")
		name, _, _ = strings.Cut(name, " ")
		known = append(known, name)
	}
	for _, r := range rules(t) {
		known = append(known, r.Record)
	}
	return known
}

// onlyKnown holds what selectors match by name to what there is.
func onlyKnown(t *testing.T, where string, selectors []*labels.Matcher, known []string) {
	t.Helper()
	for _, m := range selectors {
		if m.Name == model.MetricNameLabel && !slices.ContainsFunc(known, m.Matches) {
			t.Errorf("%s reads %s, which is not on /metrics", where, m.Value)
		}
	}
}

type group struct {
	Name  string
	Rules []rule
}

type rule struct {
	Record, Alert, Expr, For string
	Labels, Annotations      map[string]string
}

// groups are the groups of the embedded file, in its order.
func groups(t *testing.T) []group {
	t.Helper()
	var file struct{ Groups []group }
	if err := yaml.Unmarshal([]byte(monitoring.Alerts()), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	for _, g := range groups(t) {
		all = append(all, g.Rules...)
	}
	return all
}

func alerts(t *testing.T) []rule {
	t.Helper()
	return slices.DeleteFunc(rules(t), func(r rule) bool { return r.Alert == "" })
}

// matchers are all matchers of all selectors of a query.
func matchers(t *testing.T, query string) (all []*labels.Matcher) {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	for _, selector := range parser.ExtractSelectors(expr) {
		all = append(all, selector...)
	}
	return all
}

// TestGroups holds the guide's three apart from the rest, in the order that
// readers of the file expect.
func TestGroups(t *testing.T) {
	t.Parallel()
	var names, guide []string
	for _, g := range groups(t) {
		names = append(names, g.Name)
		for _, r := range g.Rules {
			if g.Name == "luneo" {
				guide = append(guide, r.Alert+" "+r.Labels["severity"]+" "+r.For)
			}
		}
	}
	if want := []string{"luneo-recording", "luneo", "luneo-more", "luneo-health"}; !slices.Equal(names, want) {
		t.Errorf("groups %q, want %q", names, want)
	}
	if want := []string{"QueueWaitTimeHigh critical 2m", "ErrorRateHigh critical 0m", "CostSpikeDetected critical 5m"}; !slices.Equal(guide, want) {
		t.Errorf("the guide's alerts are %q, want %q", guide, want)
	}
}

// TestNoBucketByItsText: the text of a bucket's bound depends on the format of
// the scrape (60 or 60.0), so nothing may select it.
func TestNoBucketByItsText(t *testing.T) {
	t.Parallel()
	for _, r := range rules(t) {
		for _, m := range matchers(t, r.Expr) {
			if m.Name == labels.BucketLabel {
				t.Errorf("%s selects %s", r.Record+r.Alert, m)
			}
		}
	}
}

// TestAlertsTellWhatToDo holds the annotations that messages are made of.
func TestAlertsTellWhatToDo(t *testing.T) {
	t.Parallel()
	for _, r := range alerts(t) {
		for _, name := range []string{"summary", "description", "runbook_url", "dashboard_url"} {
			if r.Annotations[name] == "" {
				t.Errorf("%s has no %s", r.Alert, name)
			}
		}
		if !strings.HasSuffix(r.Annotations["runbook_url"], "/runbooks/"+r.Alert) {
			t.Errorf("%s: its runbook is %s", r.Alert, r.Annotations["runbook_url"])
		}
		if !slices.Contains([]string{"critical", "warning", "none"}, r.Labels["severity"]) {
			t.Errorf("%s: severity %q", r.Alert, r.Labels["severity"])
		}
	}
}

// TestConfigurationLoadsTheRules: promtool would accept a prometheus.yml without them.
func TestConfigurationLoadsTheRules(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("prometheus", "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- alerts.yml", "backend:4000"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("prometheus.yml has no %q", want)
		}
	}
}
