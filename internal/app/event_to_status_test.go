package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// part is a piece of a sentence.
type part struct{ Text, Kind, Href string }

func joined(parts []part) (s string) {
	for _, p := range parts {
		s += p.Text
	}
	return s
}

// statusPage is what these tests read of GET /api/status.
type statusPage struct {
	Level    string
	Sentence []part
	Facts    []struct {
		Icon  string
		Parts []part
	}
	Worst  *struct{ Rule, ID string }
	Counts struct{ Total, Firing, Pending, Quiet, Blind int }
	Rules  map[string]struct {
		State, Chip, Shown, Subject string
		Value, Limit                *float64
	}
	DataAt *time.Time
}

func statusOf(t *testing.T, url string) statusPage {
	t.Helper()
	return pageOf[statusPage](t, url+"/api/status")
}

// awaitStatus polls until the status is as wanted.
func awaitStatus(t *testing.T, url string, wanted func(statusPage) bool) (s statusPage) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if s = statusOf(t, url); wanted(s) {
			return s
		}
	}
	t.Fatalf("the status stays %s: %s (%+v)", s.Level, joined(s.Sentence), s)
	return s
}

// TestEventsAreToldInWords goes from a deploy mark and failing renders to the
// one sentence, the rule's page and its history, as the embedded rules judge.
// A second Luneo, whose history is the first one, says the same.
func TestEventsAreToldInWords(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-scrape-interval", "100ms", "--prometheus-evaluation-interval", "100ms", "--cost-timezone", "UTC")
	other := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-mode", "external", "--prometheus-query-url", p.URL)
	s := awaitStatus(t, p.URL, func(s statusPage) bool { return s.DataAt != nil && s.Rules["LuneoDown"].State == "quiet" })
	if s.Level != "starting" || joined(s.Sentence) != "Luneo is ready and waits for the first event." || s.Facts[0].Parts[0].Href != "/setup" {
		t.Errorf("before the first event: %+v", s)
	}
	if r := s.Rules["QueueWaitTimeHigh"]; r.State != "blind" || r.Chip != "No queue yet" {
		t.Errorf("a rule without a queue is %+v", r)
	}
	if a := post(t, p.URL+"/api/annotations", "application/json", `{"text":"worker-ia 2.31.0","tags":["deploy"]}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var batch strings.Builder
	for i := range 100 {
		fmt.Fprintf(&batch, `{"type":"render","renderType":"2d","quality":"high","durationSeconds":1,"success":%t}`+"\n", i >= 7)
	}
	post(t, p.URL+"/api/metrics/batch", "application/x-ndjson", batch.String()).accepted(t)

	s = awaitStatus(t, p.URL, func(s statusPage) bool { return s.Level == "firing" })
	const failing = "7 % of all operations fail, most of them renders, over the 1 % limit for "
	if !strings.HasPrefix(joined(s.Sentence), failing) || s.Worst.Rule != "ErrorRateHigh" || s.Counts.Firing == 0 || s.Rules["Watchdog"].State != "quiet" {
		t.Errorf("%s, %+v", joined(s.Sentence), s)
	}
	if fact := joined(s.Facts[0].Parts); !strings.HasSuffix(fact, "s after deploy worker-ia 2.31.0") {
		t.Errorf("the first fact is %q", fact)
	}
	if through := awaitStatus(t, other.URL, func(s statusPage) bool { return s.Level == "firing" }); !strings.HasPrefix(joined(through.Sentence), failing) || through.Worst.ID != s.Worst.ID {
		t.Errorf("in external mode: %s, %+v", joined(through.Sentence), through.Worst)
	}
	explained(t, p.URL)
	inHistory(t, p.URL)
	awaitQuery(t, p.URL, `luneo_annotation_timestamp_seconds{text="worker-ia 2.31.0",tags="deploy"}`)
}

// explained holds the page of the rule that fires.
func explained(t *testing.T, url string) {
	t.Helper()
	var d struct {
		Rule  struct{ Name, Runbook, Query string }
		Alert *struct {
			State    string
			Sentence []part
		}
		Happened []struct {
			Kind  string
			Parts []part
		}
		Checks []struct {
			Question string
			Parts    []part
		}
	}
	a := get(t, url+"/api/alerts/ErrorRateHigh")
	if err := json.Unmarshal([]byte(a.body), &d); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if d.Alert == nil || d.Alert.State != "firing" || d.Rule.Runbook != "/runbooks/ErrorRateHigh" || len(d.Checks) != 3 {
		t.Fatalf("%s", a.body)
	}
	if got := joined(d.Checks[0].Parts); !strings.HasPrefix(got, "renders fail most: 7 in the last 5 min") {
		t.Errorf("where: %s", got)
	}
	if got := joined(d.Checks[2].Parts); !strings.HasSuffix(got, "after deploy worker-ia 2.31.0.") {
		t.Errorf("after a deploy: %s", got)
	}
	var kinds []string
	for _, h := range d.Happened {
		kinds = append(kinds, h.Kind)
	}
	if got := strings.Join(kinds, " "); got != "restart annotation firing" {
		t.Errorf("what happened: %s", got)
	}
	if a := get(t, url+"/runbooks/ErrorRateHigh"); a.status != http.StatusOK {
		t.Errorf("the runbook: %d", a.status)
	}
}

// inHistory holds that the alert is in the history of the day.
func inHistory(t *testing.T, url string) {
	t.Helper()
	var h struct {
		Words string
		Lanes []struct {
			Rule  string
			Fired int
		}
	}
	a := get(t, url+"/api/alerts/history?range=24h")
	if err := json.Unmarshal([]byte(a.body), &h); err != nil || len(h.Lanes) < 3 || h.Lanes[1].Rule != "ErrorRateHigh" {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// TestStatusWithoutAnAnswer: a Prometheus that hangs is told of within three
// seconds, and one that can't be reached at once.
func TestStatusWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	leave := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-leave:
		}
	}))
	defer hanging.Close()
	defer close(leave)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, url := range map[string]string{"hangs": hanging.URL, "is gone": gone.URL} {
		p := testkit.Start(t, "--data-dir", t.TempDir(), "--prometheus-mode", "external", "--prometheus-query-url", url)
		client := http.Client{Timeout: testkit.HangGuard}
		resp, err := client.Get(p.URL + "/api/status")
		if err != nil {
			t.Fatal(err)
		}
		a, err := read(resp)
		if err != nil || a.status != http.StatusOK || !strings.Contains(a.body, `"level":"stale"`) || !strings.Contains(a.body, "Prometheus does not answer") {
			t.Errorf("when Prometheus %s: %d %s, %v", name, a.status, a.body, err)
		}
		if a := get(t, p.URL+"/api/alerts"); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("alerts when Prometheus %s: %d %s", name, a.status, a.body)
		}
		if err := p.Stop(); err != nil {
			t.Errorf("stopping when Prometheus %s: %v", name, err)
		}
	}
}

// TestAnnotationsSurvive a kill.
func TestAnnotationsSurvive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := testkit.Start(t, "--data-dir", dir)
	if a := post(t, p.URL+"/api/annotations", "application/json", `{"text":"worker-ia 2.31.0","tags":["deploy"]}`); a.body != `{"id":1,"message":"Annotation added"}`+"\n" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.Kill()
	p = testkit.Start(t, "--data-dir", dir)
	if a := get(t, p.URL+"/api/annotations?tags=deploy"); !strings.Contains(a.body, `"text":"worker-ia 2.31.0"`) {
		t.Errorf("after a kill: %s", a.body)
	}
}
