package app_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// freeAddress is one that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it only held the address
	return l.Addr().String()
}

// serveOther runs a program until the end of the test, and waits until it
// answers at the path. ADDR in its arguments is its address.
func serveOther(t *testing.T, path, program string, args ...string) (url string, stop func()) {
	t.Helper()
	addr := freeAddress(t)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "ADDR", addr)
	}
	cmd := exec.Command(testkit.Command(t, program), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(stop)
	url = "http://" + addr
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if resp, err := http.Get(url + path); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return url, stop
			}
		}
	}
	t.Fatalf("%s does not answer", program)
	return "", nil
}

// ownPrometheus runs Debian's Prometheus with the configuration that Luneo
// ships, which scrapes the Luneo at target.
func ownPrometheus(t *testing.T, target string) (url string, stop func()) {
	t.Helper()
	shipped := filepath.Join("..", "..", "monitoring", "prometheus")
	conf, err := os.ReadFile(filepath.Join(shipped, "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(filepath.Join(shipped, "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.ReplaceAll(string(conf), "backend:4000", strings.TrimPrefix(target, "http://"))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "15s", "200ms"), "10s", "200ms")
	for name, content := range map[string]string{"prometheus.yml": text, "alerts.yml": string(rules)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return serveOther(t, "/-/ready", "prometheus", "--web.listen-address=ADDR", "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.enable-remote-write-receiver", "--log.level=error")
}

// TestOwnPrometheus: a Prometheus of one's own scrapes Luneo, evaluates its
// rules and fires; a Luneo in external mode asks it, and says when it is gone.
func TestOwnPrometheus(t *testing.T) {
	t.Parallel()
	luneo := testkit.Start(t, "--data-dir", t.TempDir())
	prometheus, stop := ownPrometheus(t, luneo.URL)
	awaitQuery(t, prometheus, "luneo_build_info")
	var batch strings.Builder
	for i := range 100 {
		fmt.Fprintf(&batch, `{"type":"render","renderType":"2d","quality":"high","durationSeconds":1,"success":%t}`+"\n", i >= 50)
	}
	post(t, luneo.URL+"/api/metrics/batch", "application/x-ndjson", batch.String()).accepted(t)
	awaitQuery(t, prometheus, "sum(luneo_renders_total) == 100")
	post(t, luneo.URL+"/api/metrics/batch", "application/x-ndjson", batch.String()).accepted(t)
	a := alertNamed(t, prometheus, "ErrorRateHigh", "firing")
	if a.Annotations["runbook_url"] != luneo.URL+"/runbooks/ErrorRateHigh" {
		t.Errorf("the runbook is at %s", a.Annotations["runbook_url"])
	}
	if bad := query(t, prometheus, "sum(prometheus_rule_evaluation_failures_total) > 0"); len(bad) > 0 {
		t.Errorf("rules fail: %v", bad)
	}

	external := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-mode", "external", "--prometheus-query-url", prometheus)
	awaitQuery(t, external.URL, "sum(luneo_renders_total) == 200")
	awaitCost(t, external.URL)
	stop()
	gone := get(t, external.URL+"/api/v1/query?query=up")
	if gone.status != http.StatusBadGateway || !strings.Contains(gone.body, `"errorType":"unavailable"`) {
		t.Errorf("without its Prometheus: %d %s", gone.status, gone.body)
	}
	if a := get(t, external.URL+"/metrics"); a.status != http.StatusOK {
		t.Errorf("/metrics: %d", a.status)
	}
}

// awaitCost polls until the baseline's history was read once.
func awaitCost(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if value(t, metricsOf(t, url), "luneo_ai_cost_history_last_success_timestamp_seconds") > 0 {
			return
		}
	}
	t.Fatal("the history of AI cost was never read")
}

// TestRemoteWrite sends what the embedded Prometheus scrapes to receivers of
// two makes.
func TestRemoteWrite(t *testing.T) {
	t.Parallel()
	prometheus, _ := ownPrometheus(t, "http://127.0.0.1:1")
	victoria, _ := serveOther(t, "/health", "victoria-metrics", "-httpListenAddr=ADDR", "-storageDataPath="+t.TempDir(), "-search.latencyOffset=0s", "-loggerLevel=ERROR")
	conf := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(conf, fmt.Appendf(nil, `
instance: eu-1
prometheus:
  remote_write:
    - {url: %q, queue_config: {batch_send_deadline: 100ms}}
    - {url: %q, queue_config: {batch_send_deadline: 100ms}}
`, prometheus+"/api/v1/write", victoria+"/api/v1/write"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, quick("--data-dir", t.TempDir(), "--config", conf)...)
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a")).accepted(t)
	for _, receiver := range []string{prometheus, victoria} {
		r := awaitQuery(t, receiver, `luneo_renders_total == 1`)
		if m := r[0].Metric; m["job"] != "luneo" || m["instance"] != "eu-1" {
			t.Errorf("%s has %v", receiver, m)
		}
	}
}
