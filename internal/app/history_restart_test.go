package app_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// waiting says how long the oldest job of a queue has waited.
func waiting(t testing.TB, url string, seconds int) {
	t.Helper()
	post(t, url+"/api/metrics/queue-wait", "", fmt.Sprintf(`{"queueName":"render","oldestWaitingSeconds":%d}`, seconds)).accepted(t)
}

// pendingFor polls until a query for ALERTS_FOR_STATE has a result, and
// returns how many seconds the alert had been pending then.
func pendingFor(t *testing.T, url, q string) float64 {
	t.Helper()
	return float(t, awaitQuery(t, url, fmt.Sprintf("timestamp(%s) - %s", q, q))[0].Value)
}

// TestPendingAlertsSurviveARestart: an alert that was pending before a stop or
// a kill has been pending as long after it, history is there, and the alert
// fires and resolves.
func TestPendingAlertsSurviveARestart(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.yml")
	const text = `groups: [{name: mine, rules: [{alert: Slow, expr: "max by (queue_name) (luneo_worker_queue_wait_time_current_seconds) > 60", for: 5s}]}]`
	if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := quick("--data-dir", t.TempDir(), "--prometheus-rule-files", rules)
	p := testkit.Start(t, args...)
	waiting(t, p.URL, 90)
	// Long enough to tell it from an alert that began anew.
	const since, long = `ALERTS_FOR_STATE{alertname="QueueWaitTimeHigh"}`, 4
	survives := func(what string, end func() error) {
		t.Helper()
		awaitQuery(t, p.URL, fmt.Sprintf("timestamp(%s) - %s > %d", since, since, long))
		alertNamed(t, p.URL, "QueueWaitTimeHigh", "pending")
		before := pendingFor(t, p.URL, since)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		p = testkit.Start(t, args...)
		if r := query(t, p.URL, "min_over_time(luneo_worker_queue_wait_time_current_seconds[5m])"); len(r) != 1 || float(t, r[0].Value) != 90 {
			t.Errorf("history after %s: %v", what, r)
		}
		// What was evaluated before does not count. Prometheus keeps whole seconds,
		// and the time away is not part of being pending.
		began := float64Text(t, p.URL)
		awaitQuery(t, p.URL, fmt.Sprintf("timestamp(%s) > %s", since, began))
		after := pendingFor(t, p.URL, fmt.Sprintf("(%s and timestamp(%s) > %s)", since, since, began))
		if after < before-1 {
			t.Errorf("after %s it has been pending for %.1f s, it was for %.1f s before", what, after, before)
		}
		alertNamed(t, p.URL, "QueueWaitTimeHigh", "pending")
	}
	survives("a stop", func() error { return p.Stop() })
	survives("a kill", func() error { p.Kill(); return nil })
	alertNamed(t, p.URL, "Slow", "firing")
	waiting(t, p.URL, 0)
	noAlert(t, p.URL, "Slow")
	noAlert(t, p.URL, "QueueWaitTimeHigh")
}

// away is a time in which no server ran, in seconds since 1970.
type away struct{ from, to float64 }

func now() float64 { return float64(time.Now().UnixMilli()) / 1000 }

// TestKillsLeaveNoHoles kills the server ten times while events come in from
// 16 connections: the history opens each time, counters never fall, and no more
// than the time that it was away and one interval is missing.
func TestKillsLeaveNoHoles(t *testing.T) {
	t.Parallel()
	args := quick("--data-dir", t.TempDir())
	d := &testkit.Deliveries{}
	var gaps []away
	p := testkit.Start(t, args...)
	for range 10 {
		began := float64Text(t, p.URL)
		gone := make(chan struct{})
		var senders sync.WaitGroup
		senders.Go(func() { deliver(d, p.URL, gone) })
		awaitQuery(t, p.URL, fmt.Sprintf("up == 1 and timestamp(up) > %s + 0.5", began))
		from := now()
		p.Kill()
		close(gone)
		senders.Wait()
		p = testkit.Start(t, args...)
		if strings.Contains(p.Log(), "corruption") {
			t.Error(p.Log())
		}
		gaps = append(gaps, away{from, now()})
	}
	acked, _ := d.Lists()
	awaitQuery(t, p.URL, fmt.Sprintf("sum(luneo_renders_total) >= %d", len(acked)))
	for _, counter := range []string{"luneo_renders_total", "luneo_render_duration_seconds_count", "luneo_render_duration_seconds_sum", "luneo_render_duration_seconds_bucket"} {
		if r := query(t, p.URL, "max(resets("+counter+"[1h]))"); len(r) != 1 || float(t, r[0].Value) != 0 {
			t.Errorf("resets of %s: %v", counter, r)
		}
		for _, s := range query(t, p.URL, counter+"[1h]") {
			neverFalls(t, s)
		}
	}
	noHoles(t, query(t, p.URL, `up{job="luneo"}[1h]`)[0], gaps)
	t.Logf("10 kills, %d events acknowledged", len(acked))
}

func neverFalls(t *testing.T, s series) {
	t.Helper()
	last := math.Inf(-1)
	for _, v := range s.Values {
		n := float(t, v)
		if n < last {
			t.Errorf("%v fell from %v to %v", s.Metric, last, n)
		}
		last = n
	}
}

// noHoles holds the distances of samples against the times that no server ran.
func noHoles(t *testing.T, s series, gaps []away) {
	t.Helper()
	// Ten intervals are a guard against a busy machine; a lost head would be
	// all that came since the start.
	const slack = 10 * 0.2
	for i := 1; i < len(s.Values); i++ {
		from, to := s.Values[i-1][0].(float64), s.Values[i][0].(float64)
		allowed := slack
		for _, g := range gaps {
			if g.from < to && g.to > from {
				allowed += g.to - g.from
			}
		}
		if to-from > allowed {
			t.Errorf("no sample from %.3f to %.3f: %.1f s, %.1f are explained", from, to, to-from, allowed)
		}
	}
}

// TestOldDataDirectory opens what the version before the history wrote: a
// journal alone, with 7 renders and an image of 4 cents. The counters go on, and
// what was counted before is no increase of today's.
func TestOldDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "data-before-history"))); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, quick("--data-dir", dir)...)
	awaitQuery(t, p.URL, "sum(luneo_renders_total) == 7 and sum(luneo_openai_cost_cents) == 4")
	post(t, p.URL+"/api/metrics/render", "", renderEvent("8")).accepted(t)
	awaitQuery(t, p.URL, "sum(luneo_renders_total) == 8")
	if r := query(t, p.URL, "sum(increase(luneo_renders_total[5m]))"); len(r) != 1 || float(t, r[0].Value) > 2 {
		t.Errorf("an increase of %v, one event came", r)
	}
	if strings.Contains(p.Log(), "ERROR") {
		t.Error(p.Log())
	}
}
