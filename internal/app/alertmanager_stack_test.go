package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestOwnPrometheusTellsLuneo: a Prometheus of one's own sends its alerts to
// Luneo, which tells people; amtool silences, lists and ends.
func TestOwnPrometheusTellsLuneo(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	luneo := notifying(t, t.TempDir(), fmt.Sprintf("  webhook: {url: %s}\n", hook.URL))
	dir := t.TempDir()
	for name, text := range map[string]string{
		"rules.yml":      "groups: [{name: g, rules: [{alert: FromElsewhere, expr: vector(1), labels: {severity: warning}, annotations: {summary: It is so}}]}]",
		"prometheus.yml": "global: {evaluation_interval: 200ms}\nrule_files: [rules.yml]\nalerting: {alertmanagers: [{static_configs: [{targets: [\"" + strings.TrimPrefix(luneo.URL, "http://") + "\"]}]}]}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	serveOther(t, "/-/ready", "prometheus", "--web.listen-address=ADDR", "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--rules.alert.resend-delay=1s", "--log.level=error")
	if m := hook.Await(t, 1)[0]; m.Status != "firing" || m.CommonLabels["alertname"] != "FromElsewhere" || m.CommonAnnotations["silence_url"] == "" {
		t.Errorf("the message is %s", m.Body)
	}
	amtool := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(testkit.Command(t, "amtool"), append([]string{"--alertmanager.url=" + luneo.URL}, args...)...).Output() // on standard error it warns of the other version
		if err != nil {
			t.Fatalf("amtool %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	id := strings.TrimSpace(amtool("silence", "add", "alertname=FromElsewhere", "--duration=1h", "--author=Ada", "--comment=known"))
	if list := amtool("silence", "query"); !strings.Contains(list, id) || !strings.Contains(list, "known") {
		t.Errorf("amtool lists %s", list)
	}
	if list := amtool("alert", "query", "--silenced"); !strings.Contains(list, "FromElsewhere") {
		t.Errorf("amtool's silenced alerts are %s", list)
	}
	amtool("silence", "expire", id)
	if list := amtool("silence", "query"); strings.Contains(list, id) {
		t.Errorf("after its end amtool lists %s", list)
	}
	if shown := amtool("config", "show"); strings.Contains(shown, hook.URL) {
		t.Errorf("a secret is shown: %s", shown)
	}
}

// TestOwnAlertmanager: alerts of Luneo's rules go to an Alertmanager of one's
// own, and Luneo tells nobody itself.
func TestOwnAlertmanager(t *testing.T) {
	t.Parallel()
	hook, dir := testkit.NewHookServer(t), t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	conf := fmt.Sprintf("route: {receiver: hook, group_wait: 0s}\nreceivers: [{name: hook, webhook_configs: [{url: %q}]}]\n", hook.URL)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	own := serveOther(t, "/-/ready", "prometheus-alertmanager", "--web.listen-address=ADDR", "--config.file="+file, "--storage.path="+dir, "--cluster.listen-address=")
	luneo := notifying(t, t.TempDir(), fmt.Sprintf("  alertmanager_urls: [%s]\n", own.url))
	waits(t, luneo.URL, "renders", 125)
	m := hook.Await(t, 1)[0]
	if m.CommonLabels["alertname"] != "QueueWaits" || !strings.Contains(string(m.Body), "https://luneo.example.com/explore?q=") {
		t.Errorf("the message is %s", m.Body)
	}
	if list := get(t, luneo.URL+"/api/v1/alertmanagers"); !strings.Contains(list.body, own.url) {
		t.Errorf("the API lists %s", list.body)
	}
	if a := get(t, luneo.URL+"/api/v2/silences"); a.status != 404 || !strings.Contains(a.body, own.url) {
		t.Errorf("silences: %d %s", a.status, a.body)
	}
}
