package notify_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestQuietTimes: at quiet times people are told of what is critical alone.
func TestQuietTimes(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	every := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	always := []notify.Quiet{{Days: every, From: 12 * time.Hour, To: 11 * time.Hour}, {Days: every, From: 11 * time.Hour, To: 12 * time.Hour}}
	calm := warning()
	calm.Labels["alertname"] = "Calm"
	run(t, notify.Settings{Short: notify.Short{WebhookURL: hook.URL, Quiet: always, Zone: "Europe/Paris", Timing: timing()}}, calm, queueWaits("renders", "5m", 300))
	hook.Await(t, 1)
	for _, m := range hook.Messages() {
		if m.CommonLabels["severity"] != "critical" {
			t.Errorf("at a quiet time came %s", m.Body)
		}
	}
}

// TestQuietTimesAreRead: days that pass midnight go on on the next day.
func TestQuietTimesAreRead(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	now := time.Now().UTC()
	at := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute
	yesterday := (now.Weekday() + 6) % 7
	over := notify.Quiet{Days: []time.Weekday{yesterday}, From: min(at+time.Minute, 24*time.Hour-time.Minute), To: at} // ended this minute
	run(t, notify.Settings{Short: notify.Short{WebhookURL: hook.URL, Quiet: []notify.Quiet{over}, Zone: "UTC", Timing: timing()}}, warning())
	if m := hook.Await(t, 1)[0]; m.CommonLabels["severity"] != "warning" {
		t.Errorf("came %s", m.Body)
	}
}
