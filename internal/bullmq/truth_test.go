package bullmq_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// tolerance is how far a number may be off what workers know: a bound for any
// machine. The goal, 50 ms, is a figure of the benchmark; what
// was seen is logged.
const tolerance = 500 * time.Millisecond

// scenarios are what the real BullMQ does, with the versions that can.
var scenarios = []struct {
	name, versions string
	queues         []string // "plain" is the scenario's own name when there are none
}{
	{"plain", "456", nil},
	{"plain", "56", []string{"queue with spaces"}},
	{"plain", "56", []string{"Zahlungen für 注文 📦"}},
	{"plain", "56", []string{strings.Repeat("long ", 50)}},
	{"plain", "56", []string{"*[a-z]?\\"}},
	{"lifo", "456", nil},
	{"delayed", "456", nil},
	{"overdue", "456", nil},
	{"prioritized", "456", nil},
	{"repeated", "56", nil},
	{"limited", "56", nil},
	{"limitedByWorker", "56", nil},
	{"paused", "56", nil},
	{"retried", "456", nil},
	{"deduplicated", "56", nil},
	{"stepped", "56", nil},
	{"stalled", "56", nil},
	{"flow", "56", []string{"upper", "lower"}},
	{"bulk", "56", nil},
	{"fast", "56", nil},
	{"removed", "56", nil},
	{"drained", "56", nil},
	{"obliterated", "56", nil},
	{"concurrency", "56", nil},
	{"failing", "56", nil},
	{"mixed", "56", nil},
}

// long reports whether the full sizes run.
func long() bool { return os.Getenv("LUNEO_LONG") == "1" }

// mixedSeconds is how long "mixed" goes on.
func mixedSeconds() int {
	if long() {
		return 60
	}
	return 8
}

// TestTruth compares what the watcher records with what the workers of the real
// BullMQ know themselves, for all that they do. Everything runs at once, under
// one Redis and one watcher.
func TestTruth(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	var runs []*truthRun
	for _, version := range []string{"4", "5", "6"} {
		runs = append(runs, prepareAll(t, redis.URL, version)...)
	}
	l := newLedger()
	w, _ := watch(t, l, on(redis.URL, "v4", "v5", "v6"))
	for _, r := range runs {
		testkit.Await(t, "the queues are followed", func() bool { return !slices.ContainsFunc(r.labels, func(l string) bool { return !w.Follows(l) }) })
	}
	for _, r := range runs {
		r.Go(t)
	}
	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) { r.compare(t, redis, l) })
	}
}

// on names one server, and the prefixes to watch.
func on(url string, prefixes ...string) func(*bullmq.Options) {
	return func(o *bullmq.Options) {
		at(url)(o)
		o.Servers[0].Prefixes = prefixes
	}
}

// truthRun is a run of the table.
type truthRun struct {
	*testkit.Run
	name, version string
	labels        []string // of its queues
}

func prepareAll(t *testing.T, url, version string) (runs []*truthRun) {
	node := testkit.StartBullMQ(t, version, url)
	for i, s := range scenarios {
		if !strings.Contains(s.versions, version) {
			continue
		}
		queues := slices.Clone(s.queues)
		if len(queues) == 0 {
			queues = []string{s.name}
		}
		r := &truthRun{name: fmt.Sprintf("%s/v%s/%.20s", s.name, version, queues[0]), version: version}
		for k := range queues {
			queues[k] = "v" + version + " " + queues[k] // so that no two are alike
			r.labels = append(r.labels, labelOf(queues[k]))
		}
		r.Run = node.Prepare(t, testkit.Spec{
			Scenario: s.name, Prefix: "v" + version, Queues: queues, Seed: i + 1, Seconds: mixedSeconds(),
			Remove: s.name == "fast" || (i%2 == 0) == (version == "5"),
		})
		runs = append(runs, r)
	}
	return runs
}

// labelOf is the label of a queue: its name, cut where it is long.
func labelOf(queue string) string {
	if len(queue) > 200 {
		return queue[:197] + "…"
	}
	return queue
}

func (r *truthRun) compare(t *testing.T, redis *testkit.RedisServer, l *ledger) {
	r.Wait(t)
	for i, queue := range r.Spec.Queues {
		testkit.Await(t, "all of "+queue+" to be read", func() bool { return l.hasRead(redis, r.Spec.Prefix, queue) })
		read(l, r.labels[i], func(got *seen) bool { r.compareQueue(t, r.Truth.Of(queue), got); return true })
	}
}

// hasRead reports whether the position of a queue's last event was recorded.
func (l *ledger) hasRead(redis *testkit.RedisServer, prefix, queue string) bool {
	last := lastEvent(redis, prefix, queue)
	for source, state := range l.lastPositions() {
		if at, _, _ := strings.Cut(state, " "); strings.HasSuffix(source, "\n"+prefix+"\n"+queue) && at == last {
			return true
		}
	}
	return false
}

// lastEvent is the id of the last event that a queue's stream has had.
func lastEvent(redis *testkit.RedisServer, prefix, queue string) string {
	lines := strings.Split(redis.Cli("XINFO", "STREAM", prefix+":"+queue+":events"), "\n")
	if i := slices.Index(lines, "last-generated-id"); i >= 0 {
		return lines[i+1]
	}
	return "none"
}

func (r *truthRun) compareQueue(t *testing.T, truth *testkit.QueueTruth, got *seen) {
	t.Helper()
	counts := map[string][2]int{
		"waits": {len(got.waits), len(truth.Waits())}, "durations": {len(got.durations), len(truth.Durations())},
		"added": {int(got.added), truth.Added}, "stalled": {int(got.stalled), truth.Stalled},
		// The events tell no difference between an attempt that failed and one that was given back.
		"retried":   {int(got.retried), truth.Retried + truth.Returned},
		"completed": {int(got.completed), truth.Completed}, "failed": {int(got.failed), truth.Failed},
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		if c := counts[what]; c[0] != c[1] {
			t.Errorf("%s: %d, but the workers know of %d", what, c[0], c[1])
		}
	}
	missed := maps.Clone(got.missed)
	delete(missed, r.mayMiss())
	if len(missed) > 0 {
		t.Errorf("missed %v", missed)
	}
	if t.Failed() {
		return
	}
	waits, ran := testkit.Apart(got.waits, truth.Waits()), testkit.Apart(got.durations, truth.Durations())
	t.Logf("%d waits, at worst %v out of what the workers know (to %v); durations %v (to %v)",
		len(got.waits), waits, testkit.Widest(truth.Waits()), ran, testkit.Widest(truth.Durations()))
	if waits > tolerance || ran > tolerance {
		t.Errorf("waits are %v and durations %v out of what the workers know", waits, ran)
	}
}

// mayMiss is why a scenario may miss events: with the stream that obliterate
// deletes, entries may go that nobody has read.
func (r *truthRun) mayMiss() string {
	if r.Spec.Scenario == "obliterated" {
		return "deleted"
	}
	return ""
}
