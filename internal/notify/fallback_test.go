package notify_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
)

func warning() kpi.Alert {
	a := queueWaits("renders", "2m 5s", 125)
	a.Labels["severity"] = "warning"
	return a
}

// TestFallback: what Slack could not be told, PagerDuty is, once, and its end
// too; what Slack is told, it is not.
func TestFallback(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	short := notify.Short{Slack: s.short().Slack, PagerDuty: s.short().PagerDuty, Timing: timing()}
	n := run(t, notify.Settings{Short: short, Fallback: notify.Fallback{Receiver: "pagerduty"}})
	send := func(alerts ...kpi.Alert) {
		t.Helper()
		if err := n.Send(t.Context(), alerts); err != nil {
			t.Fatal(err)
		}
	}
	send(warning())
	s.slack.Await(t, 1)
	s.slack.Break(testkit.Status(http.StatusInternalServerError, 0))
	second := warning()
	second.Labels["queue_name"] = "uploads"
	send(warning(), second)
	if e := s.pagerduty.Await(t, 1)[0]; e.Action != "trigger" || e.Payload.Severity != "warning" {
		t.Errorf("PagerDuty got %s", e.Body)
	}
	s.slack.AwaitAttempts(t, 4) // it is tried again and again
	send(ended(warning(), time.Minute), ended(second, time.Minute))
	if events := s.pagerduty.Await(t, 2); len(events) != 2 || events[1].Action != "resolve" || events[1].Dropped {
		t.Errorf("PagerDuty got %+v", events)
	}
	s.slack.Heal()
	if last := s.slack.Await(t, 2)[1]; !strings.Contains(string(last.Body), "Resolved") {
		t.Errorf("Slack got %s", last.Body)
	}
	s.problems(t)
}

// TestFallbackWaits: a receiver that fails for a moment has nobody else told.
func TestFallbackWaits(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	short := notify.Short{Slack: s.short().Slack, PagerDuty: s.short().PagerDuty, Timing: timing()}
	n := run(t, notify.Settings{Short: short, Fallback: notify.Fallback{Receiver: "pagerduty", After: time.Hour}})
	s.slack.Break(testkit.Reset())
	if err := n.Send(t.Context(), []kpi.Alert{warning()}); err != nil {
		t.Fatal(err)
	}
	s.slack.AwaitAttempts(t, 3)
	s.slack.Heal()
	s.slack.Await(t, 1)
	if events := s.pagerduty.Events(); len(events) != 0 {
		t.Errorf("PagerDuty got %+v", events)
	}
}

// TestUnknownFallback: it is named at once, with those that there are.
func TestUnknownFallback(t *testing.T) {
	t.Parallel()
	_, err := notify.Prepare(notify.Settings{Short: notify.Short{WebhookURL: "http://127.0.0.1:9", Timing: timing()}, Fallback: notify.Fallback{Receiver: "pager"}}, &url.URL{}, slog.New(slog.DiscardHandler))
	if err == nil || err.Error() != `notifications.fallback: "pager" is no receiver that tells somebody; there are: webhook` {
		t.Error(err)
	}
}

// TestWatchdogPings: the alert that always fires reaches the dead man's switch.
func TestWatchdogPings(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	n := run(t, notify.Settings{Short: notify.Short{WebhookURL: s.slack.WebhookURL(), WatchdogURL: s.hook.URL, Timing: timing()}})
	if err := n.Send(t.Context(), []kpi.Alert{{Labels: map[string]string{"alertname": "Watchdog", "severity": "none"}, StartsAt: began, EndsAt: later}}); err != nil {
		t.Fatal(err)
	}
	if m := s.hook.Await(t, 1)[0]; m.Receiver != "watchdog" || m.Status != "firing" {
		t.Errorf("the switch got %s", m.Body)
	}
	if got := s.slack.Attempts(); len(got) != 0 {
		t.Errorf("people were told: %+v", got)
	}
}

// TestFallbackAlone: a fallback of the short form is told of nothing else.
func TestFallbackAlone(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	short := notify.Short{Slack: s.short().Slack, WebhookURL: s.hook.URL, Timing: timing(), Fallback: "webhook"}
	n := run(t, notify.Settings{Short: short, Fallback: notify.Fallback{Receiver: "webhook"}}, queueWaits("renders", "5m", 300))
	s.slack.Await(t, 1)
	s.slack.Break(testkit.Reset())
	if err := n.Send(t.Context(), []kpi.Alert{queueWaits("renders", "5m", 300), queueWaits("uploads", "5m", 300)}); err != nil {
		t.Fatal(err)
	}
	if m := s.hook.Await(t, 1)[0]; len(m.Alerts) != 2 || m.Receiver != "webhook" {
		t.Errorf("the fallback got %s", m.Body)
	}
}
