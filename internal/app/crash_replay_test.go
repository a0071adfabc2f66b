package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// deliver sends from 16 connections until the server is gone.
func deliver(d *testkit.Deliveries, url string, gone <-chan struct{}) {
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: testkit.HangGuard}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-gone:
					return
				default:
				}
				id := d.Take()
				a, err := tryPost(client, url+"/api/metrics/render", "application/json", []byte(renderEvent(id)))
				if err == nil && a.status == http.StatusAccepted {
					d.Acknowledged(id)
				} else {
					d.Unanswered(id)
				}
			}
		})
	}
	wg.Wait()
}

// TestKillLosesNothing drives the real binary from 16 connections with clients
// that retry, kills it at random moments, and counts.
func TestKillLosesNothing(t *testing.T) {
	t.Parallel()
	kills := 20
	if long() {
		kills = 100
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	d := &testkit.Deliveries{}
	var shown float64
	for range kills {
		p := testkit.Start(t, "--data-dir", dir)
		if now := total(metricsOf(t, p.URL), "luneo_renders_total"); now < shown {
			t.Fatalf("the counter came back with %v, %v had been shown", now, shown)
		}
		gone := make(chan struct{})
		var senders sync.WaitGroup
		senders.Go(func() { deliver(d, p.URL, gone) })
		for goal := d.Count() + 1 + rng.IntN(2000); d.Count() < goal; {
			shown = total(metricsOf(t, p.URL), "luneo_renders_total")
		}
		p.Kill()
		close(gone)
		senders.Wait()
	}
	acked, open := d.Lists()
	p := testkit.Start(t, "--data-dir", dir)
	if n := total(metricsOf(t, p.URL), "luneo_renders_total"); n < float64(len(acked)) {
		t.Fatalf("%v events are counted, %d were acknowledged", n, len(acked))
	}
	for _, id := range acked { // lost ones would be accepted now
		if accepted, _ := post(t, p.URL+"/api/metrics/render", "application/json", renderEvent(id)).accepted(t); accepted != 0 {
			t.Fatalf("%s was acknowledged and is lost", id)
		}
	}
	for _, id := range open {
		post(t, p.URL+"/api/metrics/render", "application/json", renderEvent(id)).accepted(t)
		acked = append(acked, id)
	}
	if n := total(metricsOf(t, p.URL), "luneo_renders_total"); n != float64(len(acked)) {
		t.Fatalf("%v events are counted, %d were sent: doubled", n, len(acked))
	}
	t.Logf("%d kills, %d events acknowledged, 0 lost, 0 doubled", kills, len(acked))
}

// TestStopInOrderLeavesASnapshot checks SIGTERM: the answer in flight comes,
// and the next start has nothing to replay.
func TestStopInOrderLeavesASnapshot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := testkit.Start(t, "--data-dir", dir)
	for i := range 50 {
		post(t, p.URL+"/api/metrics/render", "application/json", renderEvent(fmt.Sprint(i))).accepted(t)
	}
	if err := p.Stop(); err != nil {
		t.Fatalf("luneo ended with %v\n%s", err, p.Log())
	}
	p = testkit.Start(t, "--data-dir", dir)
	families := metricsOf(t, p.URL)
	if n := total(families, "luneo_renders_total"); n != 50 {
		t.Errorf("%v renders after the restart, want 50", n)
	}
	if n := total(families, "luneo_journal_replayed_records"); n != 0 {
		t.Errorf("%v records were replayed, want 0", n)
	}
}

// journalFiles lists the files of a data directory's journal that end so.
func journalFiles(t *testing.T, dir, suffix string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "journal", "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func flip(t *testing.T, name string, offset int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[offset] ^= 0xFF
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// killed runs a server, posts renders with the given ids, and kills it. Nothing
// scrapes it meanwhile: what a scrape has shown would be restored whatever
// becomes of the records.
func killed(t *testing.T, dir string, from, to int) {
	t.Helper()
	p := testkit.Start(t, "--data-dir", dir, "--prometheus-scrape-interval", "5m")
	for i := from; i < to; i++ {
		post(t, p.URL+"/api/metrics/render", "application/json", renderEvent(fmt.Sprint(i))).accepted(t)
	}
	p.Kill()
}

func TestDamagedRecordIsReportedAndTheRestKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	killed(t, dir, 0, 100)
	segment := journalFiles(t, dir, ".seg")[0]
	flip(t, segment, 2000)
	before, err := os.Stat(segment)
	if err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", dir)
	families := metricsOf(t, p.URL)
	if n := total(families, "luneo_renders_total"); n != 99 {
		t.Errorf("%v renders, want all but one of 100", n)
	}
	if total(families, "luneo_journal_damages") != 1 || total(families, "luneo_journal_lost_records") != 1 {
		t.Error("the damage is in no metric")
	}
	if log := p.Log(); !strings.Contains(log, segment) || !strings.Contains(log, `"offset":`) {
		t.Errorf("the log does not say where:\n%s", log)
	}
	if after, err := os.Stat(segment); err != nil || after.Size() != before.Size() {
		t.Errorf("the damaged file is not what it was: %v", err)
	}
}

// withSnapshots makes a directory with two snapshots and a journal behind them.
func withSnapshots(t *testing.T) (dir string, snapshots []string) {
	t.Helper()
	dir = t.TempDir()
	for i := range 3 {
		p := testkit.Start(t, "--data-dir", dir)
		for k := range 20 {
			post(t, p.URL+"/api/metrics/render", "application/json", renderEvent(fmt.Sprint(i, "-", k))).accepted(t)
		}
		if i < 2 {
			if err := p.Stop(); err != nil {
				t.Fatal(err)
			}
		} else {
			p.Kill()
		}
	}
	snapshots = journalFiles(t, dir, ".snap")
	if len(snapshots) != 2 {
		t.Fatalf("there are %d snapshots, wanted 2", len(snapshots))
	}
	return dir, snapshots
}

func TestNewestSnapshotLost(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*testing.T, string){
		"damaged": func(t *testing.T, f string) { flip(t, f, 100) },
		"missing": func(t *testing.T, f string) {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, snapshots := withSnapshots(t)
			harm(t, snapshots[1])
			p := testkit.Start(t, "--data-dir", dir)
			if n := total(metricsOf(t, p.URL), "luneo_renders_total"); n != 60 {
				t.Errorf("%v renders, want 60", n)
			}
			if accepted, duplicate := post(t, p.URL+"/api/metrics/render", "", renderEvent("0-3")).accepted(t); accepted != 0 || duplicate != 1 {
				t.Error("an id is forgotten")
			}
		})
	}
}

func TestBothSnapshotsLost(t *testing.T) {
	t.Parallel()
	dir, snapshots := withSnapshots(t)
	for _, f := range snapshots {
		flip(t, f, 100)
	}
	_, err := testkit.TryStart(t, "--data-dir", dir)
	if err == nil || !strings.Contains(err.Error(), "--accept-data-loss") {
		t.Fatalf("luneo started, or does not name the way out: %v", err)
	}
	p := testkit.Start(t, "--data-dir", dir, "--accept-data-loss")
	if n := total(metricsOf(t, p.URL), "luneo_renders_total"); n < 20 {
		t.Errorf("%v renders, want at least those behind the snapshots", n)
	}
}

func TestSnapshotOfANewerVersion(t *testing.T) {
	t.Parallel()
	dir, snapshots := withSnapshots(t)
	data, err := os.ReadFile(snapshots[1])
	if err != nil {
		t.Fatal(err)
	}
	copy(data, "LUNEOS99")
	if err := os.WriteFile(snapshots[1], data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = testkit.TryStart(t, "--data-dir", dir)
	if err == nil || !strings.Contains(err.Error(), "written by a newer version of Luneo") {
		t.Fatalf("luneo started, or does not say why not: %v", err)
	}
}

func TestSecondServerOnTheSameDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	testkit.Start(t, "--data-dir", dir)
	if _, err := testkit.TryStart(t, "--data-dir", dir); err == nil || !strings.Contains(err.Error(), "in use by another Luneo") {
		t.Fatalf("a second server: %v", err)
	}
}
