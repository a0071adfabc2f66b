package queues_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// busy is a watched queue in the middle of its work.
func busy(b *bench) kpi.QueueState {
	return kpi.QueueState{
		Name: "render-3d", Server: "redis", Prefix: "bull", Queue: "render-3d", At: b.at,
		Depth: kpi.QueueDepth{Waiting: 100, Prioritized: 20, Delayed: 7, Active: 6, Completed: 1000, Failed: 3, WaitingChildren: 1},
		Due:   2, Oldest: 42 * time.Second, Workers: 3, Reason: kpi.ReasonBusy,
	}
}

// TestAnswers is what both addresses say of a watched and of a pushed queue.
func TestAnswers(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.pass(10 * time.Minute)
	b.watched = []kpi.QueueState{busy(b)}
	b.servers = []kpi.RedisState{
		{Name: "redis", Address: "127.0.0.1:6379", Origin: "default", Up: true, Since: b.at.Add(-time.Hour), Version: "redis 7.0.15", Queues: 1, Notes: []string{"A note."}},
		{Name: "other", Address: "10.0.0.7:6379", Origin: "configuration", Error: "Connection refused.", ErrorAt: b.at.Add(-time.Second)},
	}
	b.pushed["mail"] = 75 * time.Second
	b.active = []queues.Alert{{Queue: "mail", Firing: true}, {Queue: "mail"}}
	b.lastDay = []queues.Incident{
		{Queue: "mail", Rule: "QueueWaitTimeHigh", State: "pending", From: b.at.Add(-10 * time.Minute), To: b.at.Add(-8 * time.Minute)},
		{Queue: "mail", Rule: "QueueWaitTimeHigh", State: "firing", From: b.at.Add(-8 * time.Minute), To: b.at, Ongoing: true, Severity: "critical"},
		{Queue: "render-3d", Rule: "QueueHasNoWorker", State: "firing", From: b.at.Add(-9 * time.Hour), To: b.at.Add(-8 * time.Hour)},
	}
	b.failures = func(_ context.Context, name string) (kpi.QueueFailures, error) {
		return kpi.QueueFailures{Failed: 3, Read: 3, Groups: []kpi.FailureGroup{
			{Reason: "timeout after # ms", Example: "timeout after 17 ms", Jobs: 3, First: b.at.Add(-time.Hour), Last: b.at, Names: []string{name}, JobIDs: []string{"1", "2", "3"}},
		}}, nil
	}
	for range 20 {
		b.Observed([]kpi.Event{wait("render-3d", 30*time.Second), wait("mail", 2*time.Second), added("render-3d", 3), ended("render-3d"), ended("render-3d")})
		b.pass(10 * time.Second)
	}
	var all bytes.Buffer
	for _, path := range []string{"/api/queues", "/api/queues/render-3d", "/api/queues/mail"} {
		body, err := b.get(t, path)
		if err != nil {
			t.Fatal(path, err)
		}
		fmt.Fprintf(&all, "# %s\n", path)
		if err := json.Indent(&all, []byte(body), "", "  "); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Golden(t, "testdata/answers.golden", all.String())
}

// TestWhyJobsWait is what is said of each state that a queue can be in.
func TestWhyJobsWait(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		of   kpi.QueueState
	}{
		{"empty", kpi.QueueState{Workers: 1}},
		{"paused, with jobs", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 100, Paused: 20}, Paused: true, Reason: kpi.ReasonPaused}},
		{"paused, with one", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 1}, Paused: true, Reason: kpi.ReasonPaused}},
		{"paused, empty", kpi.QueueState{Paused: true}},
		{"no worker", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12}, Reason: kpi.ReasonNoWorker}},
		{"no worker, due", kpi.QueueState{Due: 3}},
		{"due", kpi.QueueState{Due: 1, Workers: 2}},
		{"rate limited", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12}, RateLimited: 3900 * time.Millisecond, Reason: kpi.ReasonRateLimited}},
		{"at its concurrency", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12, Active: 5}, Concurrency: 5, Reason: kpi.ReasonConcurrency}},
		{"busy", kpi.QueueState{Depth: kpi.QueueDepth{Prioritized: 12, Active: 1}, Workers: 3, Reason: kpi.ReasonBusy}},
		{"busy, workers unknown", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12, Active: 4200}, Workers: -1, Reason: kpi.ReasonBusy}},
		{"idle workers", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12}, Workers: 1, Reason: kpi.ReasonBusy}},
		{"idle, workers unknown", kpi.QueueState{Depth: kpi.QueueDepth{Waiting: 12}, Workers: -1, Reason: kpi.ReasonBusy}},
	}
	var out strings.Builder
	for _, c := range cases {
		b := newBench()
		b.pass(time.Minute)
		c.of.Name = "q"
		b.watched = []kpi.QueueState{c.of}
		q := b.queue(t, "q")
		fmt.Fprintf(&out, "%s: [%s] %s To drain: %s.\n", c.name, q.Reason, q.ReasonWords, q.DrainWords)
	}
	for _, silent := range []time.Duration{time.Minute, 20 * time.Minute} {
		b := newBench()
		b.Observed([]kpi.Event{wait("q", time.Second)})
		b.pass(silent)
		fmt.Fprintf(&out, "pushed, silent for %s: %s\n", silent, b.queue(t, "q").ReasonWords)
	}
	b := newBench()
	b.pushed["zero"], b.pushed["some"] = 0, time.Second
	fmt.Fprintf(&out, "pushed, none waits: %s\npushed, some wait: %s\n", b.queue(t, "zero").ReasonWords, b.queue(t, "some").ReasonWords)
	testkit.Golden(t, "testdata/words.golden", out.String())
}

// TestRates are over the time that was seen, and forget what is older than
// five minutes.
func TestRates(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.watched = []kpi.QueueState{{Name: "q", Depth: kpi.QueueDepth{Waiting: 60}}}
	b.Observed([]kpi.Event{added("q", 60), ended("q"), ended("q"), wait("q", time.Second)})
	if q := b.queue(t, "q"); q.InPerSecond != nil || q.OutPerSecond != nil || q.Started != 1 || q.WaitP50Seconds == nil {
		t.Errorf("at once: %+v", q)
	}
	b.pass(time.Minute)
	if q := b.queue(t, "q"); *q.InPerSecond != 1 || *q.OutPerSecond != 2.0/60 || q.DrainSeconds != nil || q.DrainWords != "grows" {
		t.Errorf("after a minute: in %v, out %v, %v %q", *q.InPerSecond, *q.OutPerSecond, q.DrainSeconds, q.DrainWords)
	}
	b.pass(5 * time.Minute)
	if q := b.queue(t, "q"); *q.InPerSecond != 0 || *q.OutPerSecond != 0 || q.Started != 0 || q.WaitP95Seconds != nil || q.DrainWords != "does not shrink" {
		t.Errorf("after six minutes: %+v", q)
	}
	for range 30 {
		for range 40 {
			b.Observed([]kpi.Event{ended("q")})
		}
		b.Observed([]kpi.Event{added("q", 10)})
		b.pass(10 * time.Second)
	}
	q := b.queue(t, "q")
	if math.Abs(*q.InPerSecond-1) > 0.05 || math.Abs(*q.OutPerSecond-4) > 0.2 || math.Abs(*q.DrainSeconds-20) > 1.5 {
		t.Errorf("at a steady pace: in %v, out %v, %v s to drain", *q.InPerSecond, *q.OutPerSecond, *q.DrainSeconds)
	}
	if all := b.page(t).All; *all.InPerSecond != *q.InPerSecond || *all.OutPerSecond != *q.OutPerSecond {
		t.Errorf("together: %+v", all)
	}
}

// TestDrainFollowsTheLastMinute: a backlog that is being worked off shrinks,
// though more came than went in five minutes.
func TestDrainFollowsTheLastMinute(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.watched = []kpi.QueueState{{Name: "q", Depth: kpi.QueueDepth{Waiting: 60}}}
	for range 24 { // nobody works
		b.Followed([]kpi.Event{added("q", 10)})
		b.pass(10 * time.Second)
	}
	if q := b.queue(t, "q"); q.DrainWords != "grows" {
		t.Errorf("%q", q.DrainWords)
	}
	for range 6 {
		b.Followed([]kpi.Event{added("q", 10)})
		for range 20 {
			b.Followed([]kpi.Event{ended("q")})
		}
		b.pass(10 * time.Second)
	}
	q := b.queue(t, "q")
	if *q.InPerSecond < *q.OutPerSecond || q.DrainSeconds == nil || math.Abs(*q.DrainSeconds-60) > 10 {
		t.Errorf("in %v, out %v, %v to drain", *q.InPerSecond, *q.OutPerSecond, q.DrainWords)
	}
}

// TestPushedQueueLeavesAsItStarts: nobody tells when its jobs end.
func TestPushedQueueLeavesAsItStarts(t *testing.T) {
	t.Parallel()
	b := newBench()
	for range 60 {
		b.Observed([]kpi.Event{wait("q", time.Second)})
	}
	b.pass(time.Minute)
	if q := b.queue(t, "q"); q.InPerSecond != nil || *q.OutPerSecond != 1 || q.States != nil || q.Workers != nil || q.Source != queues.SourceEvents || q.OldestSeconds != nil {
		t.Errorf("%+v", q)
	}
	b.pass(25 * time.Hour)
	if list := b.page(t).Queues; len(list) != 0 {
		t.Errorf("a day later: %+v", list)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.pushed = map[string]time.Duration{"a": 30 * time.Second, "b": 31 * time.Second, "c": 90 * time.Second, "d": 0, "e": 0, "f": 95 * time.Second}
	b.active = []queues.Alert{{Queue: "c", Firing: true}, {Queue: "c"}, {Queue: "d"}, {Queue: "e", Firing: true}}
	want := []string{"f warn", "c firing", "b warn", "a ok", "d warn", "e firing"}
	check := func(want []string) {
		t.Helper()
		var got []string
		for _, q := range b.page(t).Queues {
			got = append(got, q.Name+" "+q.Level)
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(want)
	if all := b.page(t).All; all.Worst != "f" || all.Level != queues.LevelFiring || *all.OldestSeconds != 95 || all.States != nil {
		t.Errorf("%+v", all)
	}
	b.alertErr = errors.New("no answer")
	check([]string{"f warn", "c warn", "b warn", "a ok", "d ok", "e ok"})
}

// TestWatchedQueueHidesWhatIsPushed: one queue, one source.
func TestWatchedQueueHidesWhatIsPushed(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.watched = []kpi.QueueState{{Name: "q", Oldest: 3 * time.Second}}
	b.pushed["q"] = time.Hour
	if list := b.page(t).Queues; len(list) != 1 || list[0].Source != queues.SourceRedis || *list[0].OldestSeconds != 3 {
		t.Errorf("%+v", list)
	}
	b.Followed([]kpi.Event{wait("q", time.Second)})
	b.watched, b.pushed = nil, map[string]time.Duration{} // its server is down
	if list := b.page(t).Queues; len(list) != 0 {
		t.Errorf("without its server: %+v", list)
	}
}

func TestNamesOfAllKinds(t *testing.T) {
	t.Parallel()
	b := newBench()
	for _, name := range []string{"render/hd", "with space", "日本語", "a%2Fb", "?x=1#y", "<b>", "a//b", strings.Repeat("x", 500)} {
		b.pushed[name] = time.Second
		body, err := b.get(t, "/api/queues/"+url.PathEscape(name))
		var one queues.One
		if json.Unmarshal([]byte(body), &one) != nil || err != nil || one.Queue.Name != name {
			t.Errorf("%q: %v %s", name, err, body)
		}
	}
	b.servers = []kpi.RedisState{{Name: "redis", Origin: "default"}}
	_, err := b.get(t, "/api/queues/none")
	if e := new(kpi.Error); !errors.As(err, &e) || e.Kind != kpi.KindNotFound || !strings.Contains(e.Message, `"none"`) {
		t.Errorf("%v", err)
	}
	b.servers[0].Origin = "configuration"
	if _, err := b.get(t, "/api/queues/none"); err == nil || !strings.Contains(err.Error(), "Redis redis does not answer") {
		t.Errorf("%v", err)
	}
}

// TestQueueGoesOnWithoutItsParts: that one thing can't be read is said beside
// the others.
func TestQueueGoesOnWithoutItsParts(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.watched = []kpi.QueueState{busy(b)}
	b.alertErr = kpi.Errorf(kpi.KindUnavailable, "Prometheus does not answer.")
	b.failures = func(context.Context, string) (kpi.QueueFailures, error) {
		return kpi.QueueFailures{}, errors.New("EOF")
	}
	one, err := b.One(t.Context(), "render-3d")
	if err != nil || one.Failures != nil || one.FailuresError != "The failed jobs can't be read now." || one.IncidentsError != "Prometheus does not answer." {
		t.Errorf("%+v %v", one, err)
	}
}

// TestBounds sends more queues than are shown.
func TestBounds(t *testing.T) {
	t.Parallel()
	b := newBench()
	for i := range 3500 {
		b.Observed([]kpi.Event{wait(fmt.Sprint("q", i), time.Second)})
	}
	if n := len(b.page(t).Queues); n != 1000 {
		t.Errorf("%d queues are shown", n)
	}
	b.pass(6 * time.Minute)
	b.Observed([]kpi.Event{wait("0 new", time.Second)}) // takes the place of one that is silent
	if q := b.queue(t, "0 new"); q.Started != 1 {
		t.Errorf("%+v", q)
	}
	for i := range 2500 {
		b.watched = append(b.watched, kpi.QueueState{Name: fmt.Sprint("w", i)})
	}
	if n := len(b.page(t).Queues); n != 3000 {
		t.Errorf("%d queues are shown", n)
	}
}

func TestGauges(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.watched = []kpi.QueueState{busy(b), {Name: "idle", Workers: -1, Paused: true}}
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(b.Collector())
	problems, err := testutil.GatherAndLint(r)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	families, err := testutil.CollectAndFormat(b.Collector(), expfmt.TypeTextPlain,
		"luneo_queue_jobs", "luneo_queue_delayed_due_jobs", "luneo_queue_paused", "luneo_queue_workers", "luneo_queue_wait_reason")
	if err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "testdata/gauges.golden", string(families))
}

// TestNothingIsKnown: a board without any source answers too.
func TestNothingIsKnown(t *testing.T) {
	t.Parallel()
	p := queues.New(queues.Options{}).Page(t.Context())
	if p.Servers == nil || p.Queues == nil || p.All.Queues != 0 || p.All.OldestSeconds != nil || p.LookedAt.IsZero() {
		t.Errorf("%+v", p)
	}
}
