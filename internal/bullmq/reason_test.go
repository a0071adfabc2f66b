package bullmq_test

import (
	"slices"
	"testing"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestReasons: why the jobs of a real queue wait, and how many workers it has.
func TestReasons(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	w, _ := watch(t, newLedger(), on(redis.URL, "v5", "v6"))
	var runs []*testkit.Run
	for _, version := range []string{"5", "6"} {
		node := testkit.StartBullMQ(t, version, redis.URL)
		for _, reason := range kpi.QueueReasons() {
			queue := "v" + version + " " + string(reason)
			runs = append(runs, node.Prepare(t, testkit.Spec{Scenario: "held", Prefix: "v" + version, Queues: []string{queue}, How: string(reason)}))
			runs[len(runs)-1].Go(t)
		}
	}
	for _, run := range runs {
		t.Run(run.Spec.Queues[0], func(t *testing.T) {
			testkit.Await(t, "the reason", func() bool { return isHeld(w, run.Spec) })
			run.Stop(t)
			run.Wait(t)
			testkit.Await(t, "the queue to be gone", func() bool { return !slices.Contains(names(w), run.Spec.Queues[0]) })
		})
	}
}

// isHeld reports whether all that a watcher says of a queue fits the reason why
// its jobs wait.
func isHeld(w *bullmq.Watcher, spec testkit.Spec) bool {
	for _, q := range w.Queues() {
		if q.Name != spec.Queues[0] {
			continue
		}
		is := func(r kpi.QueueReason) bool { return spec.How == string(r) }
		return is(q.Reason) && (q.Workers == 0) == is(kpi.ReasonNoWorker) && q.Paused == is(kpi.ReasonPaused) &&
			(q.RateLimited > 0) == is(kpi.ReasonRateLimited) && (q.Concurrency > 0) == is(kpi.ReasonConcurrency) &&
			q.Depth.Ready()+q.Depth.Paused > 0
	}
	return false
}
