package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// spendFile writes ten days of minutes at 2 cents, with half an hour at 10 on
// the last day, and returns the cents by minute.
func spendFile(t *testing.T, start time.Time) (name string, cents []float64) {
	t.Helper()
	const day = 24 * 60
	var b bytes.Buffer
	b.WriteString("timestamp,cents\n")
	for m := range 10 * day {
		c := 2.000001
		if m >= 9*day+600 && m < 9*day+630 {
			c = 10.5
		}
		cents = append(cents, c)
		fmt.Fprintf(&b, "%s,%.6f\n", start.Add(time.Duration(m)*time.Minute).Format(time.RFC3339), c)
	}
	name = filepath.Join(t.TempDir(), "spend.csv")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name, cents
}

// backtestOf runs the command and returns what it printed.
func backtestOf(t *testing.T, args ...string) (out, errs string) {
	t.Helper()
	c := newBacktestCommand()
	var stdout, stderr bytes.Buffer
	c.SetOut(&stdout)
	c.SetErr(&stderr)
	c.SetArgs(append(args, "--cost-timezone", "UTC"))
	c.SilenceErrors, c.SilenceUsage = true, true
	if err := c.ExecuteContext(context.Background()); err != nil {
		return stdout.String(), err.Error()
	}
	return stdout.String(), stderr.String()
}

// TestBacktestOfSpend finds the one spike with either short window, right to
// the cent, and begins and ends where the file's own sums say.
func TestBacktestOfSpend(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	name, cents := spendFile(t, start)
	out, errs := backtestOf(t, name, "--json")
	var list []episode
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v: %s %s", err, out, errs)
	}
	if len(list) != 2 {
		t.Fatalf("%s", out)
	}
	for _, e := range list {
		length, err := time.ParseDuration(e.Labels["time_window"])
		if e.Alert != "CostSpikeDetected" || e.Labels["severity"] != "critical" || err != nil {
			t.Fatalf("%+v", e)
		}
		from, to, peak := episodeByHand(cents, int(length/time.Minute))
		if !e.StartsAt.Equal(start.Add(time.Duration(from)*time.Minute)) || !e.EndsAt.Equal(start.Add(time.Duration(to)*time.Minute)) {
			t.Errorf("%+v, want minutes %d to %d", e, from, to)
		}
		if math.Abs(e.Peak-peak) > 0.005 {
			t.Errorf("peak %v, want %v cents", e.Peak, peak)
		}
	}
}

// episodeByHand is where the window's sum is above twice 2.000001 a minute for
// more than five minutes, and the largest sum from then on.
func episodeByHand(cents []float64, window int) (from, to int, peak float64) {
	sum, high := 0.0, 0
	for m, c := range cents {
		sum += c
		if m >= window {
			sum -= cents[m-window]
		}
		if sum <= 2*2.000001*float64(window)+1e-6 {
			if high > 5 {
				return from, m, peak
			}
			high = 0
			continue
		}
		high++
		if high == 6 {
			from = m
		}
		if high >= 6 {
			peak = max(peak, sum)
		}
	}
	return from, to, peak
}

func TestBacktestTable(t *testing.T) {
	t.Parallel()
	name, _ := spendFile(t, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	out, _ := backtestOf(t, name)
	for _, want := range []string{"Mon 2026-03-02 00:00:00 to Wed 2026-03-11 23:59:00: 2 alerts would have fired.", "FROM (UTC)", "time_window=15m", "$1.5"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestBacktestOfEvents runs what luneo replay reads: failures and a queue.
func TestBacktestOfEvents(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for m := range 30 {
		at := time.Date(2026, 3, 2, 10, m, 0, 0, time.UTC).Format(time.RFC3339)
		oldest := 0
		if m >= 10 && m < 20 {
			oldest = 90
		}
		fmt.Fprintf(&b, `{"type":"queue-wait","queueName":"render","oldestWaitingSeconds":%d,"timestamp":%q}`+"\n", oldest, at)
		for i := range 40 {
			status := "success"
			if m >= 15 && i == 0 {
				status = "error"
			}
			fmt.Fprintf(&b, `{"type":"render","renderType":"2d","quality":"high","durationSeconds":1,"status":%q,"timestamp":%q}`+"\n", status, at)
		}
		fmt.Fprintf(&b, `{"type":"render","timestamp":%q}`+"\n", at)
	}
	name := filepath.Join(t.TempDir(), "events.ndjson")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs := backtestOf(t, name, "--json")
	var list []episode
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v: %s %s", err, out, errs)
	}
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprintf("%s %s %s %s", e.Alert, e.Labels["queue_name"], e.StartsAt.Format("15:04"), e.EndsAt.Format("15:04")))
	}
	if want := "[QueueWaitTimeHigh render 10:12 10:20 ErrorRateHigh  10:17 10:30]"; fmt.Sprint(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !strings.Contains(errs, "30 events would have been refused and are left out; the first: ") {
		t.Errorf("refused events are not told: %q", errs)
	}
}

func TestBacktestErrors(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte("timestamp,cents\n60,much\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"line 2, column 2 (cents)":  {bad},
		"no such file or directory": {filepath.Join(t.TempDir(), "none.csv")},
		"expected from 1s to 1h":    {bad, "--step", "1ms"},
	} {
		if _, errs := backtestOf(t, args...); !strings.Contains(errs, want) {
			t.Errorf("%v: %q, want %q", args, errs, want)
		}
	}
}
