package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// fill takes the disk's last byte, and returns what gives it all back.
func fill(t *testing.T, disk string) (empty func()) {
	t.Helper()
	var fillers []string
	for size := 32 << 20; size > 0; size /= 2 {
		name := filepath.Join(disk, fmt.Sprint("filler-", size))
		_ = os.WriteFile(name, make([]byte, size), 0o600)
		fillers = append(fillers, name)
	}
	return func() {
		t.Helper()
		for _, name := range fillers {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// awaitValue polls /metrics until a metric without labels has a value.
func awaitValue(t *testing.T, url, name string, want float64) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if value(t, metricsOf(t, url), name) == want {
			return
		}
	}
	t.Fatalf("%s is not %v", name, want)
}

// awaitEvaluations lets rules be evaluated some more times.
func awaitEvaluations(t *testing.T, url string) {
	t.Helper()
	const evaluations, name = 50, "prometheus_rule_group_iterations_total"
	begin := total(metricsOf(t, url), name)
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if total(metricsOf(t, url), name) >= begin+evaluations {
			return
		}
	}
	t.Fatal("rules are not evaluated")
}

// TestHistoryOnAFullDisk: the history stops and says so, queries and /metrics
// go on, and so does the history when there is space again, kills included:
// nothing that the disk refused stands between the next start and what came
// after.
func TestHistoryOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	args := quick("--data-dir", filepath.Join(disk, "data"))
	p := testkit.Start(t, args...)
	awaitQuery(t, p.URL, "up == 1")
	for range 3 {
		empty := fill(t, disk)
		awaitValue(t, p.URL, "luneo_history_disk_full", 1)
		if said := strings.Count(p.Log(), "the disk is full: nothing is added to the history"); said == 0 {
			t.Error("the log does not say so")
		}
		awaitEvaluations(t, p.URL) // each is refused, and must leave nothing behind
		if a := get(t, p.URL+"/api/v1/query?query=up"); a.status != http.StatusOK {
			t.Errorf("a query on a full disk: %d %s", a.status, a.body)
		}
		empty()
		awaitValue(t, p.URL, "luneo_history_disk_full", 0)
		awaitQuery(t, p.URL, fmt.Sprintf("timestamp(up) > %s", float64Text(t, p.URL)))
	}
	since := float64Text(t, p.URL)
	awaitQuery(t, p.URL, fmt.Sprintf("timestamp(up) > %s + 1", since))
	const samples = "max_over_time(timestamp(up)[5m:200ms])"
	last := float(t, query(t, p.URL, samples)[0].Value)
	p.Kill()
	p = testkit.Start(t, args...)
	if r := query(t, p.URL, samples); len(r) != 1 || float(t, r[0].Value) < last {
		t.Errorf("after a kill the history ends with %v, %v was there", r, last)
	}
	if strings.Contains(p.Log(), "corruption") {
		t.Error(p.Log())
	}
}

// TestStopOnAFullDisk: chunks of the history that are yet to be written find
// the space that was kept for them; without it the TSDB panics.
func TestStopOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	args := []string{"--data-dir", filepath.Join(disk, "data"), "--prometheus-scrape-interval", "100ms", "--prometheus-evaluation-interval", "100ms"}
	p := testkit.Start(t, args...)
	const wholeChunk = 120 // samples
	awaitQuery(t, p.URL, fmt.Sprintf("count_over_time(up[5m]) > %d", wholeChunk))
	empty := fill(t, disk)
	awaitValue(t, p.URL, "luneo_history_disk_full", 1)
	_ = p.Stop() // with 1, where the last snapshot did not fit
	if strings.Contains(p.Log(), "panic") {
		t.Errorf("it panicked:\n%s", p.Log())
	}
	empty()
	p = testkit.Start(t, args...)
	awaitQuery(t, p.URL, fmt.Sprintf("count_over_time(up[5m]) > %d", wholeChunk))
}
