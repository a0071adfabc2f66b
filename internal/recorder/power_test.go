package recorder_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestPowerLoss drives the whole recorder from four senders that retry, cuts
// the power at a random change to the disk, and starts again, 200 times over.
// At the end every acknowledged event is counted once.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	for disks := range uint64(20) {
		t.Run(fmt.Sprint(disks), func(t *testing.T) {
			t.Parallel()
			disk := testkit.NewDisk(disks)
			rng := rand.New(rand.NewPCG(disks, 3))
			events := &testkit.Deliveries{}
			for range 10 {
				disk.CutPowerAfter(20 + rng.IntN(300))
				r, err := start(t, settings{disk: disk})
				if err == nil {
					work(t, events, r)
					r.crash()
				} else if errors.Is(err, testkit.ErrPower) {
					disk.Crash()
				} else {
					t.Fatal(err)
				}
			}
			r := started(t, settings{disk: disk})
			n := resend(t, events, r)
			r.wantLine(t, fmt.Sprintf(`luneo_openai_requests_total{model="gpt-4o",operation="chat"} %d`, n))
		})
	}
}

// work sends from four senders until the power goes.
func work(t *testing.T, d *testkit.Deliveries, r *rig) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !r.disk.PowerGone() {
				id := d.Take()
				if _, err := r.Record(t.Context(), one(openai(id, 1, 1))); err != nil {
					d.Unanswered(id)
				} else {
					d.Acknowledged(id)
				}
			}
		})
	}
	wg.Wait()
}

// resend delivers what is still open, sends again what was acknowledged, and
// returns how many events there are.
func resend(t *testing.T, d *testkit.Deliveries, r *rig) int {
	t.Helper()
	acked, open := d.Lists()
	for _, id := range acked {
		if got := r.send(t, one(openai(id, 1, 1))); got.Duplicate != 1 {
			t.Fatalf("%s was acknowledged and is lost: %+v", id, got)
		}
	}
	for _, id := range open {
		r.send(t, one(openai(id, 1, 1)))
	}
	return len(acked) + len(open)
}
