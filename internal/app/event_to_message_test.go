package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// waitingRule fires at once, where Luneo's own waits for two minutes.
const waitingRule = `groups:
  - name: test
    rules:
      - alert: QueueWaits
        expr: max by (queue_name) (luneo_worker_queue_wait_time_current_seconds) > 60
        labels: {severity: critical}
        annotations:
          summary: "Jobs wait in queue {{ $labels.queue_name }}: {{ $value | humanizeDuration }}"
          dashboard_url: '{{ $externalURL }}/d/luneo-kpis'
`

// notifying writes a configuration with short intervals and the rule above, and
// starts Luneo with it. Messages go out at once unless group_wait says otherwise.
func notifying(t *testing.T, dir, notifications string) *testkit.Process {
	t.Helper()
	if !strings.Contains(notifications, "group_wait") {
		notifications += "  group_wait: 0s\n"
	}
	for name, text := range map[string]string{
		"rules.yml": waitingRule,
		"luneo.yml": "public_url: https://luneo.example.com\nprometheus: {scrape_interval: 100ms, evaluation_interval: 100ms, builtin_rules: false, rule_files: [rules.yml]}\n" +
			"notifications:\n  group_interval: 1s\n" + notifications,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return testkit.Start(t, "--config", filepath.Join(dir, "luneo.yml"), "--data-dir", filepath.Join(dir, "data"))
}

// waits has a queue's oldest job wait for so long.
func waits(t *testing.T, url, queue string, seconds int) {
	t.Helper()
	post(t, url+"/api/metrics/queue-wait", "application/json", fmt.Sprintf(`{"queueName":%q,"oldestWaitingSeconds":%d}`, queue, seconds)).accepted(t)
}

// silenceOf silences a queue for an hour and returns the silence's id.
func silenceOf(t *testing.T, url, queue string) string {
	t.Helper()
	now := time.Now().UTC()
	body := fmt.Sprintf(`{"matchers":[{"name":"queue_name","value":%q,"isRegex":false,"isEqual":true}],"startsAt":%q,"endsAt":%q,"createdBy":"Ada","comment":"known"}`,
		queue, now.Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339))
	var made struct{ SilenceID string }
	if a := post(t, url+"/api/v2/silences", "application/json", body); a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &made) != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return made.SilenceID
}

// TestPictureLinks: who can't be sent a picture gets a link to it, which shows
// that one and no other.
func TestPictureLinks(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	p := notifying(t, t.TempDir(), fmt.Sprintf("  webhook: {url: %s}\n", hook.URL))
	waits(t, p.URL, "renders", 125)
	link := strings.Replace(hook.Await(t, 1)[0].Alerts[0].Annotations["chart_url"], "https://luneo.example.com", p.URL, 1)
	for _, theme := range []string{"", "&theme=dark"} {
		a := get(t, link+theme)
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if _, err := png.Decode(strings.NewReader(a.body)); err != nil {
			t.Error(err)
		}
	}
	if a := get(t, link[:len(link)-2]); a.status != http.StatusForbidden {
		t.Errorf("a link that was changed: %d %s", a.status, a.body)
	}
	if a := get(t, strings.Replace(link, "/chart.png", "/silence", 1)); a.status != http.StatusForbidden {
		t.Errorf("a picture's link silences: %d", a.status)
	}
}

// TestEventsBecomeMessages goes all the way: an event, the rule, the message at
// Slack and PagerDuty, a silence, its end, and the word that it is over.
func TestEventsBecomeMessages(t *testing.T) {
	t.Parallel()
	slack, pagerduty := testkit.NewSlackServer(t), testkit.NewPagerDutyServer(t)
	p := notifying(t, t.TempDir(), fmt.Sprintf("  slack: {bot_token: %s, channel: '#alerts', api_url: %s}\n  pagerduty: {routing_key: %s, url: %s}\n",
		slack.Token, slack.APIURL(""), strings.Repeat("k", 32), pagerduty.EnqueueURL()))
	waits(t, p.URL, "renders", 125)
	if e := pagerduty.Await(t, 1)[0]; e.Action != "trigger" || e.Payload.Summary != "CRITICAL: Jobs wait in queue renders: 2m 5s" || e.Payload.Severity != "critical" {
		t.Errorf("PagerDuty got %s", e.Body)
	}
	first := slack.Await(t, 1)[0]
	for _, want := range []string{"*CRITICAL: Jobs wait in queue renders: 2m 5s*", "https://luneo.example.com/d/luneo-kpis?from=", "https://luneo.example.com/silence?t="} {
		if !strings.Contains(string(first.Body), want) {
			t.Errorf("the message has no %s: %s", want, first.Body)
		}
	}

	testkit.Await(t, "the chart in the thread", func() bool { return len(slack.Files()) == 1 && slack.Files()[0].Complete })
	if f := slack.Files()[0]; f.ThreadTS != first.TS || !strings.Contains(f.AltText, "above the limit of 60") {
		t.Errorf("the chart is in the thread %s, not %s: %s", f.ThreadTS, first.TS, f.AltText)
	} else if _, err := png.Decode(bytes.NewReader(f.Bytes)); err != nil {
		t.Error(err)
	}

	id := silenceOf(t, p.URL, "uploads")
	waits(t, p.URL, "uploads", 90)
	awaitQuery(t, p.URL, `sum(alertmanager_notifications_suppressed_total{reason="silence"}) > 0`)
	if n := len(slack.Messages()); n != 2 { // and its chart
		t.Errorf("%d messages came while it was silenced", n-2)
	}
	if a := ask(t, http.MethodDelete, p.URL+"/api/v2/silence/"+id, nil); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	changed := slack.Await(t, 4)[2:] // behind the chart: the message changes, and its thread says so
	if changed[0].Method != testkit.SlackUpdate || changed[1].ThreadTS != first.TS || !strings.Contains(string(changed[0].Body), "uploads") {
		t.Errorf("after the silence came %s and %s", changed[0].Body, changed[1].Body)
	}

	waits(t, p.URL, "renders", 0)
	waits(t, p.URL, "uploads", 0)
	testkit.Await(t, "the end of the incident", func() bool { return strings.Contains(string(slack.Current()[0].Body), "Resolved") })
	if green := string(slack.Current()[0].Body); !strings.Contains(green, `"color":"#0f7a4d"`) {
		t.Errorf("the message ends as %s", green)
	}
	testkit.Await(t, "the end at PagerDuty", func() bool { return len(pagerduty.Open()) == 0 })
	for _, problem := range append(slack.Problems(), pagerduty.Problems()...) {
		t.Error(problem)
	}
}
