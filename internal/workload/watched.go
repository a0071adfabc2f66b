package workload

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Queues is what a watcher of the platform's queues would see, and what happens
// in them. A Platform that has it in its Options tells it of every job. It is
// safe for concurrent use.
type Queues struct {
	from    time.Time
	staging Staging
	now     func() time.Time

	mu     sync.Mutex
	queues []*seenQueue
}

// seenQueue is one queue as it is seen.
type seenQueue struct {
	name     string
	workers  int
	jobs     []*job // by arrival; those that ended long ago are gone
	finished int64  // completed ones that are gone and still kept
	failures []failure
	kept     int // how many failed ones the queue keeps, the newest
}

// job is one job of a queue, with when it starts and ends: the model knows that
// when it arrives.
type job struct {
	number             int
	added, start, end  time.Time
	failure            string // what kind; empty for none
	toldAdded, toldEnd bool
}

// keptCompleted is how many completed jobs the platform's queues keep, as
// removeOnComplete says to BullMQ; remembered is how long a job is, to be counted.
const (
	keptCompleted = 1000
	remembered    = 10 * time.Minute
)

// NewQueues makes the view of queues whose events count from a moment on, on a
// platform with this staging, nil for an undisturbed one. It has failed jobs
// of the days before.
func NewQueues(from time.Time, staging Staging) *Queues {
	if staging == nil {
		staging = func(string, time.Time) Conditions { return Usual() }
	}
	v := &Queues{from: from, staging: staging, now: time.Now}
	for _, q := range platformQueues() {
		failures := pastFailures(q.name, from)
		v.queues = append(v.queues, &seenQueue{name: q.name, workers: len(q.free), finished: keptCompleted, failures: failures, kept: len(failures)})
	}
	return v
}

// add takes in a job.
func (v *Queues) add(queue string, j job) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, q := range v.queues {
		if q.name == queue {
			q.jobs = append(q.jobs, &j)
		}
	}
}

// Queues are the states of all queues now.
func (v *Queues) Queues() []kpi.QueueState {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	list := make([]kpi.QueueState, len(v.queues))
	for i, q := range v.queues {
		workers := q.workers
		if v.staging(q.name, now).Resume.After(now) {
			workers = 0
		}
		list[i] = q.state(now, workers)
	}
	return list
}

// state is how a queue is at a moment. Every fifth job is of a shop that pays
// for going first: it counts as prioritized, though the model does not reorder.
func (q *seenQueue) state(now time.Time, workers int) kpi.QueueState {
	const paying = 5
	s := kpi.QueueState{Name: q.name, Server: modelName, Prefix: "bull", Queue: q.name, At: now, Workers: workers}
	s.Depth.Completed = q.finished
	for _, j := range q.jobs {
		switch {
		case j.added.After(now):
		case j.start.After(now):
			if s.Oldest == 0 {
				s.Oldest = now.Sub(j.added)
			}
			if j.number%paying == 0 {
				s.Depth.Prioritized++
			} else {
				s.Depth.Waiting++
			}
		case j.end.After(now):
			s.Depth.Active++
		case j.failure == "":
			s.Depth.Completed++
		}
	}
	s.Depth.Completed = min(s.Depth.Completed, keptCompleted)
	s.Depth.Failed = int64(len(q.failuresUntil(now)))
	switch {
	case s.Depth.Ready() == 0:
	case workers == 0:
		s.Reason = kpi.ReasonNoWorker
	default:
		s.Reason = kpi.ReasonBusy
	}
	return s
}

// modelName is the name of the Redis that there is none of.
const modelName = "demo"

// Servers are the model itself.
func (v *Queues) Servers() []kpi.RedisState {
	return []kpi.RedisState{{
		Name: modelName, Address: "the demo itself", Origin: "configuration", Up: true, Since: v.from, Version: "modelled Redis",
		Queues: len(v.queues), Notes: []string{"The demo models its queues and asks no Redis."},
	}}
}

// Run tells record every second what has happened, until ctx ends. What can't be
// recorded is not told again: it is a model.
func (v *Queues) Run(ctx context.Context, record func(context.Context, []kpi.Event) error) {
	tell(ctx, v.events, record)
}

// tell hands over every second what has happened since.
func tell(ctx context.Context, happened func() []kpi.Event, record func(context.Context, []kpi.Event) error) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if events := happened(); len(events) > 0 {
				_ = record(ctx, events)
			}
		}
	}
}

// events are those that have happened and were not told yet.
func (v *Queues) events() (list []kpi.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	for _, q := range v.queues {
		added := kpi.Event{Type: kpi.TypeQueueAdded, Dims: kpi.Dims{q.name}}
		for _, j := range q.jobs {
			if !j.toldAdded && !j.added.After(now) {
				j.toldAdded = true
				if !j.added.Before(v.from) {
					added.Count++
				}
			}
			if !j.toldEnd && !j.end.After(now) {
				j.toldEnd = true
				if !j.end.Before(v.from) {
					list = append(list, ended(q.name, j))
				}
			}
		}
		if added.Count > 0 {
			list = append(list, added)
		}
		q.forget(now)
	}
	return list
}

// ended is the event of a job's end.
func ended(queue string, j *job) kpi.Event {
	return kpi.Event{Type: kpi.TypeQueueJob, Dims: kpi.Dims{queue}, Failed: j.failure != "", HasDuration: true, Duration: j.end.Sub(j.start)}
}

// forget drops jobs that ended long ago and were told of.
func (q *seenQueue) forget(now time.Time) {
	q.jobs = slices.DeleteFunc(q.jobs, func(j *job) bool {
		old := j.toldEnd && now.Sub(j.end) > remembered
		if old && j.failure != "" {
			q.failures = append(q.failures, failure{j.failure, j.number, j.end})
		} else if old {
			q.finished = min(q.finished+1, keptCompleted)
		}
		return old
	})
	q.failures = newest(q.failures, q.kept)
}
