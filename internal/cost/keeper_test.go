package cost_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// history answers from functions of time.
type history struct {
	mu      sync.Mutex
	failing error
	start   time.Time
	cents   func(time.Time) float64
	points  int // most of one query
}

func (h *history) Range(_ context.Context, query string, start, end time.Time, step time.Duration) ([]cost.Series, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing != nil {
		return nil, h.failing
	}
	if strings.Contains(query, "luneo_openai_cost_cents") {
		at := func(cents ...float64) (s []cost.Sample) {
			for i, c := range cents {
				s = append(s, cost.Sample{At: end.Add(time.Duration(i-len(cents)+1) * step), Cents: c})
			}
			return s
		}
		return []cost.Series{
			{Labels: map[string]string{"model": "gpt-4o", "operation": "chat"}, Samples: at(100, 130)},
			{Labels: map[string]string{"model": "dall-e-3", "operation": "image"}, Samples: at(90)},
		}, nil
	}
	s := cost.Series{Labels: map[string]string{"time_window": "1h"}}
	n := 0
	for t := start; !t.After(end); t = t.Add(step) {
		n++
		if !t.Before(h.start) {
			s.Samples = append(s.Samples, cost.Sample{At: t, Cents: h.cents(t)})
		}
	}
	h.points = max(h.points, n)
	return []cost.Series{s}, nil
}

func (h *history) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing = err
}

func keeper(t *testing.T, h cost.History, marks string, now func() time.Time) *cost.Keeper {
	t.Helper()
	k, err := cost.NewKeeper(cost.KeeperOptions{
		History: h, Windows: []cost.NamedWindow{{Label: "1h", Length: time.Hour}}, Location: time.UTC, MarksFile: marks, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// baselineOf is the exposed value; ok is false when it is absent.
func baselineOf(t *testing.T, k *cost.Keeper) (value float64, ok bool) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(k.Collector())
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "luneo_ai_cost_baseline_cents" {
			return f.GetMetric()[0].GetGauge().GetValue(), true
		}
	}
	return 0, false
}

func TestKeeperRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &history{start: time.Now().Add(-2 * day), cents: flat(410)}
		k := keeper(t, h, "", nil)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		synctest.Wait()
		if _, ok := baselineOf(t, k); ok {
			t.Error("two days are enough")
		}
		time.Sleep(day + 2*time.Hour)
		synctest.Wait()
		if v, ok := baselineOf(t, k); !ok || !near(v, 410, 1e-9) {
			t.Errorf("after three days it is %v, %v", v, ok)
		}
		h.fail(errors.New("down"))
		time.Sleep(50 * time.Minute)
		synctest.Wait()
		if _, ok := baselineOf(t, k); !ok {
			t.Error("it is gone at once when the history fails")
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if _, ok := baselineOf(t, k); ok {
			t.Error("it is still there after an hour without history")
		}
		h.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, ok := baselineOf(t, k); !ok {
			t.Error("it does not come back with the history")
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if h.points > 11_000 {
			t.Errorf("%d points were asked for at once", h.points)
		}
	})
}

func TestMetricsAreSound(t *testing.T) {
	t.Parallel()
	now := monday.Add(10 * day)
	k := keeper(t, &history{start: monday, cents: flat(1)}, "", func() time.Time { return now })
	k.Refresh(t.Context())
	problems, err := testutil.CollectAndLint(k.Collector())
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 14, 0, 0, 0, time.UTC) // a Tuesday
	h := &history{start: now.Add(-35 * day), cents: func(at time.Time) float64 {
		if at.Before(now) {
			return 410
		}
		return 1240
	}}
	k := keeper(t, h, "", func() time.Time { return now })
	k.Refresh(t.Context())
	w := httptest.NewRecorder()
	if err := k.HandleExplain(w, httptest.NewRequest(http.MethodGet, "/api/cost/explain?window=1h", nil)); err != nil {
		t.Fatal(err)
	}
	var x cost.Explanation
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil {
		t.Fatal(err)
	}
	if want := "now $12.40/h, usual $4.10 on Tuesdays at 14:00 over 4 weeks"; x.Sum != want {
		t.Errorf("got %q, want %q", x.Sum, want)
	}
	if len(x.Contributors) != 2 || x.Contributors[0] != (cost.Contributor{Model: "dall-e-3", Operation: "image", Cents: 90, Share: 0.75}) {
		t.Errorf("contributors: %+v", x.Contributors)
	}
	if len(x.Windows) != 28 || x.Windows[6].Use != cost.Used || x.Windows[0].Reason != cost.ReasonWeekday {
		t.Errorf("windows: %+v", x.Windows)
	}

	h.fail(errors.New("down"))
	broken, err := k.Explain(t.Context(), "1h", now)
	if err != nil || broken.Missing == "" || broken.BaselineCents == nil {
		t.Errorf("without a history: %+v, %v", broken, err)
	}
	for _, query := range []string{"", "window=2h", "window=1h&at=soon", "window=1h&at=2030-01-01T00:00:00Z"} {
		err := k.HandleExplain(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/cost/explain?"+query, nil))
		var e *kpi.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", query, err)
		}
	}
}

// TestExpected marks yesterday's spike: it stays out of the baseline, also
// after a restart, and counts again when the mark is deleted.
func TestExpected(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "expected.json")
	now := monday.Add(5*day + 12*time.Hour)
	clock := func() time.Time { return now }
	h := &history{start: monday, cents: flat(100)}
	k := keeper(t, h, file, clock)
	k.Refresh(t.Context())
	body := `{"from": "2026-03-06T11:00:00Z", "to": "2026-03-06T12:00:00Z", "reason": "import"}`
	w := httptest.NewRecorder()
	if err := k.HandleExpect(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%d %v", w.Code, err)
	}
	leftOut := func(k *cost.Keeper) int {
		x, err := k.Explain(t.Context(), "1h", now)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, w := range x.Windows {
			if w.Reason == cost.ReasonExpected {
				n++
			}
		}
		return n
	}
	if leftOut(k) != 1 {
		t.Error("the marked window counts")
	}
	again := keeper(t, h, file, clock)
	again.Refresh(t.Context())
	if leftOut(again) != 1 {
		t.Error("the mark is gone after a restart")
	}
	r := httptest.NewRequest(http.MethodDelete, "/", nil)
	r.SetPathValue("id", "1")
	if err := again.HandleUnexpect(httptest.NewRecorder(), r); err != nil || leftOut(again) != 0 {
		t.Errorf("deleting it: %v, %d", err, leftOut(again))
	}
	if err := again.HandleUnexpect(httptest.NewRecorder(), r); err == nil {
		t.Error("it can be deleted twice")
	}
	for _, bad := range []string{
		`{`, `{"from": 1}`, `{"since": "2026-03-06T11:00:00Z"}`, `{}`, body + body,
		`{"from": "2026-03-06T11:00:00Z", "to": "2026-03-06T11:00:00Z"}`,
		`{"from": "2020-03-06T11:00:00Z", "to": "2020-03-06T12:00:00Z"}`,
		`{"from": "2026-03-06T11:00:00Z", "to": "2026-05-06T12:00:00Z"}`,
	} {
		if err := k.HandleExpect(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(bad))); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestPrometheus asks a server as Prometheus' HTTP API answers.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/api/v1/query_range" || r.FormValue("step") != "60" {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"time_window":"1h"},"values":[[1772438400,"12.5"],[1772438460,"13"]]}]}}`))
	}))
	defer server.Close()
	p := cost.NewPrometheus(testkit.PrometheusAPI(t, server.URL+"/base", http.DefaultTransport))
	got, err := p.Range(t.Context(), "x", time.Unix(1772438400, 0), time.Unix(1772438460, 0), time.Minute)
	if err != nil || len(got) != 1 || got[0].Labels["time_window"] != "1h" || len(got[0].Samples) != 2 || got[0].Samples[1].Cents != 13 {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := p.Range(t.Context(), "x", time.Unix(0, 0), time.Unix(60, 0), time.Second); err == nil {
		t.Error("an error of the API is none")
	}
}

func TestDollars(t *testing.T) {
	t.Parallel()
	for cents, want := range map[float64]string{0: "$0.00", 1240: "$12.40", 410.4: "$4.10", 0.41: "$0.0041", 4: "$0.04", 123456.7: "$1234.57"} {
		if got := cost.Dollars(cents); got != want {
			t.Errorf("%v cents are %s, want %s", cents, got, want)
		}
	}
}
