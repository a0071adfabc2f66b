package testkit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/notify/webhook"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func hookSender(t *testing.T, h *testkit.HookServer) sender {
	t.Helper()
	n, err := webhook.New(&webhook.WebhookConfig{URL: amcommon.SecretTemplateURL(h.URL), HTTPConfig: amHTTP()}, amTemplate(t), amLog())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHookTakesAlertmanager(t *testing.T) {
	t.Parallel()
	h := testkit.NewHookServer(t)
	s := hookSender(t, h)
	mustNotify(t, amContext(t), s, firing())
	mustNotify(t, amContext(t), s, resolved())
	list := h.Await(t, 2)
	if list[0].Status != "firing" || list[1].Status != "resolved" || list[0].Alerts[0].Labels["queue_name"] != "größe <a&b>" || list[0].Receiver != "team" {
		t.Errorf("%+v", list)
	}
}

func TestHookFaults(t *testing.T) {
	t.Parallel()
	h := testkit.NewHookServer(t)
	failures := webFailures()
	failures["429"] = failure{testkit.Status(http.StatusTooManyRequests, time.Minute), false, false}
	suffers(t, h, hookSender(t, h), failures)
	if n := len(h.Messages()); n != 3 { // slow, lost and the last
		t.Errorf("%d messages", n)
	}
}

// TestHookRefusals: each thing that Alertmanager would not send is refused.
func TestHookRefusals(t *testing.T) {
	t.Parallel()
	h := testkit.NewHookServer(t)
	mustNotify(t, amContext(t), hookSender(t, h), firing())
	well := string(h.Await(t, 1)[0].Body)
	for name, c := range map[string]struct{ old, new, want string }{
		"an old version":   {`"version":"4"`, `"version":"3"`, "version"},
		"no key":           {`"groupKey":"`, `"groupKey":"","receiver":"`, "groupKey"},
		"no receiver":      {`"receiver":"team"`, `"receiver":""`, "receiver"},
		"a status":         {`"status":"firing"`, `"status":"resolved"`, "status"},
		"an alert's":       {`"alerts":[{"status":"firing"`, `"alerts":[{"status":"open"`, "alert 0 has the status"},
		"no URL":           {`"https://luneo.example.com"`, `"luneo"`, "externalURL"},
		"an unknown field": {`"version"`, `"colour":1,"version"`, "unknown field"},
		"no name":          {`"labels":{"alertname":`, `"labels":{"name":`, "alert 0 has no name"},
		"broken":           {`}`, ``, "invalid"},
		"no UTF-8":         {`team`, "\xff", "UTF-8"},
	} {
		resp, body := post(t, h.URL, asJSON, strings.Replace(well, c.old, c.new, 1))
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, c.want) {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
	if resp, _ := post(t, h.URL, "text/plain", well); resp.StatusCode != http.StatusBadRequest {
		t.Error(resp.Status)
	}
	if n := len(h.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}
