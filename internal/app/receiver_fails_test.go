package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestMessagesSurviveTheirReceiver: whatever the receiver does for a while, each
// change is told once when it is well again.
func TestMessagesSurviveTheirReceiver(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testkit.Fault{
		"500": testkit.Status(http.StatusInternalServerError, 0), "503": testkit.Status(http.StatusServiceUnavailable, 0),
		"429": testkit.Status(http.StatusTooManyRequests, time.Second), "reset": testkit.Reset(), "hang": testkit.Hang(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slack, hook, pagerduty := testkit.NewSlackServer(t), testkit.NewHookServer(t), testkit.NewPagerDutyServer(t)
			p := notifying(t, t.TempDir(), fmt.Sprintf("  slack: {webhook_url: %s}\n  webhook: {url: %s}\n  pagerduty: {routing_key: %s, url: %s}\n",
				slack.WebhookURL(), hook.URL, strings.Repeat("k", 32), pagerduty.EnqueueURL()))
			slack.Break(fault)
			hook.Break(fault)
			pagerduty.Break(fault)
			waits(t, p.URL, "renders", 125)
			slack.AwaitAttempts(t, 1)
			hook.AwaitAttempts(t, 1)
			pagerduty.AwaitAttempts(t, 1)
			slack.Heal()
			hook.Heal()
			pagerduty.Heal()
			slack.Await(t, 1)
			hook.Await(t, 1)
			pagerduty.Await(t, 1)
			waits(t, p.URL, "renders", 0)
			if m := slack.Await(t, 2); len(m) != 2 || !strings.Contains(string(m[1].Body), "Resolved") {
				t.Errorf("Slack got %d messages, the last %s", len(m), m[len(m)-1].Body)
			}
			if m := hook.Await(t, 2); len(m) != 2 || m[0].Status != "firing" || m[1].Status != "resolved" {
				t.Errorf("the webhook got %+v", m)
			}
			if e := pagerduty.Await(t, 2); len(e) != 2 || e[1].Action != "resolve" || e[1].Dropped {
				t.Errorf("PagerDuty got %+v", e)
			}
		})
	}
}

// TestKilledBeforeTelling: what fired and was not told when the process was
// killed is told after its start, and what was told is not told again.
func TestKilledBeforeTelling(t *testing.T) {
	t.Parallel()
	dir, hook := t.TempDir(), testkit.NewHookServer(t)
	hook.Break(testkit.Status(http.StatusInternalServerError, 0))
	to := fmt.Sprintf("  webhook: {url: %s}\n", hook.URL)
	p := notifying(t, dir, to)
	waits(t, p.URL, "renders", 125)
	hook.AwaitAttempts(t, 1)
	p.Kill()

	hook.Heal()
	p = notifying(t, dir, to)
	hook.Await(t, 1)
	notes := filepath.Join(dir, "data", "alertmanager", "nflog")
	testkit.Await(t, "the note of the message", func() bool {
		info, err := os.Stat(notes)
		return err == nil && info.Size() > 0
	})
	p.Kill()

	p = notifying(t, dir, to)
	waits(t, p.URL, "renders", 0)
	testkit.Await(t, "the end", func() bool {
		m := hook.Messages()
		return m[len(m)-1].Status == "resolved"
	})
	if m := hook.Messages(); len(m) != 2 {
		t.Errorf("%d messages, not 2: %+v", len(m), m)
	}
}

// TestManyAlertsFewMessages: two thousand alerts of ten rules are ten messages,
// and one that comes and goes does not spam.
func TestManyAlertsFewMessages(t *testing.T) {
	t.Parallel()
	slack := testkit.NewSlackServer(t)
	p := notifying(t, t.TempDir(), fmt.Sprintf("  group_wait: 2s\n  slack: {webhook_url: %s}\n", slack.WebhookURL()))
	const rules, each = 10, 200
	began := time.Now().UTC()
	alerts := func(rules, each int, ends time.Time) {
		t.Helper()
		sendAlerts(t, p.URL, foreignAlerts(rules, each, began, ends))
	}
	before := value(t, metricsOf(t, p.URL), "process_resident_memory_bytes")
	alerts(rules, each, began.Add(time.Hour))
	slack.Await(t, rules)
	alerts(rules, each, began.Add(time.Hour)) // Prometheus says so again and again
	for range 20 {                            // flaps within an interval
		alerts(1, 1, time.Now().UTC())
		alerts(1, 1, began.Add(time.Hour))
	}
	alerts(rules, each, time.Now().UTC())
	testkit.Await(t, "the end of all", func() bool { return strings.Count(bodies(slack), `"text":"*Resolved`) >= rules })
	messages := slack.Messages()
	t.Logf("%d messages for %d alerts; memory grew by %.1f MB", len(messages), rules*each, (value(t, metricsOf(t, p.URL), "process_resident_memory_bytes")-before)/1e6)
	if len(messages) > 2*rules+3 {
		t.Errorf("%d messages came", len(messages))
	}
	for _, m := range messages {
		if len(m.Body) > 6_000 {
			t.Errorf("a message has %d bytes: %.200s", len(m.Body), m.Body)
		}
	}
}

func bodies(s *testkit.SlackServer) string {
	var b strings.Builder
	for _, m := range s.Messages() {
		b.Write(m.Body)
	}
	return b.String()
}

// foreignAlerts are alerts as a Prometheus posts them.
func foreignAlerts(rules, each int, starts, ends time.Time) string {
	list := make([]string, 0, rules*each)
	for r := range rules {
		for i := range each {
			list = append(list, fmt.Sprintf(`{"labels":{"alertname":"Rule%d","severity":"warning","instance":"host-%d:9100"},"annotations":{"summary":"Host %d is slow"},"startsAt":%q,"endsAt":%q}`,
				r, i, i, starts.Format(time.RFC3339Nano), ends.Format(time.RFC3339Nano)))
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

func sendAlerts(t *testing.T, url, list string) {
	t.Helper()
	if a := post(t, url+"/api/v2/alerts", "application/json", list); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
}

// TestSilencesSurvive: a silence that was acknowledged is there after kill -9,
// and so is its end.
func TestSilencesSurvive(t *testing.T) {
	t.Parallel()
	dir, hook := t.TempDir(), testkit.NewHookServer(t)
	to := fmt.Sprintf("  webhook: {url: %s}\n", hook.URL)
	p := notifying(t, dir, to)
	kept, ended := silenceOf(t, p.URL, "renders"), silenceOf(t, p.URL, "uploads")
	if a := ask(t, http.MethodDelete, p.URL+"/api/v2/silence/"+ended, nil); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.Kill()
	p = notifying(t, dir, to)
	for id, state := range map[string]string{kept: "active", ended: "expired"} {
		if a := get(t, p.URL+"/api/v2/silence/"+id); !strings.Contains(a.body, `"state":"`+state+`"`) {
			t.Errorf("the silence that should be %s is %s", state, a.body)
		}
	}
}

// TestNotificationsReload: a bad configuration leaves the old one in use, and a
// good one is taken.
func TestNotificationsReload(t *testing.T) {
	t.Parallel()
	dir, hook, other := t.TempDir(), testkit.NewHookServer(t), testkit.NewHookServer(t)
	p := notifying(t, dir, fmt.Sprintf("  webhook: {url: %s}\n", hook.URL))
	file := filepath.Join(dir, "luneo.yml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(text string) answer {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return post(t, p.URL+"/-/reload", "", "")
	}
	if err := os.WriteFile(filepath.Join(dir, "am.yml"), []byte("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'ftp://x'}]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(good), fmt.Sprintf("webhook: {url: %s}", hook.URL), "alertmanager_config_file: am.yml", 1)
	if a := reload(bad); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `line 2: url: invalid URL: unsupported scheme`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	waits(t, p.URL, "renders", 125)
	hook.Await(t, 1)
	if a := reload(strings.Replace(string(good), hook.URL, other.URL, 1)); a.status != http.StatusOK || !strings.Contains(a.body, `"needs_restart":[]`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	waits(t, p.URL, "uploads", 125)
	if m := other.Await(t, 1)[0]; m.Status != "firing" {
		t.Errorf("the new receiver got %s", m.Body)
	}
}

// TestLinksThatLeadHome: whoever is told gets links; at start Luneo says when
// they lead nowhere.
func TestLinksThatLeadHome(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(file, []byte("notifications: {webhook: {url: 'http://127.0.0.1:9/'}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--config", file, "--data-dir", t.TempDir())
	testkit.Await(t, "the warning", func() bool {
		return strings.Contains(p.Log(), "links in notifications lead to this machine only; set public_url")
	})
	if q := testkit.Start(t, "--config", file, "--data-dir", t.TempDir(), "--public-url", "https://luneo.example.com"); strings.Contains(q.Log(), "lead to this machine") {
		t.Errorf("the log warns of %s", q.Log())
	}
}
