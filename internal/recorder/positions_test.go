package recorder_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// added says that n jobs came, and that the follower stands at a place.
func added(n int64, at string) kpi.Submission {
	return kpi.Submission{
		Events:    []kpi.Event{{Type: kpi.TypeQueueAdded, Dims: kpi.Dims{"render"}, Count: n}},
		Positions: []kpi.Position{{Source: "s", State: at}},
	}
}

// TestPositionsGoWithTheirEvents: a follower that goes on from the position it
// finds counts everything once, wherever the power goes. Its position is the
// number of jobs it has counted.
func TestPositionsGoWithTheirEvents(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			disk, rng := testkit.NewDisk(seed), rand.New(rand.NewPCG(seed, 4))
			for range 10 {
				disk.CutPowerAfter(20 + rng.IntN(300))
				r, err := start(t, settings{disk: disk})
				switch {
				case err == nil:
					follow(t, r, rng)
					r.crash()
				case errors.Is(err, testkit.ErrPower):
					disk.Crash()
				default:
					t.Fatal(err)
				}
			}
			r := started(t, settings{disk: disk})
			r.wantLine(t, "luneo_queue_jobs_added_total{queue_name=\"render\"} "+r.Positions()["s"])
		})
	}
}

// follow records until the power goes.
func follow(t *testing.T, r *rig, rng *rand.Rand) {
	t.Helper()
	at, _ := strconv.ParseInt(r.Positions()["s"], 10, 64)
	for !r.disk.PowerGone() {
		n := 1 + rng.Int64N(5)
		if _, err := r.Record(t.Context(), added(n, fmt.Sprint(at+n))); err == nil {
			at += n
		}
	}
}

// TestPositionsSurvive: in records and in snapshots; what is forgotten stays
// forgotten; and labels of a follower are not limited, then or later.
func TestPositionsSurvive(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	r := started(t, settings{disk: disk, labelValues: 1})
	for _, queue := range []string{"a", "b", "c"} {
		r.send(t, kpi.Submission{
			Events:    []kpi.Event{{Type: kpi.TypeQueueWait, Dims: kpi.Dims{queue}, HasDuration: true}},
			Positions: []kpi.Position{{Source: queue + "\nsource", State: "1-0 é"}},
		})
	}
	r.send(t, kpi.Submission{Positions: []kpi.Position{{Source: "a\nsource"}}})
	check := func(r *rig) {
		t.Helper()
		if got, want := fmt.Sprintf("%q", r.Positions()), `map["b\nsource":"1-0 é" "c\nsource":"1-0 é"]`; got != want {
			t.Errorf("positions are %s, want %s", got, want)
		}
		for _, queue := range []string{"a", "b", "c"} {
			r.wantLine(t, `luneo_worker_queue_wait_time_seconds_count{queue_name="`+queue+`"} 1`)
		}
	}
	r.crash()
	r = started(t, settings{disk: disk, labelValues: 1})
	check(r) // from the records
	r.stop()
	check(started(t, settings{disk: disk, labelValues: 1})) // from the snapshot
}

// TestTooManyPositions: they are bounded, and what is refused changes nothing.
func TestTooManyPositions(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	var many []kpi.Position
	for i := range 10_001 {
		many = append(many, kpi.Position{Source: fmt.Sprint(i), State: "1-0 0 q"})
	}
	_, err := r.Record(t.Context(), kpi.Submission{Events: added(1, "").Events, Positions: many})
	var e *kpi.Error
	if !errors.As(err, &e) || e.Kind != kpi.KindInvalid {
		t.Fatalf("10,001 positions: %v", err)
	}
	r.send(t, added(2, "2"))
	r.wantLine(t, `luneo_queue_jobs_added_total{queue_name="render"} 2`)
}

// TestPositionsAreBoundedTogether: jobs that share a commit can't pass the limit
// together, and with no room left a known source goes on and is forgotten.
func TestPositionsAreBoundedTogether(t *testing.T) {
	t.Parallel()
	for try := range uint64(20) { // whether jobs share a commit is left to chance
		r := started(t, settings{disk: testkit.NewDisk(try)})
		crowd(t, r)
		known := slices.Sorted(maps.Keys(r.Positions()))
		if len(known) != 10_000 {
			t.Fatalf("%d sources are remembered, want 10,000", len(known))
		}
		r.send(t, kpi.Submission{Positions: []kpi.Position{{Source: known[0], State: "2"}}})
		r.send(t, kpi.Submission{Positions: []kpi.Position{{Source: known[1]}}})
		r.send(t, kpi.Submission{Positions: []kpi.Position{{Source: "new", State: "1"}}})
		if got := r.Positions(); got[known[0]] != "2" || got[known[1]] != "" || got["new"] != "1" {
			t.Errorf("%q, %q and %q", got[known[0]], got[known[1]], got["new"])
		}
	}
}

// crowd sends twice as many sources as there is room for, from 20 senders.
func crowd(t *testing.T, r *rig) {
	t.Helper()
	var wg sync.WaitGroup
	for sender := range 20 {
		var list []kpi.Position
		for i := range 1_000 {
			list = append(list, kpi.Position{Source: fmt.Sprint(sender, " ", i), State: "1"})
		}
		wg.Go(func() { _, _ = r.Record(t.Context(), kpi.Submission{Positions: list}) })
	}
	wg.Wait()
}

// TestRefusedPositions: what could keep a position without its events, or
// spoil a commit that others share, changes nothing.
func TestRefusedPositions(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	keyed, named, large := added(1, "1"), added(1, "1"), added(1, strings.Repeat("x", 33<<20))
	keyed.Key, named.Events[0].ID = "key", "id"
	for name, c := range map[string]struct {
		sub  kpi.Submission
		want kpi.Kind
	}{"key": {keyed, kpi.KindInvalid}, "id": {named, kpi.KindInvalid}, "large": {large, kpi.KindTooLarge}} {
		_, err := r.Record(t.Context(), c.sub)
		var e *kpi.Error
		if !errors.As(err, &e) || e.Kind != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if got := r.Positions(); len(got) > 0 {
		t.Errorf("remembered are %d positions", len(got))
	}
}
