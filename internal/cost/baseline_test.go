package cost_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
)

const day = 24 * time.Hour

// hourly are the options of most tests.
func hourly(loc *time.Location) cost.Options {
	return cost.Options{Window: time.Hour, Location: loc}
}

// series samples what windows cost each minute in [from, to).
func series(from, to time.Time, cents func(time.Time) float64) []cost.Sample {
	var out []cost.Sample
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		out = append(out, cost.Sample{At: t, Cents: cents(t)})
	}
	return out
}

// byHour costs 100 cents and 10 more for each hour of the local day.
func byHour(loc *time.Location) func(time.Time) float64 {
	return func(t time.Time) float64 { return 100 + 10*float64(t.In(loc).Hour()) }
}

func flat(cents float64) func(time.Time) float64 {
	return func(time.Time) float64 { return cents }
}

func near(a, b, share float64) bool { return math.Abs(a-b) <= share*math.Abs(b) }

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return loc
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	now := monday.AddDate(0, 0, 28).Add(14*time.Hour + 30*time.Minute) // a Monday
	weekly := func(at time.Time) float64 {
		if at.Weekday() == time.Monday {
			return 400
		}
		return 100
	}
	without := func(samples []cost.Sample, from, to time.Time) []cost.Sample {
		return slices.DeleteFunc(samples, func(s cost.Sample) bool { return !s.At.Before(from) && s.At.Before(to) })
	}
	for _, tt := range []struct {
		name    string
		samples []cost.Sample
		options cost.Options
		cents   float64
		days    int
		season  cost.Season
		reasons map[cost.Reason]int
	}{
		{"the same time of day", series(now.Add(-10*day), now, byHour(time.UTC)), hourly(time.UTC), 240, 9, cost.SeasonDay, nil},
		{
			"the same weekday", series(now.Add(-28*day), now, weekly), hourly(time.UTC), 400, 3, cost.SeasonWeek,
			map[cost.Reason]int{cost.ReasonWeekday: 24},
		},
		{
			"two of a weekday are not enough", series(now.Add(-20*day), now, weekly), hourly(time.UTC), 100, 19, cost.SeasonDay, nil,
		},
		{
			"an outage is left out", without(series(now.Add(-8*day), now, flat(100)), now.Add(-3*day-2*time.Hour), now.Add(-3*day+time.Hour)),
			hourly(time.UTC), 100, 6, cost.SeasonDay,
			map[cost.Reason]int{cost.ReasonNoData: 1},
		},
		{
			"so is a window that was seen in part", without(series(now.Add(-8*day), now, flat(100)), now.Add(-3*day-50*time.Minute), now.Add(-3*day-20*time.Minute)),
			hourly(time.UTC), 100, 6, cost.SeasonDay,
			map[cost.Reason]int{cost.ReasonGap: 2},
		},
		{
			"and a day on which nothing was spent", series(now.Add(-8*day), now, func(at time.Time) float64 {
				if at.YearDay() == now.YearDay()-2 {
					return 0
				}
				return 100
			}), hourly(time.UTC), 100, 6, cost.SeasonDay, map[cost.Reason]int{cost.ReasonNothing: 1},
		},
		{"nothing is usual where it is", series(now.Add(-8*day), now, flat(0)), hourly(time.UTC), 0, 7, cost.SeasonDay, nil},
		{
			"a rise that has lasted", series(now.Add(-20*day), now, func(at time.Time) float64 {
				if at.Before(now.Add(-5 * day)) {
					return 100
				}
				return 300
			}), hourly(time.UTC), 300, 5, cost.SeasonDay, map[cost.Reason]int{cost.ReasonRise: 15},
		},
		{
			"an expected spike", series(now.Add(-8*day), now, flat(100)),
			cost.Options{Window: time.Hour, Location: time.UTC, Expected: []cost.Span{{From: now.Add(-2*day - 70*time.Minute), To: now.Add(-2*day - 50*time.Minute)}}},
			100, 6, cost.SeasonDay,
			map[cost.Reason]int{cost.ReasonExpected: 1},
		},
		{
			"the trimmed mean", series(now.Add(-8*day), now, byHour(time.UTC)),
			cost.Options{Window: time.Hour, Location: time.UTC, Method: cost.TrimmedMean},
			240, 7, cost.SeasonDay, nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := cost.Baseline(tt.samples, now, tt.options)
			if !e.Ready || !near(e.Cents, tt.cents, 0.02) || e.Days != tt.days || e.Season != tt.season {
				t.Errorf("ready %v, %v cents of %d windows of the %s; want %v of %d of the %s", e.Ready, e.Cents, e.Days, e.Season, tt.cents, tt.days, tt.season)
			}
			if !near(e.Cents, e.SmoothedCents*e.LevelFactor, 1e-12) {
				t.Errorf("the arithmetic does not hold: %+v", e)
			}
			got := map[cost.Reason]int{}
			for _, w := range e.Windows {
				if w.Reason != "" {
					got[w.Reason]++
				}
				if w.Use == "" || (w.Use == cost.LeftOut) != (w.Reason != "") {
					t.Errorf("a window without its part: %+v", w)
				}
			}
			for reason, n := range tt.reasons {
				if got[reason] != n {
					t.Errorf("%d windows are left out for %s, want %d", got[reason], reason, n)
				}
			}
		})
	}
}

func TestNotReadySaysWhen(t *testing.T) {
	t.Parallel()
	start := monday.Add(9 * time.Hour)
	for _, tt := range []struct {
		now   time.Time
		ready bool
		state string
	}{
		{start, false, "baseline ready in 4 days"},
		{start.Add(30 * time.Hour), false, "baseline ready in 2 days"},
		{start.Add(3 * day), false, "baseline ready in 60 minutes"},
		{start.Add(3*day + time.Hour), true, "baseline from 3 days"},
	} {
		e := cost.Baseline(series(start, tt.now, flat(50)), tt.now, hourly(time.UTC))
		if e.Ready != tt.ready || e.State(tt.now) != tt.state {
			t.Errorf("%s after the start: %v, %q; want %v, %q", tt.now.Sub(start), e.Ready, e.State(tt.now), tt.ready, tt.state)
		}
	}
}

// TestClockChanges: the local hour decides on both sides of summer time, and
// across the end of a month.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	paris := zone(t, "Europe/Paris")
	for _, now := range []time.Time{
		time.Date(2026, 3, 30, 14, 30, 0, 0, paris),  // the day after summer time began
		time.Date(2026, 10, 26, 14, 30, 0, 0, paris), // and ended
		time.Date(2026, 3, 2, 14, 30, 0, 0, paris),   // after February
		time.Date(2027, 1, 1, 14, 30, 0, 0, paris),
	} {
		e := cost.Baseline(series(now.Add(-15*day), now, byHour(paris)), now, hourly(paris))
		if !e.Ready || !near(e.Cents, 240, 0.02) || e.Days < 14 {
			t.Errorf("%s: %v cents of %d days, want 240 of 14", now, e.Cents, e.Days)
		}
		for _, w := range e.Windows {
			if w.End.Hour() != 14 || w.End.Minute() != 30 {
				t.Errorf("%s: a window ends at %s", now, w.End)
			}
		}
	}
	// An hour that one day has twice and another not at all.
	for _, now := range []time.Time{time.Date(2026, 10, 25, 2, 30, 0, 0, paris), time.Date(2026, 4, 2, 2, 30, 0, 0, paris)} {
		if e := cost.Baseline(series(now.Add(-9*day), now, flat(70)), now, hourly(paris)); !e.Ready || !near(e.Cents, 70, 1e-9) {
			t.Errorf("%s: %+v", now, e)
		}
	}
}

// noisy is a daily course with noise, the same for the same seed.
func noisy(seed uint64, from, to time.Time) []cost.Sample {
	rng := rand.New(rand.NewPCG(seed, 3))
	return series(from, to, func(t time.Time) float64 {
		return (200 + 100*math.Sin(float64(t.Unix()%86400)/86400*2*math.Pi)) * math.Exp(0.2*rng.NormFloat64())
	})
}

func TestProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		days := 4 + int(seed)*2
		now := monday.AddDate(0, 0, days).Add(time.Duration(seed) * 97 * time.Minute)
		samples := noisy(seed, monday, now)
		base := cost.Baseline(samples, now, hourly(time.UTC))
		if !base.Ready {
			t.Fatalf("%d days are not enough", days)
		}
		t.Run("time shifts by whole weeks", func(t *testing.T) {
			moved := slices.Clone(samples)
			for i := range moved {
				moved[i].At = moved[i].At.Add(35 * day)
			}
			if e := cost.Baseline(moved, now.Add(35*day), hourly(time.UTC)); !near(e.Cents, base.Cents, 1e-9) {
				t.Errorf("%v became %v", base.Cents, e.Cents)
			}
		})
		t.Run("money scales", func(t *testing.T) {
			scaled := slices.Clone(samples)
			for i := range scaled {
				scaled[i].Cents *= 7
			}
			if e := cost.Baseline(scaled, now, hourly(time.UTC)); !near(e.Cents, 7*base.Cents, 1e-9) {
				t.Errorf("%v became %v", base.Cents, e.Cents)
			}
		})
		t.Run("one spike hardly moves it", func(t *testing.T) {
			spiked := slices.Clone(samples)
			for i := range spiked {
				if ago := now.Sub(spiked[i].At); ago > day-90*time.Minute && ago < day+90*time.Minute {
					spiked[i].Cents *= 10
				}
			}
			if e := cost.Baseline(spiked, now, hourly(time.UTC)); !near(e.Cents, base.Cents, 0.15) {
				t.Errorf("%v became %v", base.Cents, e.Cents)
			}
		})
		t.Run("the future does not matter", func(t *testing.T) {
			more := append(slices.Clone(samples), series(now, now.Add(2*day), flat(1e6))...)
			if e := cost.Baseline(more, now, hourly(time.UTC)); e.Cents != base.Cents {
				t.Errorf("%v became %v", base.Cents, e.Cents)
			}
		})
	}
}

// TestPastIsBounded: a Past forgets what no estimate can reach, and says the
// same as the pure function.
func TestPastIsBounded(t *testing.T) {
	t.Parallel()
	o := cost.Options{Window: time.Hour, Location: time.UTC, History: 4 * day}
	p := cost.NewPast(o)
	samples := noisy(1, monday, monday.Add(30*day))
	for _, s := range samples {
		p.Add(s)
	}
	now := monday.Add(30 * day)
	if p.Len() > 8*24*60 {
		t.Errorf("%d samples are kept of four days", p.Len())
	}
	if got, want := p.Baseline(now).Cents, cost.Baseline(samples, now, o).Cents; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, o := range []cost.Options{
		{},
		{Window: 90 * time.Second},
		{Window: 25 * time.Hour},
		{Window: time.Hour, History: time.Hour},
		{Window: time.Hour, MinDays: 29},
		{Window: time.Hour, Method: "mode"},
		{Window: time.Hour, Expected: []cost.Span{{From: monday, To: monday}}},
	} {
		if o.Check() == nil {
			t.Errorf("%+v is allowed", o)
		}
	}
}
