package bullmq_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// current is the oldest wait of a queue as the watcher shows it.
func current(w *bullmq.Watcher, queue string) (time.Duration, bool) {
	for name, wait := range w.Waits() {
		if name == queue {
			return wait, true
		}
	}
	return 0, false
}

// Looks at a queue in which something happens are a second apart; what a gauge
// says may be as old, and a little.
const (
	pollInterval = 1000
	pollSlack    = 300
)

// sample is what the gauge of a queue said at a moment.
type sample struct {
	queue string
	at    int64
	value int64 // milliseconds; -1 when it was absent
}

// sampler reads the gauges again and again.
type sampler struct {
	stop chan struct{}
	done sync.WaitGroup
	list []sample
}

func sampled(w *bullmq.Watcher, every time.Duration, queues ...string) *sampler {
	s := &sampler{stop: make(chan struct{})}
	s.done.Go(func() {
		for {
			now := time.Now().UnixMilli()
			values := map[string]time.Duration{}
			for name, wait := range w.Waits() {
				values[name] = wait
			}
			for _, q := range queues {
				one := sample{q, now, -1}
				if wait, ok := values[q]; ok {
					one.value = wait.Milliseconds()
				}
				s.list = append(s.list, one)
			}
			select {
			case <-s.stop:
				return
			case <-time.After(every):
			}
		}
	})
	return s
}

// end returns what was sampled.
func (s *sampler) end() []sample {
	close(s.stop)
	s.done.Wait()
	return s.list
}

// TestOldestWait holds the gauge of the oldest wait against what producers and
// workers know, all along a run: it is never negative, and was true a poll ago
// at the most.
func TestOldestWait(t *testing.T) {
	redis := testkit.Redis(t)
	var runs []*testkit.Run
	var queues []string
	for _, version := range []string{"5", "6"} {
		node := testkit.StartBullMQ(t, version, redis.URL)
		for i, scenario := range []string{"mixed", "lifo", "prioritized", "removed", "drained", "delayed", "paused"} {
			r := node.Prepare(t, testkit.Spec{
				Scenario: scenario, Prefix: "bull", Queues: []string{scenario + version}, Seed: 7 + i,
				Seconds: mixedSeconds(), Remove: version == "6",
			})
			runs, queues = append(runs, r), append(queues, r.Spec.Queues[0])
		}
	}
	w, _ := watch(t, newLedger(), at(redis.URL))
	testkit.Await(t, "every gauge is there", func() bool {
		return !slices.ContainsFunc(queues, func(q string) bool { _, ok := current(w, q); return !ok })
	})
	s := sampled(w, 200*time.Millisecond, queues...)
	for _, r := range runs {
		r.Go(t)
	}
	for _, r := range runs {
		r.Wait(t)
	}
	time.Sleep((pollInterval + pollSlack) * time.Millisecond) // the time after which the gauge must know that all is done
	samples := s.end()
	for _, r := range runs {
		t.Run(r.Spec.Queues[0], func(t *testing.T) { checkOldest(t, r, samples) })
	}
	for _, q := range queues {
		if wait, ok := current(w, q); !ok || wait != 0 {
			t.Errorf("%s: the gauge of an empty queue is %v (there: %v)", q, wait, ok)
		}
	}
	redis.Kill()
	testkit.Await(t, "gauges are absent without Redis", func() bool { _, ok := current(w, queues[0]); return !ok })
	for name := range w.Waits() {
		t.Errorf("%s has a gauge, and its Redis is gone", name)
	}
}

func checkOldest(t *testing.T, r *testkit.Run, samples []sample) {
	queue := r.Spec.Queues[0]
	truth := r.Truth.Of(queue)
	var stalest, highest int64
	for _, s := range samples {
		if s.queue != queue {
			continue
		}
		if s.value < 0 {
			t.Fatal("the gauge was absent while Redis was there, or negative")
		}
		highest = max(highest, s.value)
		stale := truth.Staleness(s.value, s.at, pollInterval+pollSlack, 20)
		if stale < 0 { // a machine that has other things to do takes longer, and its clocks are read late
			stale = truth.Staleness(s.value, s.at, 10*pollInterval, tolerance.Milliseconds())
		}
		if stale < 0 {
			t.Errorf("at %d the gauge said %d ms; the oldest job had waited %v, and %v a poll before",
				s.at, s.value, truth.Oldest(s.at), truth.Oldest(s.at-pollInterval))
			continue
		}
		stalest = max(stalest, stale)
	}
	t.Logf("the gauge, up to %d ms, was at most %d ms behind the truth", highest, stalest)
}
