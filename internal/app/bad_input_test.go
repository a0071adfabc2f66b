package app_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestBadInput sends the whole table of bad input to the real program. Each
// case has its exact status and message, and what is refused counts nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	post(t, p.URL+"/api/metrics/openai", "", testkit.SeenEvent).accepted(t)
	counted := countedEvents(t, p.URL)
	cases := testkit.BadCases(t, filepath.Join("..", "intake", "testdata", "bad-input.json"))
	for _, c := range cases {
		resp, err := http.DefaultClient.Do(c.Request(t, p.URL, time.Now()))
		if err != nil && c.Status == http.StatusRequestEntityTooLarge {
			continue // the server closes while the client still sends
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		got, err := read(resp)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		checkBadCase(t, c, got)
		now := countedEvents(t, p.URL)
		if got.status >= 400 && now != counted {
			t.Errorf("%s: refused with %d, and %v events were counted", c.Name, got.status, now-counted)
		}
		counted = now
	}
}

func checkBadCase(t *testing.T, c testkit.BadCase, got answer) {
	t.Helper()
	var body struct {
		Detail string          `json:"detail"`
		Errors []kpi.Violation `json:"errors"`
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Errorf("%s: %d %s: %v", c.Name, got.status, got.body, err)
		return
	}
	if got.status != c.Status {
		t.Errorf("%s: %d, want %d: %s", c.Name, got.status, c.Status, got.body)
	}
	// How far off a time is depends on the clock; the fake recorder of the
	// table's own test says less about a conflict than the real one.
	if strings.Contains(c.Body, "timestamp") || c.Status == http.StatusConflict || strings.Contains(c.Body, `"seen"`) {
		return
	}
	if body.Detail != c.Detail || !reflect.DeepEqual(body.Errors, c.Errors) {
		t.Errorf("%s: got %q %v\nwant %q %v", c.Name, body.Detail, body.Errors, c.Detail, c.Errors)
	}
}

// countedEvents is how many observations and counts the KPIs have.
func countedEvents(t *testing.T, url string) (n float64) {
	t.Helper()
	families := metricsOf(t, url)
	for _, metric := range kpi.Catalogue() {
		if metric.Type == kpi.Counter {
			n += total(families, metric.Name)
		}
		for _, m := range families[metric.Name].GetMetric() {
			n += float64(m.GetHistogram().GetSampleCount())
		}
	}
	return n
}
