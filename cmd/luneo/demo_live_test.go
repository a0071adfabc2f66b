package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/backtest"
	"github.com/luneo-platform/luneo/internal/workload"
)

// within reports whether a time is from one to another after the demo opens.
func within(at, opens time.Time, from, to time.Duration) bool {
	after := at.Sub(opens)
	return after >= from && after <= to
}

// TestDemoRaisesEveryAlertSoon writes the history of the demo and goes on with
// it for half an hour: something is pending when it opens, the queue's alert
// fires and is over within six minutes, and that of cost within fifteen. The
// failing shop is left to the live platform: a history draws eight handshakes a
// minute, which may miss it.
func TestDemoRaisesEveryAlertSoon(t *testing.T) {
	t.Parallel()
	openings := []time.Time{
		time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC),
		time.Date(2026, 7, 4, 20, 5, 0, 0, time.UTC),
		time.Date(2026, 3, 2, 3, 30, 0, 0, time.UTC),
		time.Date(2026, 11, 24, 23, 49, 0, 0, time.UTC),
	}
	seeds := uint64(1)
	if os.Getenv("LUNEO_LONG") == "1" {
		seeds = 20
	}
	for seed := range seeds {
		minute := openings[seed%uint64(len(openings))]
		opens := minute.Add(40 * time.Second)
		p := &pastDemo{dir: filepath.Join(t.TempDir(), "data"), from: minute.Add(-5 * 24 * time.Hour), until: minute.Add(30 * time.Minute), seed: seed}
		cfg, err := demoConfig("127.0.0.1:0", p.dir)
		if err != nil {
			t.Fatal(err)
		}
		platform, err := past{seed, p.from, p.until, opens}.platform()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.Backfill(t.Context(), app.BackfillOptions{Config: cfg, From: p.from, Until: p.until, Minute: platform.Minute}); err != nil {
			t.Fatal(err)
		}
		p.open(t)
		if active := p.at(t, `ALERTS{alertname=~"QueueWaitTimeHigh|ErrorRateHigh|CostSpikeDetected"}`, minute); len(active) == 0 {
			t.Errorf("seed %d: nothing is pending or firing when it opens", seed)
		}
		firing := p.firing(t)
		for name, limit := range map[string]time.Duration{
			"QueueWaitTimeHighrender-3d": 6 * time.Minute, "CostSpikeDetected15m": 15 * time.Minute,
		} {
			live := slices.DeleteFunc(slices.Clone(firing[name]), func(s spell) bool { return s.last.Before(opens) })
			if len(live) == 0 || !within(live[0].first, opens, 0, limit) || !within(live[0].last, opens, 0, limit-time.Minute) {
				t.Errorf("seed %d: %s fires %v after %s, want it over within %s", seed, name, live, opens, limit)
			}
		}
		if again := firing["QueueWaitTimeHighrender-3d"]; !within(again[len(again)-1].first, opens, 12*time.Minute, 20*time.Minute) {
			t.Errorf("seed %d: the queue's alert does not come back: %v", seed, again)
		}
	}
}

// TestLivePlatformRaisesItsAlerts plays the live platform, with its failures by
// chance, through the intake and the rules of a server, every 15 seconds. A
// server that starts on a history counts the time until it fires anew in part, so
// the queue has to be over its limit long enough. Days of history are needed for
// a baseline, so cost is not judged here.
func TestLivePlatformRaisesItsAlerts(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 7, 1, 14, 37, 20, 0, time.UTC)
	seeds := uint64(5)
	if os.Getenv("LUNEO_LONG") == "1" {
		seeds = 60
	}
	for seed := range seeds {
		platform, err := workload.New(workload.Options{
			Rand: rand.New(rand.NewPCG(seed, 0)), Start: opens.Add(-20 * time.Minute), From: opens.Add(-10 * time.Minute), Staging: workload.Live(opens),
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := demoConfig("127.0.0.1:0", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		report, err := app.Backtest(t.Context(), app.BacktestOptions{Config: cfg, Step: 15 * time.Second, Next: func() (backtest.Row, error) {
			e, err := platform.Next()
			if err == nil && e.At.After(opens.Add(30*time.Minute)) {
				err = io.EOF
			}
			return backtest.Row{At: e.At, Event: e.Body}, err
		}})
		if err != nil || report.Refused > 0 {
			t.Fatalf("%v, %d events refused: %s", err, report.Refused, report.Why)
		}
		var queue, failures []string
		for _, e := range report.Episodes {
			said := fmt.Sprintf("%s to %s", e.Starts.Sub(opens), e.Ends.Sub(opens))
			switch e.Alert {
			case "QueueWaitTimeHigh":
				queue = append(queue, said)
				if n := time.Duration(len(queue) - 1); !within(e.Starts, opens.Add(n*15*time.Minute), 0, 2*time.Minute) || !within(e.Ends, opens.Add(n*15*time.Minute), 135*time.Second, 6*time.Minute) {
					t.Errorf("seed %d: the queue's alert fires %s", seed, said)
				}
			case "ErrorRateHigh":
				failures = append(failures, said)
				if !within(e.Starts, opens, 4*time.Minute, 8*time.Minute) || !within(e.Ends, opens, 0, 15*time.Minute) {
					t.Errorf("seed %d: ErrorRateHigh fires %s", seed, said)
				}
			}
		}
		if len(failures) == 0 {
			t.Errorf("seed %d: ErrorRateHigh does not fire", seed)
		}
		if len(queue) != 2 {
			t.Errorf("seed %d: the queue's alert fires %v", seed, queue)
		}
	}
}

// TestDeploysComeBeforeIncidents: each is listed once, whatever the moments
// that are asked about, and in the order of time.
func TestDeploysComeBeforeIncidents(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC)
	whole := workload.Deploys(opens, opens.Add(-time.Hour), opens.Add(time.Hour))
	var pieces []workload.Deploy
	for at := opens.Add(-time.Hour); at.Before(opens.Add(time.Hour)); at = at.Add(7 * time.Second) {
		pieces = append(pieces, workload.Deploys(opens, at, min2(at.Add(7*time.Second), opens.Add(time.Hour)))...)
	}
	if !slices.Equal(whole, pieces) || !slices.IsSortedFunc(whole, func(a, b workload.Deploy) int { return a.At.Compare(b.At) }) {
		t.Errorf("at once %v, in pieces %v", whole, pieces)
	}
	text, err := json.Marshal(whole[:3])
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"At":"2026-07-01T14:32:00Z","Text":"worker-ia 2.31.0"},{"At":"2026-07-01T14:39:00Z","Text":"widget 5.4.0"},{"At":"2026-07-01T14:47:00Z","Text":"worker-ia 2.31.1"}]`
	if string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
}

func min2(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
