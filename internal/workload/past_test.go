package workload_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/workload"
)

// history collects the minutes of a past that begins in the morning.
func history(t *testing.T, seed uint64, length time.Duration, staging workload.Staging) (minutes [][]kpi.Tally) {
	t.Helper()
	p, err := workload.NewPast(workload.Options{Rand: rand.New(rand.NewPCG(seed, 0)), Start: morning, Staging: staging})
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Minute; at <= length; at += time.Minute {
		minutes = append(minutes, p.Minute(morning.Add(at)))
	}
	return minutes
}

// tallied counts what is true of events.
func tallied(minutes [][]kpi.Tally, is func(*kpi.Event) bool) (n float64) {
	for _, tally := range slices.Concat(minutes...) {
		if is(&tally.Event) {
			n += float64(tally.Times)
		}
	}
	return n
}

func TestPastIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	a, b, c := history(t, 1, time.Hour, nil), history(t, 1, time.Hour, nil), history(t, 2, time.Hour, nil)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gave another history")
	}
	if reflect.DeepEqual(a, c) {
		t.Error("another seed gave the same history")
	}
}

// TestPastHasTheRatesOfThePlatform holds it against the live platform: neither
// counts nor costs nor durations may jump where one goes on from the other.
func TestPastHasTheRatesOfThePlatform(t *testing.T) {
	t.Parallel()
	const length = 8 * time.Hour
	past := history(t, 1, length, nil)
	live := run(t, newPlatform(t, 2, nil), length)
	for _, schema := range kpi.Schemas() {
		want := 0.0
		for _, e := range live {
			if e.Type == schema.Name && e.Oldest == nil {
				want++
			}
		}
		got := tallied(past, func(e *kpi.Event) bool { return e.Type == schema.Type && e.HasDuration })
		if got < 0.9*want || got > 1.1*want {
			t.Errorf("%s: %v events, the platform has %v", schema.Name, got, want)
		}
	}
	operation := func(e *kpi.Event) bool { return e.Type < kpi.TypeQueueJob && e.Type != kpi.TypeQueueWait }
	attempts := tallied(past, operation)
	if share := tallied(past, func(e *kpi.Event) bool { return operation(e) && e.Failed }) / attempts; share < 0.0028 || share > 0.0032 {
		t.Errorf("%.2f %% failed, want 0.3", 100*share)
	}
}

// TestPastEventsAreValid: what it makes is what the server takes.
func TestPastEventsAreValid(t *testing.T) {
	t.Parallel()
	for _, tally := range slices.Concat(history(t, 3, 2*time.Hour, nil)...) {
		schema, _ := kpi.SchemaOf(tally.Event.Type)
		for i, d := range schema.Dims {
			measured := tally.Event.HasDuration || tally.Event.HasOldest || tally.Event.Count > 0
			ofFailures := d.Label == "error_type" || d.Label == "failure_reason"
			if !measured || tally.Times < 1 || (tally.Event.Dims[i] == "") != (ofFailures && !tally.Event.Failed) {
				t.Fatalf("%d × %+v", tally.Times, tally.Event)
			}
		}
	}
}

func TestPastStaging(t *testing.T) {
	t.Parallel()
	const length = 3 * time.Hour
	from := morning.Add(time.Hour)
	usual := history(t, 1, length, nil)
	staged := history(t, 1, length, workload.Together(
		workload.QueueIncident(from, 10*time.Minute), workload.ErrorBurst(from, 10*time.Minute), workload.CostSpike(from, 10*time.Minute)))
	oldest := func(minutes [][]kpi.Tally) (longest time.Duration) {
		for _, tally := range slices.Concat(minutes...) {
			longest = max(longest, tally.Event.Oldest)
		}
		return longest
	}
	if u, s := oldest(usual), oldest(staged); u > 30*time.Second || s < 2*time.Minute {
		t.Errorf("the oldest job waits %s, in the incident %s", u, s)
	}
	is := func(model string, failed bool) func(*kpi.Event) bool {
		return func(e *kpi.Event) bool { return e.Dims[0] == model && (e.Failed || !failed) }
	}
	if n := tallied(staged, is("gpt-4o-mini", true)); n < 100 || n > 250 { // a third of 480
		t.Errorf("%v calls failed in the burst", n)
	}
	if u, s := tallied(usual[60:70], is("gpt-4o", false)), tallied(staged[60:70], is("gpt-4o", false)); s < 7*u {
		t.Errorf("%v calls in the spike, %v usually", s, u)
	}
	if u, s := tallied(usual[100:], is("gpt-4o", false)), tallied(staged[100:], is("gpt-4o", false)); s > 1.1*u {
		t.Errorf("%v calls after the spike, %v usually", s, u)
	}
}

func TestDaytimeIsNear(t *testing.T) {
	t.Parallel()
	paris := time.FixedZone("", 2*3600)
	for hour, want := range map[int]int{10: 10, 14: 14, 21: 21, 22: 21, 23: 21, 2: 21, 3: 21, 4: 10, 5: 10, 9: 10} {
		now := time.Date(2026, 7, 1, hour, 20, 0, 0, paris)
		if got := now.In(workload.Daytime(now, paris)).Hour(); got != want {
			t.Errorf("at %d it is %d o'clock there, want %d", hour, got, want)
		}
	}
}

func TestRhythmHasNightsAndWeekends(t *testing.T) {
	t.Parallel()
	rhythm := workload.Rhythm(time.UTC)
	rate := func(day, hour, minute int) float64 {
		return rhythm("", time.Date(2026, 7, day, hour, minute, 0, 0, time.UTC)).Rate
	}
	const wednesday, saturday = 1, 4
	if night, noon, sleepIn := rate(wednesday, 3, 0), rate(wednesday, 12, 0), rate(saturday, 8, 0); night > 0.25*noon || sleepIn > 0.8*rate(wednesday, 8, 0) {
		t.Errorf("night %v, noon %v, Saturday at eight %v", night, noon, sleepIn)
	}
	if before, after := rate(wednesday, 6, 59), rate(wednesday, 7, 0); after-before > 0.01 {
		t.Errorf("it jumps from %v to %v", before, after)
	}
}
