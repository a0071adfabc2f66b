package monitoring_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

// shippedAlertmanager is the folder alertmanager as people copy it, with the
// secrets beside it.
func shippedAlertmanager(t *testing.T, slackURL string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	conf, err := os.ReadFile("alertmanager/alertmanager.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"alertmanager.yml": strings.ReplaceAll(string(conf), "/etc/alertmanager/", dir+"/"), "luneo.tmpl": monitoring.Templates(),
		"slack-webhook-url": slackURL, "pagerduty-routing-key": strings.Repeat("k", 32),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAmtoolAcceptsTheConfiguration: the oldest Alertmanager that is supported
// reads what is shipped.
func TestAmtoolAcceptsTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := shippedAlertmanager(t, "https://hooks.slack.com/services/T/B/x")
	out, err := exec.Command(testkit.Command(t, "amtool"), "check-config", filepath.Join(dir, "alertmanager.yml")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "SUCCESS") || !strings.Contains(string(out), "1 templates") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDebiansAlertmanagerTells: Debian's Alertmanager writes the same messages
// with the templates that are shipped.
func TestDebiansAlertmanagerTells(t *testing.T) {
	t.Parallel()
	slack, pagerduty, mail := testkit.NewSlackServer(t), testkit.NewPagerDutyServer(t), testkit.NewMailServer(t, testkit.MailOptions{Relay: true})
	dir := shippedAlertmanager(t, slack.WebhookURL())
	file := filepath.Join(dir, "alertmanager.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	quick := strings.NewReplacer("group_wait: 10s", "group_wait: 1s", "group_interval: 1m", "group_interval: 1s", "  - name: slack\n", "  - name: slack\n"+mailConfig(mail.Addr)).Replace(string(text))
	if err := os.WriteFile(file, []byte(fmt.Sprintf("global: {pagerduty_url: %s}\n", pagerduty.EnqueueURL())+quick), 0o600); err != nil {
		t.Fatal(err)
	}
	url := serveAlertmanager(t, file)
	began := time.Now().UTC() // no longer ago than group_wait, or the first of them goes out alone
	postAlerts(t, url, began, began.Add(time.Hour))
	got := string(slack.Await(t, 1)[0].Body)
	for _, want := range []string{"CRITICAL: QueueWaitTimeHigh, 12 alerts", "• Jobs wait too long in queue render-00: 2m 5s", "• and 2 more", "#c2262e", "|Dashboard"} {
		if !strings.Contains(got, want) {
			t.Errorf("Slack's message has no %s: %s", want, got)
		}
	}
	if e := pagerduty.Await(t, 1)[0]; e.Payload.Severity != "critical" || !strings.Contains(string(e.Body), "render-00") {
		t.Errorf("PagerDuty got %s", e.Body)
	}
	got = mail.Await(t, 1)[0].HTML
	for _, want := range []string{">12 alerts</h1>", `<img src="https://luneo.example.com/chart.png?t=2" width="550" alt="The metric`, "<li style=\"margin:0;\">and 2 more</li>"} {
		if !strings.Contains(got, want) {
			t.Errorf("the mail has no %s: %s", want, got)
		}
	}
	postAlerts(t, url, began, time.Now().UTC())
	if got := string(slack.Await(t, 2)[1].Body); !strings.Contains(got, "Resolved: QueueWaitTimeHigh, 12 alerts") {
		t.Errorf("Slack's message of the end is %s", got)
	}
	if got := mail.Await(t, 2)[1].HTML; !strings.Contains(got, ">All 12 alerts have ended</h1>") {
		t.Errorf("the mail of the end is %s", got)
	}
	for _, problem := range slices.Concat(slack.Problems(), pagerduty.Problems(), mail.Problems()) {
		t.Error(problem)
	}
}

// mailConfig has a receiver send mails with the templates.
func mailConfig(smarthost string) string {
	return fmt.Sprintf(`    email_configs:
      - {to: a@example.com, from: b@example.com, smarthost: %q, require_tls: false, send_resolved: true, headers: {Subject: '{{ template "luneo.title" . }}'}, html: '{{ template "luneo.email.html" . }}', text: '{{ template "luneo.email.text" . }}'}
`, smarthost)
}

// serveAlertmanager runs Debian's until the end of the test.
func serveAlertmanager(t *testing.T, file string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testkit.Command(t, "prometheus-alertmanager"), "--config.file="+file, "--storage.path="+t.TempDir(), "--web.listen-address="+addr, "--cluster.listen-address=")
	var log testkit.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	testkit.Await(t, "Debian's Alertmanager", func() bool {
		resp, err := http.Get("http://" + addr + "/-/ready")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return "http://" + addr
}

// postAlerts posts twelve alerts.
func postAlerts(t *testing.T, url string, starts, ends time.Time) {
	t.Helper()
	list := make([]string, 12)
	for i := range list {
		list[i] = fmt.Sprintf(`{"labels":{"alertname":"QueueWaitTimeHigh","severity":"critical","queue_name":"render-%02d"},
			"annotations":{"summary":"Jobs wait too long in queue render-%02d: 2m 5s","dashboard_url":"https://luneo.example.com/d/luneo-kpis","runbook_url":"https://luneo.example.com/runbooks/QueueWaitTimeHigh","chart_url":"https://luneo.example.com/chart.png?t=1","chart_all_url":"https://luneo.example.com/chart.png?t=2"},
			"startsAt":%q,"endsAt":%q,"generatorURL":"https://luneo.example.com/explore?q=1"}`, i, i, starts.Format(time.RFC3339Nano), ends.Format(time.RFC3339Nano))
	}
	resp, err := http.Post(url+"/api/v2/alerts", "application/json", strings.NewReader("["+strings.Join(list, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	if body := testkit.Body(t, resp); resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", resp.Status, body)
	}
}
