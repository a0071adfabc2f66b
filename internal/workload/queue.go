package workload

import (
	"slices"
	"time"
)

// The queues of the platform.
const (
	QueueImages   = "ai-generation"
	QueueRender2D = "render-2d"
	QueueRender3D = "render-3d"
	QueueAR       = "ar-conversion"
)

// queue is first in, first out, with a fixed number of workers.
type queue struct {
	name    string
	free    []time.Time // when each worker is next free
	waiting []waiting   // by arrival, and so by start
}

type waiting struct{ added, start time.Time }

func newQueue(name string, workers int) *queue {
	return &queue{name: name, free: make([]time.Time, workers)}
}

// add takes a job and returns when it starts. Jobs have to be added in order of
// time; resume is when workers begin a job again that could start at a moment,
// if later, and duration how long it takes when it starts at one.
func (q *queue) add(at time.Time, resume func(time.Time) time.Time, duration func(start time.Time) time.Duration) (start, end time.Time) {
	worker := 0
	for i, t := range q.free {
		if t.Before(q.free[worker]) {
			worker = i
		}
	}
	start = at
	if q.free[worker].After(at) {
		start = q.free[worker]
	}
	if later := resume(start); later.After(start) {
		start = later
	}
	end = start.Add(duration(start))
	q.free[worker] = end
	q.waiting = append(q.waiting, waiting{at, start})
	return start, end
}

// oldest is the age of the oldest job that has not started.
func (q *queue) oldest(at time.Time) time.Duration {
	started := slices.IndexFunc(q.waiting, func(w waiting) bool { return w.start.After(at) })
	if started < 0 {
		q.waiting = q.waiting[:0]
		return 0
	}
	q.waiting = slices.Delete(q.waiting, 0, started)
	return at.Sub(q.waiting[0].added)
}
