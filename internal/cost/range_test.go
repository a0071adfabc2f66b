package cost_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/cost"
)

// TestUsualRange: the range leaves a tenth of the windows out at either end.
func TestUsualRange(t *testing.T) {
	t.Parallel()
	const days = 11 // of 100, 110 … 200 cents, not in this order
	now := monday.AddDate(0, 0, days).Add(12 * time.Hour)
	byDay := func(at time.Time) float64 { return 100 + 10*float64(int(at.Sub(monday)/day)*7%days) }
	e := cost.Baseline(series(monday, now, byDay), now, hourly(time.UTC))
	if !e.Ready || e.Days != days {
		t.Fatalf("%+v", e)
	}
	if !near(e.LowCents/e.LevelFactor, 110, 1e-9) || !near(e.HighCents/e.LevelFactor, 190, 1e-9) {
		t.Errorf("from %v to %v at %v times the level", e.LowCents, e.HighCents, e.LevelFactor)
	}
}

// TestUsualRangeIsAroundTheBaseline, whatever the data and the method, scales
// with money and is one value where nothing varies.
func TestUsualRangeIsAroundTheBaseline(t *testing.T) {
	t.Parallel()
	for _, method := range []cost.Method{cost.Median, cost.TrimmedMean} {
		for seed := range uint64(12) {
			now := monday.AddDate(0, 0, 4+int(seed)*2).Add(time.Duration(seed) * 97 * time.Minute)
			samples := noisy(seed, monday, now)
			o := hourly(time.UTC)
			o.Method = method
			e := cost.Baseline(samples, now, o)
			if !(e.LowCents <= e.Cents && e.Cents <= e.HighCents && e.LowCents < e.HighCents) {
				t.Errorf("%s, seed %d: %v is not between %v and %v", method, seed, e.Cents, e.LowCents, e.HighCents)
			}
			for i := range samples {
				samples[i].Cents *= 7
			}
			if x := cost.Baseline(samples, now, o); !near(x.LowCents, 7*e.LowCents, 1e-9) || !near(x.HighCents, 7*e.HighCents, 1e-9) {
				t.Errorf("%v to %v became %v to %v", e.LowCents, e.HighCents, x.LowCents, x.HighCents)
			}
		}
	}
	now := monday.AddDate(0, 0, 6)
	if e := cost.Baseline(series(monday, now, flat(410)), now, hourly(time.UTC)); !near(e.LowCents, 410, 1e-9) || !near(e.HighCents, 410, 1e-9) {
		t.Errorf("from %v to %v", e.LowCents, e.HighCents)
	}
}

// TestUsualRangeIsShown as two bounds beside the baseline, and not without it.
func TestUsualRangeIsShown(t *testing.T) {
	t.Parallel()
	now := monday.Add(10 * day)
	k := keeper(t, &history{start: monday, cents: flat(410)}, "", func() time.Time { return now })
	if bounds := boundsOf(t, k); len(bounds) != 0 {
		t.Errorf("before the history is read: %v", bounds)
	}
	k.Refresh(t.Context())
	bounds := boundsOf(t, k)
	if !near(bounds["low"], 410, 1e-9) || !near(bounds["high"], 410, 1e-9) || len(bounds) != 2 {
		t.Errorf("%v", bounds)
	}
}

func boundsOf(t *testing.T, k *cost.Keeper) map[string]float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(k.Collector())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	bounds := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "luneo_ai_cost_usual_cents" {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "bound" {
					bounds[l.GetValue()] = m.GetGauge().GetValue()
				}
			}
		}
	}
	return bounds
}
