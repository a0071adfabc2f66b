package recorder_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/recorder"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// imported is a disk with a checkpoint of some events.
func imported(t *testing.T, c *clock) *testkit.Disk {
	t.Helper()
	disk := testkit.NewDisk(1)
	j, err := journal.Open(journal.Options{Dir: dir, FS: disk, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	r := recorder.New(recorder.Options{
		Journal: j, Meter: meter.New(meter.Options{Now: c.now}), Pricer: prices{},
		Registerer: prometheus.NewRegistry(), LabelValues: 2, Now: c.now,
	})
	if _, err := j.Recover(journal.State{Load: r.Load, Apply: r.Replayer()}); err != nil {
		t.Fatal(err)
	}
	call := kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}, HasDuration: true, Duration: time.Second, Usage: &kpi.Usage{Input: 4000}}
	unpriced := call
	unpriced.Dims[0] = "llama"
	third := call
	third.Dims[0] = "gpt-5"
	r.Import(c.now().Add(-time.Minute), []kpi.Tally{{Event: call, Times: 3}, {Event: unpriced, Times: 2}})
	r.Import(c.now(), []kpi.Tally{{Event: third, Times: 5}})
	if err := r.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return disk
}

// TestImportGoesOn restarts on what was imported: as it is, after a power loss,
// and with a snapshot that can't be read, where the marks have the counters.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*testkit.Disk){
		"as it is":         func(*testkit.Disk) {},
		"power loss":       (*testkit.Disk).Crash,
		"damaged snapshot": func(d *testkit.Disk) { d.Corrupt(filepath.Join(dir, d.FilesWith(dir, ".snap")[0]), 60, 8) },
	} {
		c := newClock()
		disk := imported(t, c)
		harm(disk)
		if names := disk.FilesWith(dir, ".snap"); len(names) != 1 {
			t.Fatalf("%s: snapshots %q", name, names)
		}
		r := started(t, settings{disk: disk, clock: c, labelValues: 2})
		r.send(t, one(openai("later", 1, 2)))
		r.wantLine(t,
			`luneo_openai_requests_total{model="gpt-4o",operation="chat"} 4`,
			`luneo_openai_requests_total{model="llama",operation="chat"} 2`,
			`luneo_openai_requests_total{model="other",operation="chat"} 5`,
			`luneo_openai_cost_cents{model="gpt-4o",operation="chat"} 5`, // 3 × 1 cent and 2
			`luneo_openai_unpriced_requests_total{model="llama"} 2`,
		)
	}
}
