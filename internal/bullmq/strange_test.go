package bullmq_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// meta is what makes a queue of a key.
const meta = `version bullmq:6 opts.maxLenEvents 10000`

// names are the labels of the queues that a watcher shows.
func names(w *bullmq.Watcher) (list []string) {
	for _, q := range w.Queues() {
		list = append(list, q.Name)
	}
	slices.Sort(list)
	return list
}

// TestForeignKeys: other things under the prefix are no queues, and keys of
// another type in a queue's place do no harm to other queues.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	redis, l := testkit.Redis(t), newLedger()
	redis.Feed(strings.Join([]string{
		`SET bull:string:meta x`,
		`RPUSH bull:list:meta x`,
		`HSET bull:hash:meta colour blue`,
		`HSET bull:job:7:meta colour blue`,
		`HSET bull::meta ` + meta,
		`HSET bull:badevents:meta ` + meta, `SET bull:badevents:events x`,
		`HSET bull:badwait:meta ` + meta, `SET bull:badwait:wait x`, `SET bull:badwait:prioritized x`,
		`HSET bull:badjob:meta ` + meta, `SET bull:badjob:1 x`, `LPUSH bull:badjob:wait 1`, `XADD bull:badjob:events * event active jobId 1`,
		`HSET notbull:queue:meta ` + meta,
		`HSET bull:good:meta ` + meta,
	}, "\n"))
	w, _ := watch(t, l, at(redis.URL))
	testkit.Await(t, "the good queue", func() bool { return slices.Contains(names(w), "good") })
	redis.Cli("XADD", "bull:good:events", "*", "event", "waiting", "jobId", "1")
	redis.Cli("XADD", "bull:good:events", "*", "event", "active", "jobId", "1")
	testkit.Await(t, "its job", func() bool { return l.waits("good") == 1 })
	if got := names(w); slices.ContainsFunc(got, func(n string) bool { return !slices.Contains([]string{"good", "badevents", "badjob"}, n) }) {
		t.Errorf("these are queues: %q", got)
	}
	if s := w.Servers()[0]; !s.Up || s.Error != "" {
		t.Errorf("the server is %+v", s)
	}
}

// TestGarbageInJobs: whatever a job's hash and the events hold, no wait is
// negative, none is invented, and what nobody can tell counts as missed.
func TestGarbageInJobs(t *testing.T) {
	t.Parallel()
	redis, l := testkit.Redis(t), newLedger()
	garbage := []string{
		``, `timestamp abc`, `timestamp -5`, `timestamp 1e308`, `timestamp NaN`, `timestamp ""`,
		`timestamp 9007199254740993 opts {}`, `timestamp 99999999999999999999`, `delay 5`, `opts {`,
	}
	// Each was there before the watcher, which has no event that says since when it waits.
	commands := []string{`HSET bull:garbage:meta ` + meta}
	for i, fields := range garbage {
		commands = append(commands, fmt.Sprintf("LPUSH bull:garbage:wait %d", i), fmt.Sprintf("ZADD bull:garbage:prioritized %d p%d", i, i))
		if fields != "" {
			commands = append(commands, fmt.Sprintf("HSET bull:garbage:%d %s", i, fields), fmt.Sprintf("HSET bull:garbage:p%d %s", i, fields))
		}
	}
	redis.Feed(strings.Join(commands, "\n"))
	w, _ := watch(t, l, at(redis.URL))
	testkit.Await(t, "the queue", func() bool { return slices.Contains(names(w), "garbage") })
	for name, wait := range w.Waits() {
		if wait < 0 {
			t.Errorf("%s has waited %v", name, wait)
		}
	}
	commands = nil
	for i := range garbage {
		commands = append(commands, fmt.Sprintf("XADD bull:garbage:events * event active jobId %d", i))
	}
	commands = append(
		commands,
		`XADD bull:garbage:events * event active`,
		`XADD bull:garbage:events * nothing known`,
		`XADD bull:garbage:events * event delayed jobId d delay abc`, `XADD bull:garbage:events * event active jobId d`,
		`XADD bull:garbage:events * event delayed jobId e delay 1e300`, `XADD bull:garbage:events * event active jobId e`,
		`XADD bull:garbage:events * event delayed jobId f delay -7`, `XADD bull:garbage:events * event active jobId f`,
		`XADD bull:garbage:events * event waiting jobId "\xff\x00"`, `XADD bull:garbage:events * event active jobId "\xff\x00"`,
		`XADD bull:garbage:events * event completed jobId nobody`,
		`XADD bull:garbage:events * event stalled jobId nobody`,
	)
	redis.Feed(strings.Join(commands, "\n"))
	testkit.Await(t, "all to be read", func() bool { return l.hasRead(redis, "bull", "garbage") })
	read(l, "garbage", func(s *seen) bool {
		if len(s.waits) != 4 || int(s.missed["unreadable"]) != len(garbage)+1 {
			t.Errorf("%d waits and %v missed, want 4 and %d", len(s.waits), s.missed, len(garbage)+1)
		}
		for _, wait := range s.waits {
			if wait < 0 || wait > time.Minute {
				t.Errorf("a job has waited %v", wait)
			}
		}
		return true
	})
}

// TestSameName: two queues of one name have a label each, and keep theirs over
// a restart in which the other is found first.
func TestSameName(t *testing.T) {
	t.Parallel()
	redis, l := testkit.Redis(t), newLedger()
	redis.Cli("HSET", "second:mail:meta", "version", "bullmq:6")
	w, stop := watch(t, l, on(redis.URL, "first", "second"))
	testkit.Await(t, "a queue", func() bool { return len(names(w)) == 1 })
	redis.Cli("HSET", "first:mail:meta", "version", "bullmq:6")
	testkit.Await(t, "the other queue", func() bool { return len(names(w)) == 2 })
	want := []string{"mail", "test/first:mail"}
	if got := names(w); !slices.Equal(got, want) {
		t.Fatalf("the labels are %q, want %q", got, want)
	}
	stop()
	w, _ = watch(t, l, on(redis.URL, "first", "second"))
	testkit.Await(t, "both queues", func() bool { return len(names(w)) == 2 })
	if got := names(w); !slices.Equal(got, want) {
		t.Errorf("after a restart the labels are %q, want %q", got, want)
	}
}

// TestFailures: sixty failures of a real queue are three reasons.
func TestFailures(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	w, _ := watch(t, newLedger(), at(redis.URL))
	run := testkit.StartBullMQ(t, "6", redis.URL).Prepare(t, testkit.Spec{Scenario: "failing", Prefix: "bull", Queues: []string{"failing"}})
	run.Go(t)
	run.Wait(t)
	testkit.Await(t, "the queue", func() bool { return slices.Contains(names(w), "failing") })
	got, err := w.Failures(t.Context(), "failing")
	if err != nil {
		t.Fatal(err)
	}
	if got.Failed != 60 || got.Read != 60 || len(got.Groups) != 3 {
		t.Fatalf("%d failed, %d read, %d groups: %+v", got.Failed, got.Read, len(got.Groups), got.Groups)
	}
	for _, g := range got.Groups {
		if g.Jobs != 20 || len(g.JobIDs) != 5 || !slices.Equal(g.Names, []string{"job"}) || g.First.After(g.Last) || time.Since(g.Last) > testkit.HangGuard {
			t.Errorf("a group is %+v", g)
		}
	}
	if _, err := w.Failures(t.Context(), "unknown"); !isKind(err, kpi.KindNotFound) {
		t.Errorf("an unknown queue: %v", err)
	}
}

func isKind(err error, kind kpi.Kind) bool {
	e, ok := errors.AsType[*kpi.Error](err)
	return ok && e.Kind == kind
}
