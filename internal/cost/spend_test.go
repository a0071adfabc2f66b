package cost_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// told is a history that a test tells series by series.
type told struct {
	series  []toldSeries
	failing error
	asked   atomic.Int64
}

// toldSeries has a value from a time until another, but for a gap.
type toldSeries struct {
	labels      map[string]string
	from, until time.Time
	gap         [2]time.Time
	value       func(time.Time) float64
}

var selector = regexp.MustCompile(`__name__=~"([^"]*)"`)

func (h *told) Range(_ context.Context, query string, start, end time.Time, step time.Duration) (out []cost.Series, err error) {
	h.asked.Add(1)
	if h.failing != nil {
		return nil, h.failing
	}
	m := selector.FindStringSubmatch(query)
	for _, s := range h.series {
		if m == nil && s.labels["time_window"] == "" || m != nil && !strings.Contains("|"+m[1]+"|", "|"+s.labels["__name__"]+"|") {
			continue
		}
		x := cost.Series{Labels: s.labels}
		for t := start; !t.After(end); t = t.Add(step) {
			if !t.Before(s.from) && (s.until.IsZero() || t.Before(s.until)) && (t.Before(s.gap[0]) || !t.Before(s.gap[1])) {
				x.Samples = append(x.Samples, cost.Sample{At: t, Cents: s.value(t)})
			}
		}
		if len(x.Samples) > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}

// add tells of a metric of an instance; labels are model and operation.
func (h *told) add(metric, instance string, labels []string, s toldSeries) {
	s.labels = map[string]string{"__name__": metric, "instance": instance}
	if metric == "luneo_ai_cost_current_cents" {
		s.labels["time_window"] = "24h"
	} else {
		for i, name := range []string{"model", "operation"}[:len(labels)] {
			s.labels[name] = labels[i]
		}
	}
	h.series = append(h.series, s)
}

// rising is a cents an hour since a time.
func rising(since time.Time, perHour float64) func(time.Time) float64 {
	return func(t time.Time) float64 { return perHour * max(0, t.Sub(since).Hours()) }
}

func spendOf(t *testing.T, h cost.History, zone string, now time.Time) *cost.Spending {
	t.Helper()
	x, err := newSpend(t, h, zone, func() time.Time { return now }).Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func newSpend(t *testing.T, h cost.History, zone string, now func() time.Time) *cost.Spend {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	k, err := cost.NewKeeper(cost.KeeperOptions{
		History: h, Windows: []cost.NamedWindow{{Label: "1h", Length: time.Hour}, {Label: "24h", Length: day}}, Location: location, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return cost.NewSpend(k, zone, func(time.Time) []cost.SpendBudget { return nil })
}

func about(got, want float64) bool { return math.Abs(got-want) < 1e-6*max(1, math.Abs(want)) }

func in(t *testing.T, zone, at string) time.Time {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	x, err := time.ParseInLocation("2006-01-02 15:04", at, location)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

const (
	costMetric   = "luneo_openai_cost_cents"
	callsMetric  = "luneo_openai_requests_total"
	windowMetric = "luneo_ai_cost_current_cents"
)

// TestSpendIsExact has a cent an hour in Berlin over the end of summer time: a
// day of 25 hours costs 25 cents.
func TestSpendIsExact(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Berlin"
	begun, now := in(t, zone, "2026-10-01 00:00"), in(t, zone, "2026-10-28 06:07")
	h := &told{}
	h.add(windowMetric, "a", nil, toldSeries{from: begun, value: flat(24)})
	h.add(costMetric, "a", []string{"gpt-4o", "chat"}, toldSeries{from: begun, value: rising(begun, 1)})
	h.add(callsMetric, "a", []string{"gpt-4o", "chat"}, toldSeries{from: begun, value: rising(begun, 4)})
	x := spendOf(t, h, zone, now)
	if !about(x.TodayCents, now.Sub(in(t, zone, "2026-10-28 00:00")).Hours()) || !about(x.YesterdayCents, 24) ||
		!about(x.MonthCents, now.Sub(begun).Hours()) || !x.MonthComplete || !x.HistorySince.Equal(begun) {
		t.Errorf("%+v", x)
	}
	for _, d := range x.Days {
		want := map[string]float64{"2026-10-25": 25, "2026-10-28": x.TodayCents}[d.Date]
		if want == 0 {
			want = 24
		}
		if !about(d.Cents, want) {
			t.Errorf("%s cost %v, want %v", d.Date, d.Cents, want)
		}
	}
	if n := len(x.Days); n != 28 || x.Days[0].Date != "2026-10-01" || x.Days[n-1].Date != "2026-10-28" {
		t.Errorf("%d days: %+v", n, x.Days)
	}
	if len(x.Rows) != 1 || !about(x.Rows[0].Share, 1) || math.Abs(x.Rows[0].LastDayCents-24) > 0.25 || !about(*x.Rows[0].CentsPerCall, 0.25) || !about(*x.Rows[0].UsualCentsPerCall, 0.25) {
		t.Errorf("%+v", x.Rows)
	}
	end := in(t, zone, "2026-11-01 00:00")
	if want := end.Sub(begun).Hours(); math.Abs(*x.ForecastCents-want) > 1 || x.ForecastBasis != "so far, plus the usual of each weekday over the last 27 full days" {
		t.Errorf("forecast %v (%s), want about %v", *x.ForecastCents, x.ForecastBasis, want)
	}
	if x.Timezone != zone || len(x.Windows) != 2 || !about(*x.Windows[1].CurrentCents, 24) || x.Windows[0].CurrentCents != nil || x.Windows[0].State == "" {
		t.Errorf("windows: %+v", x.Windows)
	}
}

// TestSpendThroughGapsAndBeginnings has one case of each sort in which sums of
// differences go wrong.
func TestSpendThroughGapsAndBeginnings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)
	midnight := now.Truncate(day)
	old := now.Add(-60 * day)
	model := []string{"gpt-4o", "chat"}
	for name, tc := range map[string]struct {
		tell  func(h *told)
		today float64
		month float64
	}{
		"nothing at all": {func(*told) {}, 0, 0},
		"a Luneo that began today": {func(h *told) {
			h.add(windowMetric, "a", nil, toldSeries{from: now.Add(-time.Hour), value: flat(7)})
			h.add(costMetric, "a", model, toldSeries{from: now.Add(-time.Hour), value: flat(7)})
		}, 7, 7},
		"a model that began today": {func(h *told) {
			h.add(windowMetric, "a", nil, toldSeries{from: old, value: flat(5)})
			h.add(costMetric, "a", []string{"o1", "chat"}, toldSeries{from: old, value: flat(1000)})
			h.add(costMetric, "a", model, toldSeries{from: now.Add(-time.Hour), value: flat(5)})
		}, 5, 5},
		"a Luneo whose history began today": {func(h *told) {
			h.add(windowMetric, "a", nil, toldSeries{from: midnight.Add(9 * time.Hour), value: flat(24)})
			h.add(costMetric, "a", model, toldSeries{from: midnight.Add(9 * time.Hour), value: rising(old, 1)})
		}, 9, 9},
		"away at midnight": {func(h *told) {
			away := [2]time.Time{midnight.Add(-time.Hour), midnight.Add(2 * time.Hour)}
			h.add(windowMetric, "a", nil, toldSeries{from: old, gap: away, value: flat(24)})
			h.add(costMetric, "a", model, toldSeries{from: old, gap: away, value: rising(old, 1)})
		}, 18 + 1.25, 23*24 + 18},
		"away for nine days": {func(h *told) {
			away := [2]time.Time{midnight.Add(-9 * day), midnight.Add(2 * time.Hour)}
			h.add(windowMetric, "a", nil, toldSeries{from: old, gap: away, value: flat(24)})
			h.add(costMetric, "a", model, toldSeries{from: old, gap: away, value: func(at time.Time) float64 {
				if at.Before(midnight) {
					return 100
				}
				return 130
			}})
		}, 30, 30},
		"two instances, one away now and then": {func(h *told) {
			for _, instance := range []string{"a", "b"} {
				gap := [2]time.Time{}
				if instance == "b" {
					gap = [2]time.Time{midnight.Add(6 * time.Hour), midnight.Add(7 * time.Hour)}
				}
				h.add(windowMetric, instance, nil, toldSeries{from: old, gap: gap, value: flat(24)})
				h.add(costMetric, instance, model, toldSeries{from: old, gap: gap, value: rising(old, 1)})
			}
		}, 36, 2 * (23*24 + 18)},
		"an instance under a new name": {func(h *told) {
			h.add(windowMetric, "a", nil, toldSeries{from: old, until: midnight, value: flat(24)})
			h.add(costMetric, "a", model, toldSeries{from: old, until: midnight, value: rising(old, 1)})
			h.add(windowMetric, "b", nil, toldSeries{from: midnight, value: flat(24)})
			h.add(costMetric, "b", model, toldSeries{from: midnight, value: rising(old, 1)})
		}, 18, 23*24 + 18 - 0.25}, // what it spent while it was renamed is nobody's
		"a data directory that was lost": {func(h *told) {
			h.add(windowMetric, "a", nil, toldSeries{from: old, value: flat(24)})
			h.add(costMetric, "a", model, toldSeries{from: old, value: func(at time.Time) float64 {
				if at.Before(midnight.Add(6 * time.Hour)) {
					return 500
				}
				return at.Sub(midnight.Add(5 * time.Hour)).Hours()
			}})
		}, 13, 13},
	} {
		h := &told{}
		tc.tell(h)
		x := spendOf(t, h, "UTC", now)
		if !about(x.TodayCents, tc.today) || !about(x.MonthCents, tc.month) {
			t.Errorf("%s: today %v, month %v, want %v and %v", name, x.TodayCents, x.MonthCents, tc.today, tc.month)
		}
	}
}

func TestForecastByWhatThereIs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) // a Friday
	for name, tc := range map[string]struct {
		begun time.Time
		want  float64 // 0: none
		basis string
	}{
		"no history":        {now.Add(time.Hour), 0, "after an hour of history there is a forecast"},
		"half an hour":      {now.Add(-30 * time.Minute), 0, "after an hour of history there is a forecast"},
		"two hours":         {now.Add(-2 * time.Hour), 2 + 12 + 240, "so far, plus today's pace for the days left; a full day of history makes it better"},
		"three days":        {time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC), 3*24 + 24 + 240, "so far, plus the mean of the last 3 full days for each day left"},
		"a week and a half": {time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC), 10*24 + 24 + 240, "so far, plus the usual of each weekday over the last 10 full days"},
	} {
		h := &told{}
		h.add(windowMetric, "a", nil, toldSeries{from: tc.begun, value: flat(24)})
		h.add(costMetric, "a", []string{"gpt-4o", "chat"}, toldSeries{from: tc.begun, value: rising(tc.begun, 1)})
		x := spendOf(t, h, "UTC", now)
		if x.ForecastBasis != tc.basis || (x.ForecastCents == nil) != (tc.want == 0) || x.ForecastCents != nil && !about(*x.ForecastCents, tc.want) {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

// TestForecastKnowsWeekends spends on working days alone.
func TestForecastKnowsWeekends(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) // a Wednesday
	begun := now.Add(-28 * day)
	working := func(at time.Time) (cents float64) {
		for d := begun; d.Before(at); d = d.Add(day) {
			if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
				cents += 100 * min(1, at.Sub(d).Hours()/24)
			}
		}
		return cents
	}
	h := &told{}
	h.add(windowMetric, "a", nil, toldSeries{from: begun, value: flat(100)})
	h.add(costMetric, "a", []string{"gpt-4o", "chat"}, toldSeries{from: begun, value: working})
	if x := spendOf(t, h, "UTC", now); !about(*x.ForecastCents, 21*100) { // the working days of November 2026
		t.Errorf("%v (%s)", *x.ForecastCents, x.ForecastBasis)
	}
}

func TestSpendAsksOnlyForWhatIsNew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)
	h := &told{}
	h.add(windowMetric, "a", nil, toldSeries{from: now.Add(-60 * day), value: flat(24)})
	h.add(costMetric, "a", []string{"gpt-4o", "chat"}, toldSeries{from: now.Add(-60 * day), value: rising(now.Add(-60*day), 1)})
	h.add("luneo_openai_unpriced_requests_total", "a", []string{"gpt-9"}, toldSeries{from: now.Add(-60 * day), value: rising(now, 60)})
	s := newSpend(t, h, "UTC", func() time.Time { return now })
	get := func() (x cost.Spending) {
		t.Helper()
		w := httptest.NewRecorder()
		if err := s.HandleSpend(w, httptest.NewRequest(http.MethodGet, "/api/spend", nil)); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	get()
	first := h.asked.Load()
	get() // within seconds
	if h.asked.Load() != first || first > 20 {
		t.Errorf("%d queries, then %d", first, h.asked.Load()-first)
	}
	for range 5 { // into the next day and the one after
		now = now.Add(7*time.Hour + 13*time.Minute)
		h.asked.Store(0)
		x := get()
		if h.asked.Load() > 5 {
			t.Fatalf("%d queries for a few hours", h.asked.Load())
		}
		if want := spendOf(t, h, "UTC", now); !about(x.MonthCents, want.MonthCents) || !about(x.TodayCents, want.TodayCents) || !about(x.Rows[0].LastDayCents, want.Rows[0].LastDayCents) {
			t.Fatalf("at %v: %v and %v, anew %v and %v", now, x.MonthCents, x.TodayCents, want.MonthCents, want.TodayCents)
		}
	}
	if x := get(); len(x.Unpriced) != 1 || x.Unpriced[0].Model != "gpt-9" || math.Abs(x.Unpriced[0].Requests24h-60*24) > 15 {
		t.Errorf("%+v", x.Unpriced)
	}
	h.failing = errors.New("down")
	now = now.Add(time.Minute)
	var e *kpi.Error
	if _, err := s.Now(t.Context()); !errors.As(err, &e) || e.Kind != kpi.KindUnavailable {
		t.Errorf("without a history: %v", err)
	}
	h.failing = nil
	h.asked.Store(0)
	if x := get(); x.MonthCents == 0 || h.asked.Load() > 5 {
		t.Errorf("it comes back with the history after %d queries, with %v", h.asked.Load(), x.MonthCents)
	}
}

// TestSpendByTagAndUpstream: of calls through the gateway who they were made for,
// what was called and how that did, what was made again and what was refused.
func TestSpendByTagAndUpstream(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)
	old := now.Add(-60 * day)
	h := &told{}
	tell := func(metric string, labels map[string]string, perHour float64) {
		labels["__name__"], labels["instance"] = metric, "a"
		h.series = append(h.series, toldSeries{labels: labels, from: old, value: rising(old, perHour)})
	}
	h.add(windowMetric, "a", nil, toldSeries{from: old, value: flat(24)})
	tell("luneo_openai_tag_cost_cents", map[string]string{"tag": "shop-a"}, 1)
	tell("luneo_openai_tag_cost_cents", map[string]string{"tag": "shop-b"}, 3)
	tell("luneo_openai_upstream_cost_cents", map[string]string{"upstream": "openai"}, 4)
	tell("luneo_openai_upstream_requests_total", map[string]string{"upstream": "openai", "status": "success"}, 90)
	tell("luneo_openai_upstream_requests_total", map[string]string{"upstream": "openai", "status": "error"}, 10)
	tell("luneo_openai_upstream_requests_total", map[string]string{"upstream": "local", "status": "success"}, 5)
	tell("luneo_openai_retries_total", map[string]string{"model": "gpt-4o", "operation": "chat"}, 2)
	tell("luneo_openai_retry_duration_seconds_total", map[string]string{"model": "gpt-4o", "operation": "chat"}, 20)
	tell("luneo_openai_retry_cost_cents", map[string]string{"model": "gpt-4o", "operation": "chat"}, 0.5)
	tell("luneo_openai_rate_limited_total", map[string]string{"model": "gpt-4o", "reason": "wait"}, 6)
	tell("luneo_openai_rate_limited_total", map[string]string{"model": "gpt-4o", "reason": "out_of_money"}, 1)
	h.series = append(h.series, toldSeries{labels: map[string]string{"__name__": "luneo_openai_unpriced_remaining_requests", "model": "new"}, from: old, value: flat(7)})
	x := spendOf(t, h, "UTC", now)
	near := func(got, want float64) bool { return math.Abs(got-want) <= 0.02*want } // a day is told by quarters of an hour
	if len(x.Tags) != 2 || x.Tags[0].Name != "shop-b" || !near(x.Tags[0].LastDayCents, 72) || !about(x.Tags[0].TodayCents, 54) || !about(x.Tags[0].Share, 0.75) || !about(x.Tags[1].Share, 0.25) {
		t.Errorf("tags %+v", x.Tags)
	}
	if len(x.Upstreams) != 2 || x.Upstreams[0].Name != "openai" || !near(x.Upstreams[0].Calls24h, 2400) || !near(x.Upstreams[0].Failed24h, 240) || !near(x.Upstreams[0].LastDayCents, 96) ||
		x.Upstreams[1].Name != "local" || !near(x.Upstreams[1].Calls24h, 120) || x.Upstreams[1].Failed24h != 0 {
		t.Errorf("upstreams %+v", x.Upstreams)
	}
	if r := x.Retries24h; !near(r.Calls, 48) || !near(r.Seconds, 480) || !near(r.Cents, 12) {
		t.Errorf("retries %+v", r)
	}
	if r := x.Refused24h; !near(r.Wait, 144) || !near(r.OutOfMoney, 24) {
		t.Errorf("refused %+v", r)
	}
	if len(x.UnpricedRemaining) != 1 || x.UnpricedRemaining[0] != (cost.UnpricedCalls{Model: "new", Requests: 7}) {
		t.Errorf("waiting for a price %+v", x.UnpricedRemaining)
	}
}
