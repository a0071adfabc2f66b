package notify_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// message is what a webhook gets, in Alertmanager's JSON.
type message struct {
	Status string `json:"status"`
	Alerts []struct {
		Status string            `json:"status"`
		Labels map[string]string `json:"labels"`
	} `json:"alerts"`
}

// receiver is a webhook; next waits for its next message.
func receiver(t *testing.T) (address string, next func() message) {
	got := make(chan message, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		got <- m
	}))
	t.Cleanup(s.Close)
	return s.URL, func() message {
		t.Helper()
		select {
		case m := <-got:
			return m
		case <-time.After(testkit.HangGuard):
			t.Fatal("no message came")
			return message{}
		}
	}
}

// start runs a notifier over a folder until the returned function is called.
func start(t *testing.T, dir, webhook string) (*notify.Notifier, func()) {
	t.Helper()
	n, err := notify.New(notify.Options{
		Dir: dir, ExternalURL: &url.URL{Scheme: "http", Host: "luneo.example.com"},
		Settings: notify.Settings{Short: notify.Short{
			WebhookURL: webhook,
			Timing:     notify.Timing{GroupInterval: time.Second, RepeatInterval: time.Hour},
		}},
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	return n, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
}

func waiting(ends time.Time) []kpi.Alert {
	return []kpi.Alert{{
		Labels:   map[string]string{"alertname": "QueueWaitTimeHigh", "severity": "critical", "queue_name": "renders"},
		StartsAt: time.Now().Add(-time.Minute), EndsAt: ends,
	}}
}

// TestToldOnce: an alert is told when it fires and when it has ended, each
// once, and a restart in between says nothing twice.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address, next := receiver(t)
	n, stop := start(t, dir, address)
	for range 3 {
		if err := n.Send(t.Context(), waiting(time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	if m := next(); m.Status != "firing" || len(m.Alerts) != 1 || m.Alerts[0].Labels["queue_name"] != "renders" {
		t.Errorf("the first message is %+v", m)
	}
	testkit.Await(t, "the note of the message", func() bool {
		info, err := os.Stat(filepath.Join(dir, "nflog"))
		return err == nil && info.Size() > 0
	})
	stop()
	n, stop = start(t, dir, address)
	defer stop()
	if err := n.Send(t.Context(), waiting(time.Now().Add(-time.Second))); err != nil {
		t.Fatal(err)
	}
	if m := next(); m.Status != "resolved" || len(m.Alerts) != 1 {
		t.Errorf("the message after the restart is %+v", m)
	}
}

// TestWatchdogTellsNobody: the alert that always fires is for a dead man's
// switch.
func TestWatchdogTellsNobody(t *testing.T) {
	t.Parallel()
	p, err := notify.Prepare(notify.Settings{Short: notify.Short{WebhookURL: "http://127.0.0.1:9", Timing: notify.Timing{GroupInterval: time.Second, RepeatInterval: time.Hour}}}, &url.URL{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for alert, want := range map[string]string{"Watchdog": "nobody", "QueueWaitTimeHigh": "webhook"} {
		reached := p.Reached(map[string]string{"alertname": alert, "severity": "critical"})
		if len(reached) != 1 || reached[0].Receiver != want {
			t.Errorf("%s reaches %+v, not %s", alert, reached, want)
		}
	}
}

// TestInhibition: of what follows from a Redis that is down nobody is told until
// that is over.
func TestInhibition(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	down := kpi.Alert{Labels: map[string]string{"alertname": "LuneoRedisDown", "severity": "critical"}, StartsAt: began, EndsAt: later}
	n := run(t, notify.Settings{Short: notify.Short{WebhookURL: hook.URL, Timing: timing()}}, down, queueWaits("renders", "5m", 300))
	if m := hook.Await(t, 1); m[0].CommonLabels["alertname"] != "LuneoRedisDown" || len(m) != 1 {
		t.Errorf("%d messages, the first %s", len(m), m[0].Body)
	}
	if err := n.Send(t.Context(), []kpi.Alert{ended(down, time.Minute)}); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, m := range hook.Await(t, 3)[1:] {
		told[m.CommonLabels["alertname"]] = m.Status
	}
	if told["LuneoRedisDown"] != "resolved" || told["QueueWaitTimeHigh"] != "firing" {
		t.Errorf("then came %v", told)
	}
}
