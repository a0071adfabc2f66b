package app_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// waiting says how long the oldest job of a queue has waited.
func waiting(t testing.TB, url string, seconds int) {
	t.Helper()
	post(t, url+"/api/metrics/queue-wait", "", fmt.Sprintf(`{"queueName":"render","oldestWaitingSeconds":%d}`, seconds)).accepted(t)
}

// TestPendingAlertsSurviveARestart: what was pending before a stop or a kill
// is pending since then, history is there, and the alert fires and resolves.
func TestPendingAlertsSurviveARestart(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.yml")
	const text = `groups: [{name: mine, rules: [{alert: Slow, expr: "max by (queue_name) (luneo_worker_queue_wait_time_current_seconds) > 60", for: 3s}]}]`
	if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := quick("--data-dir", t.TempDir(), "--prometheus-rule-files", rules)
	p := testkit.Start(t, args...)
	waiting(t, p.URL, 90)
	alertNamed(t, p.URL, "QueueWaitTimeHigh", "pending")
	const since = `ALERTS_FOR_STATE{alertname="QueueWaitTimeHigh"}`
	first := float(t, awaitQuery(t, p.URL, since)[0].Value)

	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	p = testkit.Start(t, args...)
	if r := query(t, p.URL, "max_over_time(luneo_worker_queue_wait_time_current_seconds[5m])"); len(r) != 1 || float(t, r[0].Value) != 90 {
		t.Errorf("history after a stop: %v", r)
	}
	goesOn := func() {
		t.Helper()
		awaitQuery(t, p.URL, fmt.Sprintf(`%s == %v and timestamp(%s) > %d`, since, int64(first), since, time.Now().Unix()-2))
	}
	goesOn()
	p.Kill()
	p = testkit.Start(t, args...)
	goesOn()
	alertNamed(t, p.URL, "Slow", "firing")
	waiting(t, p.URL, 0)
	awaitQuery(t, p.URL, `absent(ALERTS{alertname=~"Slow|QueueWaitTimeHigh"})`)
}

// TestKillsLeaveNoHoles kills the server ten times while events come in: the
// history opens each time, counters never fall, and no more than the time that
// it was away and one interval is missing.
func TestKillsLeaveNoHoles(t *testing.T) {
	t.Parallel()
	args := quick("--data-dir", t.TempDir())
	type away struct{ from, to float64 }
	var gaps []away
	p := testkit.Start(t, args...)
	sent := 0
	for range 10 {
		awaitQuery(t, p.URL, "up == 1")
		for range 20 {
			sent++
			post(t, p.URL+"/api/metrics/render", "", renderEvent(fmt.Sprint(sent))).accepted(t)
		}
		awaitQuery(t, p.URL, fmt.Sprintf("sum(luneo_renders_total) == %d", sent))
		from := float64(time.Now().UnixMilli()) / 1000
		p.Kill()
		p = testkit.Start(t, args...)
		gaps = append(gaps, away{from, float64(time.Now().UnixMilli()) / 1000})
	}
	awaitQuery(t, p.URL, fmt.Sprintf("sum(luneo_renders_total) == %d", sent))
	if r := query(t, p.URL, "sum(resets(luneo_renders_total[1h]))"); len(r) != 1 || float(t, r[0].Value) != 0 {
		t.Errorf("resets: %v", r)
	}
	for _, s := range query(t, p.URL, "luneo_renders_total[1h]") {
		last := math.Inf(-1)
		for _, v := range s.Values {
			if n := float(t, v); n < last {
				t.Errorf("the counter fell from %v to %v", last, n)
			} else {
				last = n
			}
		}
	}
	// Ten intervals are a guard against a busy machine; a lost head would be
	// all that came since the start.
	const slack = 10 * 0.2
	up := query(t, p.URL, `up{job="luneo"}[1h]`)[0].Values
	for i := 1; i < len(up); i++ {
		from, to := up[i-1][0].(float64), up[i][0].(float64)
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

// TestOldDataDirectory: one that an earlier version wrote has no history; it
// opens, the counters go on, and their value is no increase of the new history.
func TestOldDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := testkit.Start(t, quick("--data-dir", dir)...)
	for i := range 7 {
		post(t, p.URL+"/api/metrics/render", "", renderEvent(fmt.Sprint(i))).accepted(t)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "prometheus")); err != nil {
		t.Fatal(err)
	}
	p = testkit.Start(t, quick("--data-dir", dir)...)
	awaitQuery(t, p.URL, "sum(luneo_renders_total) == 7")
	if strings.Contains(p.Log(), "ERROR") {
		t.Error(p.Log())
	}
}
