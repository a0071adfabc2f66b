package app_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
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

// other is a program that is not Luneo.
type other struct {
	url  string
	args []string
	path string // answered with 200 once it is ready
	cmd  *exec.Cmd
}

// serveOther runs a program until the end of the test, and waits until it
// answers at the path. ADDR in its arguments is its address.
func serveOther(t *testing.T, path, program string, args ...string) *other {
	t.Helper()
	addr := freeAddress(t)
	o := &other{url: "http://" + addr, path: path, args: []string{testkit.Command(t, program)}}
	for _, a := range args {
		o.args = append(o.args, strings.ReplaceAll(a, "ADDR", addr))
	}
	o.start(t)
	t.Cleanup(o.stop)
	return o
}

func (o *other) start(t *testing.T) {
	t.Helper()
	o.cmd = exec.Command(o.args[0], o.args[1:]...)
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if resp, err := http.Get(o.url + o.path); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatalf("%s does not answer", o.args[0])
}

// stop may be called twice.
func (o *other) stop() {
	if o.cmd != nil {
		_ = o.cmd.Process.Kill()
		_ = o.cmd.Wait()
		o.cmd = nil
	}
}

// ownPrometheus runs Debian's Prometheus with the configuration that Luneo
// ships, which scrapes the Luneo at target.
func ownPrometheus(t *testing.T, target string) *other {
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
	own := ownPrometheus(t, luneo.URL)
	prometheus := own.url
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
	healthyRules(t, prometheus)

	external := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-mode", "external", "--prometheus-query-url", prometheus)
	awaitQuery(t, external.URL, "sum(luneo_renders_total) == 200")
	awaitCost(t, external.URL)
	if a := post(t, external.URL+"/api/v1/write", "", ""); a.status != http.StatusNotFound || !strings.Contains(a.body, `"errorType":"not_found"`) {
		t.Errorf("a write through the Luneo in external mode: %d %s", a.status, a.body)
	}
	own.stop()
	gone := get(t, external.URL+"/api/v1/query?query=up")
	var problem struct{ Status, ErrorType, Error string }
	if err := json.Unmarshal([]byte(gone.body), &problem); err != nil || gone.status != http.StatusBadGateway || problem.Status != "error" || problem.ErrorType != "unavailable" || problem.Error == "" {
		t.Errorf("without its Prometheus: %d %s", gone.status, gone.body)
	}
	if a := get(t, external.URL+"/metrics"); a.status != http.StatusOK {
		t.Errorf("/metrics: %d", a.status)
	}
}

// healthyRules asks a Prometheus of one's own how its rules are.
func healthyRules(t *testing.T, url string) {
	t.Helper()
	var page struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	var unknown int
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if err := json.Unmarshal([]byte(get(t, url+"/api/v1/rules").body), &page); err != nil {
			t.Fatal(err)
		}
		rules := 0
		unknown = 0
		for _, g := range page.Data.Groups {
			for _, r := range g.Rules {
				rules++
				switch r.Health {
				case "ok":
				case "unknown": // not evaluated yet
					unknown++
				default:
					t.Fatalf("%s is %s: %s", r.Name, r.Health, r.LastError)
				}
			}
		}
		if unknown == 0 && rules > 10 {
			return
		}
	}
	t.Fatalf("%d rules were never evaluated: %+v", unknown, page)
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
// two makes; one that was away gets what was scraped meanwhile.
func TestRemoteWrite(t *testing.T) {
	t.Parallel()
	own := ownPrometheus(t, "http://127.0.0.1:1")
	victoria := serveOther(t, "/health", "victoria-metrics", "-httpListenAddr=ADDR", "-storageDataPath="+t.TempDir(), "-search.latencyOffset=0s", "-loggerLevel=ERROR")
	conf := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(conf, fmt.Appendf(nil, `
instance: eu-1
prometheus:
  builtin_rules: false # the receiver evaluates them: two writers of one series refuse each other
  remote_write:
    - {url: %q, queue_config: {batch_send_deadline: 100ms, max_backoff: 200ms}}
    - {url: %q, queue_config: {batch_send_deadline: 100ms, max_backoff: 200ms}}
`, own.url+"/api/v1/write", victoria.url+"/api/v1/write"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, quick("--data-dir", t.TempDir(), "--config", conf)...)
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a")).accepted(t)
	for _, receiver := range []string{own.url, victoria.url} {
		r := awaitQuery(t, receiver, `luneo_renders_total == 1`)
		if m := r[0].Metric; m["job"] != "luneo" || m["instance"] != "eu-1" {
			t.Errorf("%s has %v", receiver, m)
		}
	}

	own.stop()
	away := float64Text(t, p.URL)
	post(t, p.URL+"/api/metrics/render", "", renderEvent("b")).accepted(t)
	awaitQuery(t, p.URL, fmt.Sprintf("luneo_renders_total == 2 and timestamp(luneo_renders_total) > %s + 1", away))
	back := float64Text(t, p.URL)
	own.start(t)
	awaitQuery(t, own.url, fmt.Sprintf("last_over_time(luneo_renders_total[10s] @ %s) == 2", back))
	if failed := total(metricsOf(t, p.URL), "prometheus_remote_storage_samples_failed_total"); failed > 0 {
		t.Errorf("%v samples were refused:\n%s", failed, p.Log())
	}
}

// TestRemoteWriteKeepsItsPassword: the password in a receiver's URL reaches the
// receiver, and neither the log nor a metric.
func TestRemoteWriteKeepsItsPassword(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		select {
		case sent <- password:
		default:
		}
		w.WriteHeader(http.StatusServiceUnavailable) // so that it is logged
	}))
	t.Cleanup(receiver.Close)
	const password = "url-password"
	conf := written(t, filepath.Join(t.TempDir(), "luneo.yml"), fmt.Sprintf("prometheus:\n  remote_write:\n    - {url: %q, queue_config: {batch_send_deadline: 100ms}}\n",
		strings.Replace(receiver.URL, "://", "://luneo:"+password+"@", 1)))
	p := testkit.Start(t, quick("--data-dir", t.TempDir(), "--config", conf)...)
	select {
	case got := <-sent:
		if got != password {
			t.Errorf("the receiver got the password %q", got)
		}
	case <-time.After(testkit.HangGuard):
		t.Fatal("nothing was sent")
	}
	for deadline := time.Now().Add(testkit.HangGuard); !strings.Contains(p.Log(), "Failed to send batch"); {
		if time.Now().After(deadline) {
			t.Fatalf("the refusal is not logged: %s", p.Log())
		}
	}
	for place, text := range map[string]string{"the log": p.Log(), "/metrics": get(t, p.URL+"/metrics").body, "the configuration": get(t, p.URL+"/api/v1/status/config").body} {
		if strings.Contains(text, password) {
			t.Errorf("the password is in %s", place)
		}
	}
}
