package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// written writes a file and returns its name.
func written(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestBrokenFilesAreNamed: at the start they are an error with file, line and
// rule; check-config says the same without starting anything.
func TestBrokenFilesAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ conf, file, text, want string }{
		"rule":          {"prometheus: {rule_files: [f.yml]}", "f.yml", "groups:\n  - name: mine\n    rules:\n      - alert: A\n        expr: up >\n", `f.yml: 5:15: group "mine", rule 1, "A": could not parse expression`},
		"rule's field":  {"prometheus: {rule_files: [f.yml]}", "f.yml", "groups:\n  - name: mine\n    rules:\n      - alert: A\n        exprs: up\n", "f.yml: group \"mine\", rule 1, \"A\": yaml: unmarshal errors:\n  line 5: field exprs not found"},
		"rule's for":    {"prometheus: {rule_files: [f.yml]}", "f.yml", "groups:\n  - name: mine\n    rules:\n      - {alert: A, expr: up, for: soon}\n", `f.yml: line 4: group "mine", rule 1, "A": not a valid duration string: "soon"`},
		"rule's text":   {"prometheus: {rule_files: [f.yml]}", "f.yml", "groups:\n  - name: mine\n    rules:\n      - {alert: A, expr: up, labels: {a: '{{ .Nope'}}\n", `f.yml: line 4: group "mine", rule 1, "A": label "a": template: `},
		"no YAML":       {"prometheus: {rule_files: [f.yml]}", "f.yml", "groups:\n  - name: [\n", "f.yml: yaml: line 2: "},
		"rule file":     {"prometheus: {rule_files: [none.yml]}", "f.yml", "", `none.yml": there is no such file`},
		"scrape":        {"prometheus: {scrape_config_files: [f.yml]}", "f.yml", "scrape_configs:\n  - job_name: a\n    statics: []\n", "f.yml\": yaml: unmarshal errors:\n  line 3: field statics not found"},
		"scrape's time": {"prometheus: {scrape_config_files: [f.yml]}", "f.yml", "scrape_configs:\n  - job_name: a\n  - job_name: b\n    scrape_interval: 5\n", `f.yml": the job at line 3: not a valid duration string: "5"`},
		"remote write":  {"prometheus:\n  remote_write:\n    - {urls: 1}\n", "f.yml", "", "luneo.yml:3:5: prometheus.remote_write: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			conf := written(t, filepath.Join(dir, "luneo.yml"), c.conf)
			written(t, filepath.Join(dir, c.file), c.text)
			_, err := testkit.TryStart(t, "--config", conf, "--data-dir", filepath.Join(dir, "data"))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "exit status 1\n") {
				t.Errorf("%v, want %q", err, c.want)
			}
			out, err := exec.Command(testkit.Binary(t), "check-config", conf).CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("check-config: %s, want %q", out, c.want)
			}
		})
	}
}

// TestReloadOfBrokenRules leaves the old rules running and says so in the
// answer and in a metric, until the file is mended.
func TestReloadOfBrokenRules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rules := written(t, filepath.Join(dir, "rules.yml"), `groups: [{name: mine, rules: [{record: "mine:one", expr: vector(1)}]}]`)
	conf := written(t, filepath.Join(dir, "luneo.yml"), "prometheus: {rule_files: [rules.yml]}")
	p := testkit.Start(t, quick("--config", conf, "--data-dir", filepath.Join(dir, "data"))...)
	awaitQuery(t, p.URL, "mine:one == 1")

	written(t, rules, `groups: [{name: mine, rules: [{record: "mine:one", expr: "vector("}]}]`)
	a := post(t, p.URL+"/-/reload", "", "")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "rules.yml: ") || !strings.Contains(a.body, "mine:one") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if v := value(t, metricsOf(t, p.URL), "luneo_config_last_reload_successful"); v != 0 {
		t.Errorf("luneo_config_last_reload_successful is %v", v)
	}
	awaitQuery(t, p.URL, fmt.Sprintf("timestamp(mine:one) > %s", float64Text(t, p.URL)))

	written(t, rules, `groups: [{name: mine, rules: [{record: "mine:one", expr: vector(2)}]}]`)
	if a := post(t, p.URL+"/-/reload", "", ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	awaitQuery(t, p.URL, "mine:one == 2")
	if v := value(t, metricsOf(t, p.URL), "luneo_config_last_reload_successful"); v != 1 {
		t.Errorf("luneo_config_last_reload_successful is %v", v)
	}
}

// TestReloadOfBrokenScrapeFiles leaves the old targets in use, names the line in
// the answer, and says so in a metric until the file is mended.
func TestReloadOfBrokenScrapeFiles(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a_metric 1\n") }))
	t.Cleanup(target.Close)
	job := func(name string) string {
		return fmt.Sprintf("scrape_configs:\n  - job_name: %s\n    scrape_interval: 200ms\n    scrape_timeout: 200ms\n    static_configs: [{targets: [%q]}]\n", name, strings.TrimPrefix(target.URL, "http://"))
	}
	dir := t.TempDir()
	scrapes := written(t, filepath.Join(dir, "scrape.yml"), job("old"))
	conf := written(t, filepath.Join(dir, "luneo.yml"), "prometheus: {scrape_config_files: [scrape.yml]}")
	p := testkit.Start(t, quick("--config", conf, "--data-dir", filepath.Join(dir, "data"))...)
	awaitQuery(t, p.URL, `a_metric{job="old"}`)

	written(t, scrapes, job("new")+"    statics: []\n")
	a := post(t, p.URL+"/-/reload", "", "")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "scrape.yml") || !strings.Contains(a.body, "line 6: field statics not found") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if v := value(t, metricsOf(t, p.URL), "luneo_config_last_reload_successful"); v != 0 {
		t.Errorf("luneo_config_last_reload_successful is %v", v)
	}
	awaitQuery(t, p.URL, fmt.Sprintf(`timestamp(a_metric{job="old"}) > %s`, float64Text(t, p.URL)))

	written(t, scrapes, job("new"))
	if a := post(t, p.URL+"/-/reload", "", ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	awaitQuery(t, p.URL, `a_metric{job="new"}`)
	if a := get(t, p.URL+"/api/v1/targets"); !strings.Contains(a.body, `"scrapePool":"new"`) || strings.Contains(a.body, `"scrapePool":"old"`) {
		t.Errorf("targets: %s", a.body)
	}
	if v := value(t, metricsOf(t, p.URL), "luneo_config_last_reload_successful"); v != 1 {
		t.Errorf("luneo_config_last_reload_successful is %v", v)
	}
}

// float64Text is the server's time, to compare timestamps with.
func float64Text(t *testing.T, url string) string {
	t.Helper()
	return fmt.Sprintf("%.3f", float(t, query(t, url, "vector(time())")[0].Value))
}

// TestDirectoriesThatCantBeUsed are refused with a sentence that says why.
func TestDirectoriesThatCantBeUsed(t *testing.T) {
	t.Parallel()
	t.Run("in use", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		testkit.Start(t, "--data-dir", dir)
		if _, err := testkit.TryStart(t, "--data-dir", dir); err == nil || !strings.Contains(err.Error(), "another") {
			t.Errorf("a second Luneo: %v", err)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		t.Parallel()
		disk := smallDisk(t)
		p := testkit.Start(t, "--data-dir", filepath.Join(disk, "data"))
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
			t.Skipf("can't be made read-only here: %v %s", err, out)
		}
		if _, err := testkit.TryStart(t, "--data-dir", filepath.Join(disk, "data")); err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("a read-only directory: %v", err)
		}
	})
	t.Run("full", func(t *testing.T) {
		t.Parallel()
		disk := smallDisk(t)
		fill(t, disk)
		if _, err := testkit.TryStart(t, "--data-dir", filepath.Join(disk, "data")); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("a full disk: %v", err)
		}
	})
}

// TestQueryErrorsAreJSON: PromQL's errors come as Prometheus writes them.
func TestQueryErrorsAreJSON(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	for path, want := range map[string]string{
		"/api/v1/query?query=sum(":                  `{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}`,
		"/api/v1/query?query=up&time=noon":          `{"status":"error","errorType":"bad_data","error":"invalid parameter \"time\": invalid time value for 'time': cannot parse \"noon\" to a valid timestamp"}`,
		"/api/v1/query_range?query=up&start=1&step": `"errorType":"bad_data"`,
	} {
		if a := get(t, p.URL+path); a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
