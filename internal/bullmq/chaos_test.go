package bullmq_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// soakJobs is how many jobs go through a queue while things go wrong.
func soakJobs() int {
	if long() {
		return 50_000
	}
	return 3000
}

// soaking runs jobs of all kinds with a real BullMQ; wait returns when all have ended.
func soaking(t *testing.T, redis *testkit.RedisServer, queue string, jobs int) (wait func()) {
	t.Helper()
	run := testkit.StartBullMQ(t, "5", redis.URL).Prepare(t, testkit.Spec{Scenario: "soak", Prefix: "bull", Queues: []string{queue}, Jobs: jobs})
	run.Go(t)
	return func() { t.Helper(); run.Wait(t) }
}

// starts is how many jobs became active, as the queue's own events say.
func starts(r *testkit.RedisServer, queue string) int {
	return strings.Count(r.Cli("XRANGE", "bull:"+queue+":events", "-", "+"), "event\nactive\n")
}

// wantEachOnce waits for the last starts to be read and checks that each was
// counted once and none was missed.
func wantEachOnce(t *testing.T, l *ledger, r *testkit.RedisServer, queue string) {
	t.Helper()
	want := starts(r, queue)
	testkit.Await(t, fmt.Sprintf("%d waits of %s", want, queue), func() bool { return l.waits(queue) >= want })
	read(l, queue, func(s *seen) int {
		if len(s.waits) != want || len(s.missed) > 0 {
			t.Errorf("%d waits and %v missed, want %d and none", len(s.waits), s.missed, want)
		}
		return 0
	})
}

func missed(l *ledger, queue, reason string) int64 {
	return read(l, queue, func(s *seen) int64 { return s.missed[reason] })
}

// TestChaos: whatever happens between Luneo and Redis, each wait is counted once.
func TestChaos(t *testing.T) {
	t.Parallel()
	aof := []testkit.RedisOption{testkit.WithAOF()}
	for name, c := range map[string]struct {
		options []testkit.RedisOption
		trouble func(r *testkit.RedisServer, p *testkit.Proxy, wait func())
	}{
		"killed and restarted": {aof, func(r *testkit.RedisServer, _ *testkit.Proxy, _ func()) { r.Kill(); r.Restart() }},
		"paused":               {nil, func(r *testkit.RedisServer, _ *testkit.Proxy, _ func()) { r.Cli("CLIENT", "PAUSE", "4000", "ALL") }},
		"network stalls":       {nil, func(_ *testkit.RedisServer, p *testkit.Proxy, wait func()) { p.Stall(); wait(); p.Resume() }},
		"network cut":          {nil, func(_ *testkit.RedisServer, p *testkit.Proxy, _ func()) { p.Cut() }},
		"clients killed": {nil, func(r *testkit.RedisServer, _ *testkit.Proxy, _ func()) {
			r.Cli("CLIENT", "KILL", "TYPE", "normal")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, l := testkit.Redis(t, c.options...), newLedger()
			p := testkit.NewProxy(t, r.Addr)
			w, _ := watch(t, l, at("redis://"+p.Addr))
			awaitUp(t, w)
			wait := soaking(t, r, "chaos", 2000)
			testkit.Await(t, "jobs to be counted", func() bool { return l.waits("chaos") > 300 })
			c.trouble(r, p, wait)
			wait()
			wantEachOnce(t, l, r, "chaos")
		})
	}
}

// TestRestarts: a watcher that is stopped again and again, and goes on from the
// recorded positions, counts each wait once.
func TestRestarts(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	w, stop := watch(t, l, at(r.URL))
	awaitUp(t, w)
	jobs := soakJobs()
	wait := soaking(t, r, "restarts", jobs)
	for i := range 10 {
		testkit.Await(t, "jobs to be counted", func() bool { return l.waits("restarts") > (i+1)*jobs/12 })
		stop()
		_, stop = watch(t, l, at(r.URL))
	}
	wait()
	wantEachOnce(t, l, r, "restarts")
}

// TestDiskRefuses: nothing is lost while the recorder does not take it.
func TestDiskRefuses(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	w, _ := watch(t, l, at(r.URL))
	awaitUp(t, w)
	wait := soaking(t, r, "refused", 500)
	testkit.Await(t, "jobs to be counted", func() bool { return l.waits("refused") > 50 })
	l.setRefuse(true)
	wait()
	l.setRefuse(false)
	wantEachOnce(t, l, r, "refused")
}

func (l *ledger) setRefuse(refuse bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuse = refuse
}

// TestLostStreams: a stream that is deleted, or gone with a Redis that keeps
// nothing, counts as missed, and what comes after it is counted.
func TestLostStreams(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(r *testkit.RedisServer){
		"FLUSHALL":                 func(r *testkit.RedisServer) { r.Cli("FLUSHALL") },
		"restarted without an AOF": func(r *testkit.RedisServer) { r.Kill(); r.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, l := testkit.Redis(t), newLedger()
			w, _ := watch(t, l, at(r.URL))
			awaitUp(t, w)
			soaking(t, r, "lost", 200)()
			wantEachOnce(t, l, r, "lost")
			before := l.waits("lost")
			lose(r)
			testkit.Await(t, "the loss to be counted", func() bool { return missed(l, "lost", "deleted") == 1 })
			testkit.Await(t, "the queue to be gone", func() bool { return len(w.Queues()) == 0 })
			soaking(t, r, "lost", 200)()
			want := before + starts(r, "lost")
			testkit.Await(t, "the waits after it", func() bool { return l.waits("lost") >= want })
			if got := l.waits("lost"); got != want {
				t.Errorf("%d waits, want %d", got, want)
			}
		})
	}
}

// TestTrimmedWhileAway: what a stream no longer holds is counted to the entry.
func TestTrimmedWhileAway(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	w, stop := watch(t, l, at(r.URL))
	awaitUp(t, w)
	soaking(t, r, "trimmed", 100)()
	wantEachOnce(t, l, r, "trimmed")
	before := l.waits("trimmed")
	stop()
	length := func() int64 { return number(t, r.Cli("XLEN", "bull:trimmed:events")) }
	there := length()
	soaking(t, r, "trimmed", 300)()
	come := length() - there
	r.Cli("XTRIM", "bull:trimmed:events", "MAXLEN", "=", "100")
	left := starts(r, "trimmed")
	watch(t, l, at(r.URL))
	testkit.Await(t, "what is left to be read", func() bool { return l.waits("trimmed")+int(missed(l, "trimmed", "unreadable")) >= before+left })
	if got := missed(l, "trimmed", "trimmed"); got != come-100 {
		t.Errorf("%d entries missed, want %d", got, come-100)
	}
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestYesterdaysEvents: a queue that is there when Luneo comes for the first
// time is counted from then on, and jobs that waited then with their whole wait.
func TestYesterdaysEvents(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	soaking(t, r, "old", 100)()
	before := starts(r, "old")
	w, _ := watch(t, l, at(r.URL))
	awaitUp(t, w)
	testkit.Await(t, "the queue", func() bool { return len(w.Queues()) == 1 })
	soaking(t, r, "old", 100)()
	want := starts(r, "old") - before
	testkit.Await(t, "the new waits", func() bool { return l.waits("old") >= want })
	if got := l.waits("old"); got != want {
		t.Errorf("%d waits, want %d", got, want)
	}
}

// TestClockSkew: the clock of Luneo's host plays no part.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	r, l := testkit.Redis(t), newLedger()
	w, _ := watch(t, l, func(o *bullmq.Options) {
		at(r.URL)(o)
		o.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	})
	awaitUp(t, w)
	node := testkit.StartBullMQ(t, "5", r.URL)
	var runs []*truthRun
	for i, scenario := range []string{"plain", "delayed", "overdue", "prioritized"} {
		spec := testkit.Spec{Scenario: scenario, Prefix: "bull", Queues: []string{scenario}, Seed: 60 + i}
		runs = append(runs, &truthRun{Run: node.Prepare(t, spec), labels: spec.Queues})
	}
	s := sampled(w, 200*time.Millisecond, "prioritized")
	for _, run := range runs {
		run.Go(t)
	}
	for _, run := range runs {
		run.compare(t, r, l)
	}
	samples := s.end()
	checkOldest(t, runs[3].Run, samples[slices.IndexFunc(samples, func(one sample) bool { return one.value >= 0 }):])
}

// TestFailover: a Sentinel names another master, and the watcher follows it.
func TestFailover(t *testing.T) {
	t.Parallel()
	s, l := testkit.Sentinel(t), newLedger()
	w, _ := watch(t, l, func(o *bullmq.Options) {
		o.Servers = []bullmq.Server{{Name: "test", Connect: bullmq.Connect{URL: "redis://sentinel", SentinelMaster: s.Name, Sentinels: []string{s.Addr}}}}
	})
	awaitUp(t, w)
	soaking(t, s.Master, "failover", 200)()
	wantEachOnce(t, l, s.Master, "failover")
	s.Await("the replica to have all", func() bool { return starts(s.Replica, "failover") == starts(s.Master, "failover") })
	s.Failover()
	soaking(t, s.Replica, "failover", 200)()
	wantEachOnce(t, l, s.Replica, "failover")
	testkit.Await(t, "the new master to be looked at", func() bool { return w.Servers()[0].Up && w.Servers()[0].Error == "" })
}
