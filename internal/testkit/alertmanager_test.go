package testkit_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	commoncfg "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// sender is one of Alertmanager's own receivers.
type sender interface {
	Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error)
}

// service is what all the fakes have.
type service interface {
	Break(testkit.Fault)
	Heal()
	Attempts() []testkit.Attempt
	AwaitAttempts(testing.TB, int) []testkit.Attempt
	AwaitAccepted(testing.TB, int) []testkit.Attempt
	AwaitEnded(testing.TB, int) []testkit.Attempt
	Problems() []string
}

func amTemplate(t *testing.T) *template.Template {
	t.Helper()
	tmpl, err := template.FromGlobs(nil)
	if err != nil {
		t.Fatal(err)
	}
	tmpl.ExternalURL = &url.URL{Scheme: "https", Host: "luneo.example.com"}
	return tmpl
}

// amContext is what Alertmanager's pipeline gives its receivers.
func amContext(t *testing.T) context.Context {
	ctx := notify.WithGroupKey(t.Context(), `{}:{alertname="QueueWaitTimeHigh"}`)
	ctx = notify.WithReceiverName(ctx, "team")
	return notify.WithGroupLabels(ctx, model.LabelSet{"alertname": "QueueWaitTimeHigh"})
}

func amAlert(ends time.Duration) *alert.Alert {
	now := time.Now()
	return &alert.Alert{Alert: model.Alert{
		Labels:      model.LabelSet{"alertname": "QueueWaitTimeHigh", "severity": "critical", "queue_name": "größe <a&b>"},
		Annotations: model.LabelSet{"summary": "Jobs wait for 寿司"},
		StartsAt:    now.Add(-2 * time.Hour), EndsAt: now.Add(ends),
	}}
}

func firing() *alert.Alert   { return amAlert(time.Hour) }
func resolved() *alert.Alert { return amAlert(-time.Hour) }

func amHTTP() *commoncfg.HTTPClientConfig {
	config := commoncfg.DefaultHTTPClientConfig
	return &config
}

func amLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func mustNotify(t *testing.T, ctx context.Context, s sender, a *alert.Alert) {
	t.Helper()
	if retry, err := s.Notify(ctx, a); err != nil || retry {
		t.Fatalf("retry %v: %v", retry, err)
	}
}

// failure is how Alertmanager's receiver takes a fault.
type failure struct {
	fault testkit.Fault
	retry bool
	taken bool // the service took it nevertheless
}

// webFailures are faults of services over HTTP.
func webFailures() map[string]failure {
	return map[string]failure{
		"503":   {testkit.Status(http.StatusServiceUnavailable, 0), true, false},
		"400":   {testkit.Status(http.StatusBadRequest, 0), false, false},
		"reset": {testkit.Reset(), true, false},
		"hang":  {testkit.Hang(), true, false},
		"slow":  {testkit.Slow(testkit.HangGuard), true, true},
		"lost":  {testkit.Lost(), true, true},
	}
}

// suffers breaks a service in each way and then heals it. Who waits in vain
// gives up once the service has seen it.
func suffers(t *testing.T, service service, s sender, failures map[string]failure) {
	t.Helper()
	for name, f := range failures {
		before, taken := len(service.Attempts()), 0
		for _, a := range service.Attempts() {
			if a.Accepted {
				taken++
			}
		}
		service.Break(f.fault)
		ctx, giveUp := context.WithCancel(amContext(t))
		type outcome struct {
			retry bool
			err   error
		}
		done := make(chan outcome, 1)
		go func() {
			retry, err := s.Notify(ctx, firing())
			done <- outcome{retry, err}
		}()
		switch name {
		case "hang":
			service.AwaitAttempts(t, before+1)
			giveUp()
		case "slow":
			service.AwaitAccepted(t, taken+1)
			giveUp()
		}
		got := <-done
		giveUp()
		if got.err == nil || got.retry != f.retry {
			t.Errorf("%s: retry %v: %v; %+v", name, got.retry, got.err, service.Attempts())
		}
		list := service.AwaitEnded(t, before+1)
		if last := list[len(list)-1]; last.Accepted != f.taken || last.At.IsZero() {
			t.Errorf("%s: the attempt is %+v", name, last)
		}
	}
	service.Heal()
	mustNotify(t, amContext(t), s, firing())
}

// post sends a body and returns the answer.
func post(t *testing.T, address, kind, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return answered(t, req)
}

func answered(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

const asJSON = "application/json"
