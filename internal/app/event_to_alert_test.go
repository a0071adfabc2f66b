package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// alert is an alert of Prometheus' API.
type alert struct {
	State               string
	Labels, Annotations map[string]string
	ActiveAt            time.Time
}

// alertNamed polls the API until an alert is in a state.
func alertNamed(t *testing.T, url, name, state string) alert {
	t.Helper()
	var seen []alert
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		var page struct{ Data struct{ Alerts []alert } }
		if err := json.Unmarshal([]byte(get(t, url+"/api/v1/alerts").body), &page); err != nil {
			t.Fatal(err)
		}
		seen = page.Data.Alerts
		for _, a := range seen {
			if a.Labels["alertname"] == name && a.State == state {
				return a
			}
		}
	}
	t.Fatalf("%s is not %s: %+v", name, state, seen)
	return alert{}
}

// TestEventsRaiseAlerts goes from events to the guide's alerts through the
// embedded rules, at short intervals.
func TestEventsRaiseAlerts(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-scrape-interval", "100ms", "--prometheus-evaluation-interval", "100ms")
	alertNamed(t, p.URL, "Watchdog", "firing")
	var batch strings.Builder
	for i := range 100 {
		fmt.Fprintf(&batch, `{"type":"render","renderType":"2d","quality":"high","durationSeconds":1,"success":%t}`+"\n", i >= 7)
	}
	batch.WriteString(`{"type":"queue-wait","queueName":"ai-generation","oldestWaitingSeconds":61}` + "\n")
	post(t, p.URL+"/api/metrics/batch", "application/x-ndjson", batch.String()).accepted(t)

	a := alertNamed(t, p.URL, "ErrorRateHigh", "firing")
	for name, want := range map[string]string{
		"summary":       "7% of all operations fail",
		"runbook_url":   p.URL + "/runbooks/ErrorRateHigh",
		"dashboard_url": p.URL + "/d/luneo-kpis",
	} {
		if a.Annotations[name] != want {
			t.Errorf("%s is %q, want %q", name, a.Annotations[name], want)
		}
	}
	if a.Labels["severity"] != "critical" || !strings.Contains(a.Annotations["description"], "renders ") {
		t.Errorf("%+v", a)
	}
	if a := alertNamed(t, p.URL, "QueueWaitTimeHigh", "pending"); a.Labels["queue_name"] != "ai-generation" {
		t.Errorf("%+v", a)
	}

	for range 20 { // healthy traffic
		post(t, p.URL+"/api/metrics/batch", "application/x-ndjson", strings.Repeat(`{"type":"render","renderType":"2d","quality":"high","durationSeconds":1}`+"\n", 1000)).accepted(t)
	}
	noAlert(t, p.URL, "ErrorRateHigh")
	awaitQuery(t, p.URL, `absent(ALERTS{alertname="ErrorRateHigh"})`)
}

// noAlert polls the API until an alert is neither pending nor firing.
func noAlert(t *testing.T, url, name string) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if a := get(t, url+"/api/v1/alerts"); a.status == http.StatusOK && !strings.Contains(a.body, fmt.Sprintf(`"alertname":%q`, name)) {
			return
		}
	}
	t.Fatalf("%s is not resolved", name)
}

func TestBuiltinRulesCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-builtin-rules=false")
	if a := get(t, p.URL+"/api/v1/rules"); !strings.Contains(a.body, `"groups":[]`) {
		t.Errorf("there are rules: %s", a.body)
	}
}
