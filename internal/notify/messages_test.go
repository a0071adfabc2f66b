package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

// TestMain has messages say times in UTC, wherever the test runs.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// services are a fake of each kind of receiver.
type services struct {
	slack     *testkit.SlackServer
	pagerduty *testkit.PagerDutyServer
	mail      *testkit.MailServer
	hook      *testkit.HookServer
}

func newServices(t *testing.T) *services {
	return &services{testkit.NewSlackServer(t), testkit.NewPagerDutyServer(t), testkit.NewMailServer(t, testkit.MailOptions{Relay: true}), testkit.NewHookServer(t)}
}

// timing tells at once.
func timing() notify.Timing {
	return notify.Timing{GroupInterval: time.Second, RepeatInterval: time.Hour}
}

const routingKey = "0123456789abcdef0123456789abcdef"

// short tells all of them.
func (s *services) short() notify.Short {
	return notify.Short{
		Slack:      notify.Slack{WebhookURL: s.slack.WebhookURL()},
		PagerDuty:  notify.PagerDuty{RoutingKey: routingKey, URL: s.pagerduty.EnqueueURL()},
		Email:      notify.Email{To: []string{"oncall@example.com"}, From: "luneo@example.com", Smarthost: s.mail.Addr},
		WebhookURL: s.hook.URL,
		Timing:     timing(),
	}
}

// problems fails the test when a service took what it should not have been sent.
func (s *services) problems(t *testing.T) {
	t.Helper()
	for _, list := range [][]string{s.slack.Problems(), s.pagerduty.Problems(), s.mail.Problems(), s.hook.Problems()} {
		for _, p := range list {
			t.Error(p)
		}
	}
}

// bodies are the n-th message that each has got, as text.
func (s *services) bodies(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	section := func(name string, value any) {
		text, ok := value.(string)
		if !ok {
			text = indented(t, value)
		}
		fmt.Fprintf(&b, "=== %s\n%s\n", name, strings.TrimRight(text, "\n"))
	}
	section("Slack", json.RawMessage(s.slack.Await(t, n)[n-1].Body))
	section("PagerDuty", s.pagerduty.Await(t, n)[n-1])
	mail := s.mail.Await(t, n)[n-1]
	section("E-mail: "+mail.Subject, mail.Text)
	section("E-mail, HTML", mail.HTML)
	section("Webhook", s.hook.Await(t, n)[n-1])
	text := b.String()
	for address, name := range map[string]string{s.hook.URL: "http://hook.example.com", routingKey: "(routing key)"} {
		text = strings.ReplaceAll(text, address, name)
	}
	return signedLink.ReplaceAllString(text, "silence?t=(signed)")
}

var signedLink = regexp.MustCompile(`silence\?t=[\w.-]+`)

func indented(t *testing.T, value any) string {
	t.Helper()
	raw, ok := value.(json.RawMessage)
	if !ok {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		raw = text
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		b = *bytes.NewBufferString(strings.ReplaceAll(b.String(), escaped, plain))
	}
	return b.String()
}

// run starts a notifier over a folder of its own. It has the alerts before it
// begins to tell: those of a group are then in one message.
func run(t *testing.T, s notify.Settings, alerts ...kpi.Alert) *notify.Notifier {
	t.Helper()
	dir := t.TempDir()
	s.Templates = monitoring.Templates()
	n, err := notify.New(notify.Options{
		Dir: dir, ExternalURL: &url.URL{Scheme: "https", Host: "luneo.example.com"},
		Settings:   s,
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Send(t.Context(), alerts); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

var (
	began = time.Date(2026, 1, 31, 3, 4, 5, 0, time.UTC)
	later = time.Date(2126, 1, 31, 3, 4, 5, 0, time.UTC)
)

// queueWaits is an alert as Luneo's rules write it.
func queueWaits(queue, waited string, value float64) kpi.Alert {
	return kpi.Alert{
		Labels: map[string]string{"alertname": "QueueWaitTimeHigh", "severity": "critical", "queue_name": queue},
		Annotations: map[string]string{
			"summary":       "Jobs wait too long in queue " + queue + ": " + waited,
			"description":   "The oldest job that could run in queue " + queue + " has waited " + waited + "; the limit is 1m for 2 minutes. Jobs of it that started in the last 5 minutes: 0. Look first at its workers: none starts a job when they are down or stuck, some start when they can't keep up.",
			"runbook_url":   "https://luneo.example.com/runbooks/QueueWaitTimeHigh",
			"dashboard_url": "https://luneo.example.com/d/luneo-kpis",
		},
		StartsAt: began, EndsAt: later, Value: value,
		GeneratorURL: "https://luneo.example.com/explore?q=max+by+%28queue_name%29+%28luneo_worker_queue_wait_time_current_seconds%29+%3E+60",
	}
}

func ended(a kpi.Alert, after time.Duration) kpi.Alert {
	a.EndsAt = a.StartsAt.Add(after)
	return a
}

func manyQueues(n int) (list []kpi.Alert) {
	for i := range n {
		list = append(list, queueWaits(fmt.Sprintf("render-%02d", i), fmt.Sprintf("1m %ds", i), 60+float64(i)))
	}
	return list
}

func allEnded(list []kpi.Alert) []kpi.Alert {
	for i := range list {
		list[i] = ended(list[i], 12*time.Minute+time.Duration(i)*time.Second)
	}
	return list
}

// hostile is an alert whose labels and texts want to be something else.
func hostile() kpi.Alert {
	a := queueWaits("<!channel> & <https://evil.example|click>", "5m", 300)
	a.Labels["shop_domain"] = `"><script>alert(1)</script>` + strings.Repeat("x", 5000)
	a.Annotations["summary"] = "<!here> {{ .X }} *bold* " + strings.Repeat("very long ", 400)
	a.Annotations["description"] = "</td><img src=x onerror=alert(1)> " + strings.Repeat("🦆", 4000)
	a.Annotations["runbook_url"] = "javascript:alert(1)|<!everyone>"
	return a
}

// TestMessages: what each receiver gets, to the letter.
func TestMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ first, then []kpi.Alert }{
		"one":     {manyQueues(1), []kpi.Alert{ended(queueWaits("render-00", "1m 1s", 61), 12*time.Minute+30*time.Second)}},
		"several": {manyQueues(3), append(allEnded(manyQueues(1)), manyQueues(3)[1:]...)},
		"many":    {manyQueues(12), allEnded(manyQueues(12))},
		"platform": {[]kpi.Alert{{
			Labels:      map[string]string{"alertname": "ErrorRateHigh", "severity": "critical"},
			Annotations: map[string]string{"summary": "4.2 % of all operations fail"}, StartsAt: began, EndsAt: later, Value: 0.042,
		}}, nil},
		"foreign": {[]kpi.Alert{{Labels: map[string]string{"alertname": "NodeDown", "severity": "critical", "instance": "db-1:9100"}, StartsAt: began, EndsAt: later}}, nil},
		"hostile": {[]kpi.Alert{hostile()}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServices(t)
			n := run(t, notify.Settings{Short: s.short()}, c.first...)
			testkit.Golden(t, filepath.Join("testdata", "message."+name+".1.golden"), s.bodies(t, 1))
			if c.then != nil {
				if err := n.Send(t.Context(), c.then); err != nil {
					t.Fatal(err)
				}
				testkit.Golden(t, filepath.Join("testdata", "message."+name+".2.golden"), s.bodies(t, 2))
			}
			s.problems(t)
		})
	}
}
