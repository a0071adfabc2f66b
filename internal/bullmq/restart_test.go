package bullmq_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestRestartedWatcher stops the watcher ten times in the middle of things,
// each time with what it had not recorded yet, and lets another go on from the
// recorded positions: nothing is lost and nothing counts twice, of starts, ends,
// retries and all.
func TestRestartedWatcher(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	for _, version := range []string{"5", "6"} {
		t.Run("BullMQ "+version, func(t *testing.T) {
			t.Parallel()
			node, l := testkit.StartBullMQ(t, version, redis.URL), newLedger()
			var runs []*truthRun
			for i, scenario := range []string{"mixed", "retried", "lifo", "stalled", "stepped"} {
				runs = append(runs, &truthRun{version: version, labels: []string{scenario}, Run: node.Prepare(t, testkit.Spec{
					Scenario: scenario, Prefix: "v" + version, Queues: []string{scenario}, Seed: 40 + i, Seconds: 10, Remove: i%2 == 0,
				})})
			}
			w, stop := watch(t, l, on(redis.URL, "v"+version))
			awaitUp(t, w)
			for _, r := range runs {
				r.Go(t)
			}
			for range 10 {
				time.Sleep(800 * time.Millisecond) // while the jobs go on
				stop()
				_, stop = watch(t, l, on(redis.URL, "v"+version))
			}
			for _, r := range runs {
				r.compare(t, redis, l)
			}
		})
	}
}

// TestNewQueue: a queue that comes while Luneo watches is counted from its
// first event, though it is found later and its jobs are gone by then.
func TestNewQueue(t *testing.T) {
	t.Parallel()
	redis, l := testkit.Redis(t), newLedger()
	w, _ := watch(t, l, at(redis.URL))
	awaitUp(t, w)
	node := testkit.StartBullMQ(t, "6", redis.URL)
	for i, scenario := range []string{"bulk", "retried", "stepped"} {
		spec := testkit.Spec{Scenario: scenario, Prefix: "bull", Queues: []string{scenario}, Seed: 70 + i, Remove: true}
		r := &truthRun{Run: node.Prepare(t, spec), labels: spec.Queues}
		r.Go(t)
		r.compare(t, redis, l)
	}
}

// TestKnownBeforeRedisAnswers: a queue that was watched before a restart is
// followed at once, so that nothing pushed meanwhile counts twice; positions of
// a server that is watched no more are forgotten.
func TestKnownBeforeRedisAnswers(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	r.Feed(testkit.QueueKeys("bull", "known"))
	w, stop := watch(t, l, at(r.URL))
	testkit.Await(t, "the queue", func() bool { return len(w.Queues()) == 1 })
	stop()
	r.Kill()
	if w, _ := watch(t, l, at(r.URL)); !w.Follows("known") || w.Follows("another") {
		t.Errorf("known is followed: %v, another: %v", w.Follows("known"), w.Follows("another"))
	}
	watch(t, l, func(o *bullmq.Options) {
		o.Servers = []bullmq.Server{{Name: "other", Connect: bullmq.Connect{URL: r.URL}}}
	})
	testkit.Await(t, "the positions to be forgotten", func() bool { return len(l.lastPositions()) == 0 })
}
