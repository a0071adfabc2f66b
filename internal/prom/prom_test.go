package prom_test

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/testkit"
)

func registryWith(metrics ...prometheus.Collector) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics...)
	return reg
}

func counter(name string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: "A counter"})
}

// TestScrapesItself reads its own series back, under the configured instance.
func TestScrapesItself(t *testing.T) {
	t.Parallel()
	p, _ := run(t, options(t, registryWith(counter("events_total"))))
	r := await(t, p, "events_total")
	if got := fmt.Sprint(r[0].Metric); got != "map[__name__:events_total instance:test-1 job:luneo]" {
		t.Error(got)
	}
}

// TestFirstEventIsAnIncrease: a counter that is scraped first with its first
// event has risen by one, thanks to its start timestamp.
func TestFirstEventIsAnIncrease(t *testing.T) {
	t.Parallel()
	own := prometheus.NewRegistry()
	p, _ := run(t, options(t, own))
	await(t, p, `up == 1`)
	c := counter("errors_total")
	c.Inc()
	own.MustRegister(c)
	await(t, p, "increase(errors_total[1m]) > 0")
}

// TestRestartKeepsHistoryAndPending: what was scraped is still there, and an
// alert that was pending since before is pending since then. Prometheus moves the
// beginning by the time that it was away, which it does not count as pending.
func TestRestartKeepsHistoryAndPending(t *testing.T) {
	t.Parallel()
	o := options(t, registryWith(counter("events_total")))
	o.Settings.BuiltinRules = []byte(`groups: [{name: g, rules: [{alert: Pending, expr: events_total >= 0, for: 1h}]}]`)
	p, stop := run(t, o)
	await(t, p, `ALERTS_FOR_STATE`)
	first := number(t, query(t, p, `ALERTS_FOR_STATE`)[0].Value[1])
	left := time.Now()
	stop()

	again := o
	reg := prometheus.NewRegistry()
	again.Registerer, again.Gatherer = reg, reg
	again.Metrics = promhttp.HandlerFor(registryWith(counter("later_total")), promhttp.HandlerOpts{})
	p, _ = run(t, again)
	if r := query(t, p, "events_total"); len(r) != 1 {
		t.Errorf("history after a restart: %v", r)
	}
	await(t, p, "later_total")
	for _, r := range await(t, p, `ALERTS_FOR_STATE`) {
		away := math.Ceil(time.Since(left).Seconds()) + 1 // since the last evaluation
		if since := number(t, r.Value[1]); since < first || since > first+away {
			t.Errorf("pending since %v, want %v and at most %v s of absence", since, first, away)
		}
	}
}

// number reads the value of a sample.
func number(t *testing.T, value any) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(fmt.Sprint(value), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestUserTargets scrapes what the user's files name: a static target behind a
// password, and one that a file lists.
func TestUserTargets(t *testing.T) {
	t.Parallel()
	native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "renders_seconds", Help: "Native", NativeHistogramBucketFactor: 1.1})
	native.Observe(3)
	metrics := promhttp.HandlerFor(registryWith(native), promhttp.HandlerOpts{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "geheim" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		metrics.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	targets := file(t, "targets.json", `[{"targets": [%q], "labels": {"found": "by file"}}]`, host)
	o := options(t, prometheus.NewRegistry())
	o.Settings.ScrapeConfigFiles = []string{file(t, "scrape.yml", `
scrape_configs:
  - job_name: static
    scrape_interval: 100ms
    scrape_timeout: 100ms
    basic_auth: {username: luneo, password: geheim}
    static_configs: [{targets: [%q]}]
  - job_name: listed
    scrape_interval: 100ms
    scrape_timeout: 100ms
    basic_auth: {username: luneo, password: geheim}
    file_sd_configs: [{files: [%q]}]
`, host, targets)}
	p, _ := run(t, o)
	await(t, p, `histogram_count(renders_seconds{job="static"}) == 1`)
	await(t, p, `histogram_count(renders_seconds{job="listed", found="by file"}) == 1`)
	_, config := call(t, p, "/api/v1/status/config")
	if strings.Contains(string(config), "geheim") {
		t.Error("the API shows a password")
	}
}

// TestDiscoveredTargets scrapes what an HTTP endpoint lists, over TLS and with a
// bearer token.
func TestDiscoveredTargets(t *testing.T) {
	t.Parallel()
	metrics := promhttp.HandlerFor(registryWith(counter("discovered_total")), promhttp.HandlerOpts{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer geheim" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		metrics.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	list := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `[{"targets": [%q], "labels": {"found": "by http"}}]`, strings.TrimPrefix(server.URL, "https://"))
	}))
	t.Cleanup(list.Close)
	ca := file(t, "ca.pem", "%s", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	o := options(t, prometheus.NewRegistry())
	o.Settings.ScrapeConfigFiles = []string{file(t, "scrape.yml", `
scrape_configs:
  - job_name: discovered
    scheme: https
    scrape_interval: 100ms
    scrape_timeout: 100ms
    authorization: {credentials_file: %q}
    tls_config: {ca_file: %q}
    http_sd_configs: [{url: %q}]
  - job_name: by-name
    dns_sd_configs: [{names: [luneo.invalid], type: A, port: 80}]
`, file(t, "token", "geheim"), ca, list.URL)}
	p, _ := run(t, o)
	await(t, p, `discovered_total{job="discovered", found="by http"}`)
}

// TestErrorsNameTheirPlace: broken files of the user's are errors of New.
func TestErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata")
	for name, s := range map[string]prom.Settings{
		"scrape":       {ScrapeConfigFiles: []string{filepath.Join(dir, "conf.scrape.yml")}},
		"twice":        {ScrapeConfigFiles: []string{filepath.Join(dir, "conf.twice.yml")}},
		"missing":      {ScrapeConfigFiles: []string{"nowhere/*.yml"}, RuleFiles: []string{"nowhere.yml"}},
		"rules":        {RuleFiles: []string{filepath.Join(dir, "conf.rules.yml")}},
		"duration":     {RuleFiles: []string{filepath.Join(dir, "conf.duration.yml")}},
		"template":     {RuleFiles: []string{filepath.Join(dir, "conf.template.yml")}},
		"group":        {RuleFiles: []string{filepath.Join(dir, "conf.group.yml")}},
		"timeout":      {ScrapeConfigFiles: []string{filepath.Join(dir, "conf.timeout.yml")}},
		"field":        {RuleFiles: []string{filepath.Join(dir, "conf.field.yml")}},
		"remote-write": {RemoteWrite: "- {url: 'http://mimir', nonsense: 1}", RemoteWritePlace: "luneo.yml:7:5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, prometheus.NewRegistry())
			o.Settings = s
			_, err := prom.New(o)
			if err == nil {
				t.Fatal("no error")
			}
			here, _ := os.Getwd() // Prometheus makes names absolute
			testkit.Golden(t, filepath.Join(dir, name+".golden"), strings.ReplaceAll(err.Error(), here+"/", "")+"\n")
		})
	}
}

// TestApplyTakesNewRules: a reload that fails changes nothing, a good one holds.
func TestApplyTakesNewRules(t *testing.T) {
	t.Parallel()
	o := options(t, registryWith(counter("events_total")))
	o.Settings.BuiltinRules = []byte(`groups: [{name: g, rules: [{record: "a:b", expr: 1}]}]`)
	p, _ := run(t, o)
	await(t, p, "a:b == 1")
	if _, err := o.Prepare(prom.Settings{RuleFiles: []string{filepath.Join("testdata", "conf.rules.yml")}}); err == nil {
		t.Fatal("a broken rule file was taken")
	}
	plan, err := o.Prepare(prom.Settings{RuleFiles: []string{file(t, "r.yml", `groups: [{name: h, rules: [{record: "c:d", expr: 2}]}]`)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(plan); err != nil {
		t.Fatal(err)
	}
	await(t, p, "c:d == 2")
	_, data := call(t, p, "/api/v1/rules")
	var rules struct{ Groups []struct{ Name, File string } }
	if err := json.Unmarshal(data, &rules); err != nil || len(rules.Groups) != 1 || rules.Groups[0].Name != "h" {
		t.Errorf("%v %s", err, data)
	}
}

// TestQueryErrorsAndLimits come in Prometheus' own form.
func TestQueryErrorsAndLimits(t *testing.T) {
	t.Parallel()
	o := options(t, registryWith(counter("events_total")))
	o.QueryMaxSamples = 10
	p, _ := run(t, o)
	await(t, p, "events_total")
	for path, want := range map[string]string{
		"/api/v1/query?query=sum(":                                   `400 invalid parameter "query": 1:5: parse error: unclosed left parenthesis`,
		"/api/v1/query_range?query=vector(1)&start=0&end=100&step=1": `422 query processing would load too many samples into memory in query execution`,
	} {
		code, text := call(t, p, path)
		if got := fmt.Sprint(code, " ", string(text)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestSecondOnTheSameDirectory is refused, whatever the first does.
func TestSecondOnTheSameDirectory(t *testing.T) {
	t.Parallel()
	o := options(t, prometheus.NewRegistry())
	run(t, o)
	reg := prometheus.NewRegistry()
	o.Registerer, o.Gatherer = reg, reg
	if _, err := prom.New(o); err == nil || !strings.Contains(err.Error(), "lock") {
		t.Error(err)
	}
}
