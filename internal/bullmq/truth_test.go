package bullmq_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// waitBound is how far a wait may be from the truth: the goal of 50 ms is a
// figure of the benchmark, and this leaves room for a machine with other work.
const waitBound = 500 * time.Millisecond

// TestTruth runs every kind of job with real workers, and compares what the
// watcher recorded with what they wrote down themselves.
func TestTruth(t *testing.T) {
	t.Parallel()
	for _, version := range versions() {
		t.Run("BullMQ "+version, func(t *testing.T) {
			t.Parallel()
			r, l := testkit.Redis(t), newLedger()
			w, _ := watch(t, l, at(r.URL))
			awaitUp(t, w)
			truths := play(t, version, r, "bull")
			if len(truths) < 19 {
				t.Fatalf("only %d queues", len(truths))
			}
			for queue, tr := range truths {
				testkit.Await(t, queue+" to be read", func() bool { return l.waits(queue) >= len(tr.Starts) })
			}
			testkit.Await(t, "the queues to be looked at once more", func() bool { return allEmpty(w) })
			for queue, tr := range truths {
				off := read(l, queue, func(s *seen) time.Duration {
					off, err := tr.compare(s)
					if err != nil || off > waitBound {
						t.Errorf("%s: a wait is %v off; %v", queue, off, err)
					}
					return off
				})
				t.Logf("%-22s %4d waits, the worst %v off", queue, len(tr.Starts), off)
			}
		})
	}
}

// allEmpty reports whether no job waits anywhere.
func allEmpty(w *bullmq.Watcher) bool {
	for _, wait := range w.Waits() {
		if wait != 0 {
			return false
		}
	}
	return true
}
