package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestAlertsInWords holds the list of rules and the explanation of some of
// them, in situations where they fire and where they don't.
func TestAlertsInWords(t *testing.T) {
	t.Parallel()
	all := stories()
	var out strings.Builder
	for _, c := range []struct{ story, rule string }{
		{"04 all quiet", "QueueWaitTimeHigh"},
		{"05 pending", "QueueWaitTimeHigh"},
		{"06 firing", "QueueWaitTimeHigh"},
		{"08 two fire", "ErrorRateHigh"},
		{"10 cost fires", "CostSpikeDetected"},
		{"15 ended", "QueueWaitTimeHigh"},
		{"17 unpriced", "LuneoCostUnknown"},
		{"20 own rules", "ShopDown"},
	} {
		b := boardOf(t, all[c.story])
		alerts, err := b.Alerts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "# %s\n", c.story)
		for _, r := range alerts.Rules {
			if r.State == stateQuiet && c.story != "04 all quiet" {
				continue // told once
			}
			fmt.Fprintf(&out, "%s (%s, %s): %s: %s %s; %s; %s\n", r.Name, r.Title, r.Severity, r.State, r.Shown, r.Against, r.Subject, r.Sentence)
		}
		out.WriteString(explained(t, b, Wanted{Rule: c.rule}))
	}
	golden(t, "alerts.golden", out.String())
}

// explained writes an explanation as text.
func explained(t *testing.T, b *Board, w Wanted) string {
	t.Helper()
	d, err := b.Detail(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n## %s, drawn by %s against %q\n", d.Rule.Name, d.Rule.Query, d.Rule.LimitQuery)
	if d.Alert != nil {
		fmt.Fprintf(&out, "%s since %s: %s\n", d.Alert.State, d.Alert.ActiveAt.Format(time.TimeOnly), d.Alert.Sentence)
	}
	for _, h := range d.Happened {
		fmt.Fprintf(&out, "  %s (%s) %s\n", h.At.Format(time.TimeOnly), h.Kind, h.Parts)
	}
	for i, c := range d.Checks {
		fmt.Fprintf(&out, "  %d. %s %s [%s](%s)\n", i+1, c.Question, c.Parts, c.Link, c.Href)
	}
	return out.String() + "\n"
}

// TestAlertOfAnotherTime explains an alert that is over by what is stored.
func TestAlertOfAnotherTime(t *testing.T) {
	t.Parallel()
	b := boardOf(t, stories()["15 ended"])
	then := Wanted{Rule: "QueueWaitTimeHigh", Labels: map[string]string{"queue_name": "render-hd"}, At: epoch(30 * minute)}
	d, err := b.Detail(t.Context(), then)
	if err != nil {
		t.Fatal(err)
	}
	if d.Alert == nil || d.Alert.State != stateFiring || d.Alert.Shown != "3 m 20 s" || !d.Alert.ActiveAt.Equal(epoch(21*minute)) {
		t.Errorf("%+v", d.Alert)
	}
	then.Labels["queue_name"] = "other"
	if d, err := b.Detail(t.Context(), then); err != nil || d.Alert != nil {
		t.Errorf("an alert of another queue: %+v, %v", d.Alert, err)
	}
}

// TestHistory merges the samples of ALERTS and counts time once.
func TestHistory(t *testing.T) {
	t.Parallel()
	samples := func(minutes ...int) (list []Sample) {
		for _, m := range minutes {
			list = append(list, Sample{epoch(time.Duration(m) * minute), 1})
		}
		return list
	}
	of := func(rule, state, queue string) map[string]string {
		return map[string]string{"__name__": "ALERTS", "alertname": rule, "alertstate": state, "severity": "critical", "queue_name": queue}
	}
	h := historyOf([]Series{
		{of("QueueWaitTimeHigh", "pending", "a"), samples(1, 2)},
		{of("QueueWaitTimeHigh", "firing", "a"), samples(3, 4, 5, 10, 11)},
		{of("QueueWaitTimeHigh", "firing", "b"), samples(4, 5, 6)},
		{of("Own", "firing", ""), samples(20, 22, 24, 26, 28, 30)},
	}, Span{epoch(0), epoch(30 * minute), minute})
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "history.golden", string(text)+"\n")
}

// TestManyAskOnce: however many ask at once, Prometheus is asked once.
func TestManyAskOnce(t *testing.T) {
	t.Parallel()
	p := &failingPrometheus{asked: make(chan struct{}, 100)}
	b, err := New(Options{Prometheus: p})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { b.Status(t.Context()) })
	}
	all.Wait()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(p.asked); n > 2 { // the second, for one who came after the first had failed
		t.Errorf("Prometheus was asked %d times", n)
	}
	if s := b.Status(t.Context()); s.Level != levelStale {
		t.Errorf("a board that is closed says %+v", s)
	}
}

// TestTooManyExplanations: those that can't be asked for are turned away at
// once, and how things are is told all the same.
func TestTooManyExplanations(t *testing.T) {
	t.Parallel()
	m := newMemo(time.Now)
	defer m.close()
	waits := func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for i := range memoSize {
		m.find(question{key: fmt.Sprint("detail ", i), patience: time.Hour, any: true, ask: waits})
	}
	if _, err := m.get(t.Context(), question{key: "one more", patience: time.Hour, any: true, ask: waits}); !errors.Is(err, errFull) {
		t.Errorf("one more is answered with %v", err)
	}
	now := question{key: "now", patience: time.Hour, ask: func(context.Context) (any, error) { return "fine", nil }}
	if v, err := m.get(t.Context(), now); v != "fine" || err != nil {
		t.Errorf("how things are: %v, %v", v, err)
	}
}

// TestBadQuestions names the parameter that is wrong.
func TestBadQuestions(t *testing.T) {
	t.Parallel()
	b := boardOf(t, stories()["04 all quiet"])
	for target, want := range map[string]string{
		"/api/alerts/history?range=1y":                    `range is "1y", expected 24h or 7d`,
		"/api/alerts/QueueWaitTimeHigh?at=yesterday":      `at is "yesterday", expected RFC 3339 or seconds since 1970`,
		"/api/alerts/QueueWaitTimeHigh?at=4000000000":     `at is "4000000000", which lies in the future`,
		"/api/alerts/Nobody":                              `There is no alert rule "Nobody".`,
		"/api/alerts/QueueWaitTimeHigh?label.queue_name=": "",
	} {
		mux := http.NewServeMux()
		var got error
		serve := func(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) { got = h(w, r) }
		}
		mux.Handle("/api/alerts/history", serve(b.HandleHistory))
		mux.Handle("/api/alerts/{rule}", serve(b.HandleAlert))
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, http.NoBody))
		if (got == nil) != (want == "") || got != nil && !strings.Contains(got.Error(), want) {
			t.Errorf("%s: %v, want %s", target, got, want)
		}
		if _, ok := got.(*kpi.Error); got != nil && !ok { //nolint:errorlint // handlers answer with it itself
			t.Errorf("%s: %T", target, got)
		}
	}
}

// TestRecordedAnswers reads answers of the HTTP API as Prometheus gives them.
func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/prom/api/v1/rules":
			_, _ = w.Write([]byte(`{"status":"success","data":{"groups":[{"name":"luneo","file":"a.yml","interval":5,"limit":0,"rules":[
				{"name":"a:b","query":"vector(1)","health":"ok","evaluationTime":0.1,"lastEvaluation":"2026-11-24T14:31:00Z","type":"recording"},
				{"state":"firing","name":"QueueWaitTimeHigh","query":"x > 60","duration":120,"keepFiringFor":0,"labels":{"severity":"critical"},"annotations":{"runbook_url":"http://l/runbooks/QueueWaitTimeHigh"},
				 "alerts":[{"labels":{"alertname":"QueueWaitTimeHigh","queue_name":"q"},"annotations":{"summary":"s"},"state":"firing","activeAt":"2026-11-24T14:11:00Z","value":"1.54e+02"}],
				 "health":"ok","evaluationTime":0.1,"lastEvaluation":"2026-11-24T14:31:00Z","type":"alerting"}]}]}}`))
		case "/prom/api/v1/query":
			_, _ = w.Write([]byte(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1795562309.5,"4.5"]}]}}`))
		case "/prom/api/v1/query_range":
			_, _ = w.Write([]byte(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1795562309,"1"],[1795562369,"NaN"]]}]}}`))
		}
	}))
	defer server.Close()
	p := NewPrometheus(testkit.PrometheusAPI(t, server.URL+"/prom", http.DefaultTransport))
	rules, err := p.Rules(t.Context())
	if err != nil || len(rules) != 1 || rules[0].For != 2*time.Minute || rules[0].Interval != 5*time.Second || len(rules[0].Alerts) != 1 ||
		!rules[0].Alerts[0].Firing || rules[0].Alerts[0].Value != 154 || rules[0].Group != "luneo" {
		t.Errorf("%+v, %v", rules, err)
	}
	now, err := p.Range(t.Context(), "x", Span{To: time.Now()})
	if err != nil || len(now) != 1 || now[0].last() != 4.5 || now[0].Labels["a"] != "b" {
		t.Errorf("%+v, %v", now, err)
	}
	past, err := p.Range(t.Context(), "x", Span{time.Now().Add(-time.Hour), time.Now(), time.Minute})
	if err != nil || len(past) != 1 || len(past[0].Samples) != 2 || number.Known(past[0].last()) {
		t.Errorf("%+v, %v", past, err)
	}
}
