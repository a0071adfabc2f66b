package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// runNotify runs the command as the shell does, with a configuration of
// notifications, and takes out what differs from run to run.
func runNotify(t *testing.T, notifications string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(file, []byte("notifications:\n"+notifications), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := newNotifyCommand()
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetArgs(append(args, "--config", file))
	c.SetOut(&out)
	err := c.ExecuteContext(t.Context())
	text := "$ luneo notify " + strings.Join(args, " ") + "\n" + out.String()
	if err != nil {
		text += "luneo: " + err.Error() + "\n"
	}
	return varying.ReplaceAllString(text, "$1(varies)")
}

var varying = regexp.MustCompile(`( in |127\.0\.0\.1:)[\d.]+(?:ms|µs|s)?`)

// TestNotifyCommand: what the receivers answer is said, and what to do about it.
func TestNotifyCommand(t *testing.T) {
	t.Parallel()
	slack, pagerduty, mail, hook := testkit.NewSlackServer(t), testkit.NewPagerDutyServer(t), testkit.NewMailServer(t, testkit.MailOptions{Relay: true}), testkit.NewHookServer(t)
	all := fmt.Sprintf(`  slack: {bot_token: %s, channel: "#alerts", api_url: %s}
  pagerduty: {routing_key: %s, url: %s}
  email: {to: [oncall@example.com], from: luneo@example.com, smarthost: %q, require_tls: false}
  webhook: {url: %s}
`, slack.Token, slack.APIURL(""), strings.Repeat("k", 32), pagerduty.EnqueueURL(), mail.Addr, hook.URL)
	webhook := fmt.Sprintf("  slack: {webhook_url: %s}\n", slack.WebhookURL())
	var text strings.Builder
	add := func(s string) { text.WriteString(s + "\n") }

	add(runNotify(t, all, "test"))
	if len(pagerduty.Open()) != 0 {
		t.Error("the sample left an incident open")
	}
	for name, body := range map[string]string{"Slack": string(slack.Messages()[0].Body), "mail": mail.Mails()[0].Text, "webhook": string(hook.Messages()[0].Body), "PagerDuty": string(pagerduty.Events()[0].Body)} {
		if !strings.Contains(body, "Test notification from Luneo: nothing is wrong") {
			t.Errorf("%s got no sample: %s", name, body)
		}
	}
	for _, word := range []string{"not_in_channel", "invalid_auth", "missing_scope"} {
		slack.Refuse(word)
		add(runNotify(t, all, "test", "slack"))
	}
	slack.Refuse("invalid_token")
	add(runNotify(t, webhook, "test"))
	slack.Refuse("")
	pagerduty.Break(testkit.Status(429, 0))
	add(runNotify(t, all, "test", "pagerduty"))
	mail.Break(testkit.RefuseRecipient())
	add(runNotify(t, all, "test", "email"))
	hook.Break(testkit.Reset())
	add(runNotify(t, all, "test", "webhook"))
	add(runNotify(t, all, "test", "pager"))
	add(runNotify(t, "  group_wait: 5s\n", "test"))
	add(runNotify(t, "  alertmanager_urls: [http://alertmanager:9093]\n", "test"))

	add(runNotify(t, all, "show", "alertname=QueueWaitTimeHigh", "severity=critical", "queue_name=renders"))
	add(runNotify(t, webhook, "show", "alertname=ErrorRateHighLowVolume", "severity=warning"))
	add(runNotify(t, webhook, "show", "alertname=Watchdog", "severity=none"))
	add(runNotify(t, webhook, "show", "severity"))
	add(runNotify(t, webhook+"  quiet_times: [\"mon-fri 22:00-07:00\", \"sat,sun\"]\n", "show", "severity=warning"))
	add(runNotify(t, webhook+"  quiet_times: [\"mon-fri 22:00-07:00\", \"sat,sun\"]\n", "show", "severity=critical"))
	matchGolden(t, "notify.golden", text.String())
}
