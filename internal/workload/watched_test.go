package workload_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/workload"
)

// watch plays a platform whose queues are watched inside a bubble of time.
func watch(t *testing.T, staging func(opens time.Time) workload.Staging, look func(t *testing.T, v *workload.Queues, told *[]kpi.Event)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		opens := time.Now()
		stage := staging(opens)
		v := workload.NewQueues(opens, stage)
		p, err := workload.New(workload.Options{Rand: rand.New(rand.NewPCG(1, 0)), Start: opens.Add(-10 * time.Minute), Staging: stage, Queues: v})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() {
			for ctx.Err() == nil {
				if _, err := p.Play(ctx); err != nil {
					return
				}
			}
		}()
		var told []kpi.Event
		go v.Run(ctx, func(_ context.Context, events []kpi.Event) error {
			told = append(told, events...)
			return nil
		})
		look(t, v, &told)
		stop()
		synctest.Wait()
	})
}

func stateOf(t *testing.T, v *workload.Queues, name string) kpi.QueueState {
	t.Helper()
	for _, s := range v.Queues() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no queue %s", name)
	return kpi.QueueState{}
}

// TestQueuesDuringAnIncident: while its workers are down, jobs wait, nobody is
// connected, and the oldest gets older; then they are worked off.
func TestQueuesDuringAnIncident(t *testing.T) {
	t.Parallel()
	down := func(opens time.Time) workload.Staging { return workload.WorkersDown(opens, 5*time.Minute) }
	watch(t, down, func(t *testing.T, v *workload.Queues, _ *[]kpi.Event) {
		time.Sleep(4 * time.Minute)
		s := stateOf(t, v, workload.QueueRender3D)
		if s.Workers != 0 || s.Reason != kpi.ReasonNoWorker || s.Depth.Ready() < 10 || s.Oldest < 3*time.Minute || s.Oldest > 4*time.Minute+30*time.Second {
			t.Errorf("while they are down: %+v", s)
		}
		if s.Depth.Waiting == 0 || s.Depth.Prioritized == 0 {
			t.Errorf("%+v", s.Depth)
		}
		if s := stateOf(t, v, workload.QueueRender2D); s.Workers != 3 || s.Reason == kpi.ReasonNoWorker {
			t.Errorf("of another queue: %+v", s)
		}
		time.Sleep(90 * time.Second)
		if s := stateOf(t, v, workload.QueueRender3D); s.Workers != 6 || s.Depth.Ready() > 0 && s.Reason != kpi.ReasonBusy || s.Depth.Active != 6 {
			t.Errorf("when they are back: %+v", s)
		}
		time.Sleep(10 * time.Minute)
		if s := stateOf(t, v, workload.QueueRender3D); s.Oldest > time.Minute || s.Depth.Ready() > 10 {
			t.Errorf("at the end: %+v", s)
		}
	})
}

// TestQueuesTellEachJobOnce holds the events against the states.
func TestQueuesTellEachJobOnce(t *testing.T) {
	t.Parallel()
	usual := func(time.Time) workload.Staging { return nil }
	watch(t, usual, func(t *testing.T, v *workload.Queues, told *[]kpi.Event) {
		time.Sleep(time.Hour)
		synctest.Wait()
		var added, ended, failed float64
		for _, e := range *told {
			switch e.Type {
			case kpi.TypeQueueAdded:
				added += float64(e.Count)
			case kpi.TypeQueueJob:
				ended++
				if e.Failed {
					failed++
				}
				if !e.HasDuration || e.Duration <= 0 {
					t.Fatalf("%+v", e)
				}
			default:
				t.Fatalf("%+v", e)
			}
		}
		const jobs = 0.95 * 3600
		if added < 0.8*jobs || added > 1.3*jobs || ended < added-60 || ended > added+60 || failed == 0 || failed > 0.01*ended {
			t.Errorf("%v jobs were added, %v ended, %v failed", added, ended, failed)
		}
	})
}

// TestFailuresOfQueues: what is kept has a few causes each, the largest first.
func TestFailuresOfQueues(t *testing.T) {
	t.Parallel()
	usual := func(time.Time) workload.Staging { return nil }
	watch(t, usual, func(t *testing.T, v *workload.Queues, _ *[]kpi.Event) {
		time.Sleep(2 * time.Hour)
		for _, s := range v.Queues() {
			f, err := v.Failures(t.Context(), s.Name)
			if err != nil || f.Failed != s.Depth.Failed || f.Read != f.Failed || len(f.Groups) < 2 {
				t.Fatalf("%s: %+v %v", s.Name, f, err)
			}
			sum := 0
			for i, g := range f.Groups {
				sum += g.Jobs
				if i > 0 && g.Jobs > f.Groups[i-1].Jobs || g.Last.Before(g.First) || len(g.JobIDs) == 0 || strings.Contains(g.Example, "<n>") || len(g.Names) != 1 {
					t.Errorf("%s: %+v", s.Name, g)
				}
			}
			if int64(sum) != f.Failed {
				t.Errorf("%s: the groups hold %d of %d", s.Name, sum, f.Failed)
			}
		}
		if _, err := v.Failures(t.Context(), "none"); err == nil {
			t.Error("an unknown queue has failures")
		}
		if s := v.Servers(); len(s) != 1 || !s[0].Up || s[0].Queues != 4 {
			t.Errorf("%+v", s)
		}
	})
}

// TestQueuesOfThePast: an incident is in what was to be seen minute by minute.
func TestQueuesOfThePast(t *testing.T) {
	t.Parallel()
	p, err := workload.NewPast(workload.Options{Rand: rand.New(rand.NewPCG(1, 0)), Start: morning, Staging: workload.WorkersDown(morning.Add(20*time.Minute), 5*time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	var most int64
	for minute := time.Minute; minute <= time.Hour; minute += time.Minute {
		p.Minute(morning.Add(minute))
		for _, s := range p.Queues() {
			if !s.At.Equal(morning.Add(minute)) || s.Depth.Ready() < 0 || s.Depth.Active > int64(s.Workers) && s.Workers > 0 {
				t.Fatalf("%+v", s)
			}
			if s.Name != workload.QueueRender3D {
				continue
			}
			most = max(most, s.Depth.Ready())
			if down := minute >= 20*time.Minute && minute < 25*time.Minute; (s.Workers == 0) != down {
				t.Errorf("after %s: %+v", minute, s)
			}
		}
	}
	if most < 20 {
		t.Errorf("at most %d jobs waited", most)
	}
}
