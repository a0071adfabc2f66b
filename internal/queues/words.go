package queues

import (
	"fmt"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
)

// reasonWords says why jobs of a watched queue wait.
func reasonWords(s kpi.QueueState) string {
	waiting := s.Depth.Ready() + s.Depth.Paused
	switch s.Reason {
	case kpi.ReasonPaused:
		return fmt.Sprintf("Paused by hand: %s until somebody resumes it.", things(waiting, "job waits", "jobs wait"))
	case kpi.ReasonNoWorker:
		return fmt.Sprintf("No worker is connected: %s.", things(waiting, "job waits", "jobs wait"))
	case kpi.ReasonRateLimited:
		return fmt.Sprintf("Rate limited: the next job may start in %s.", number.Seconds(s.RateLimited.Seconds()))
	case kpi.ReasonConcurrency:
		return fmt.Sprintf("At its concurrency limit of %d.", s.Concurrency)
	case kpi.ReasonBusy:
		return busyWords(s)
	case kpi.ReasonNone:
	}
	switch {
	case s.Due > 0 && s.Workers == 0:
		return fmt.Sprintf("No worker is connected: %s due.", things(s.Due, "delayed job is", "delayed jobs are"))
	case s.Due > 0:
		return fmt.Sprintf("%s due, and no worker has moved %s on.", things(s.Due, "delayed job is", "delayed jobs are"), them(s.Due))
	case s.Paused:
		return "Paused by hand. No job waits."
	default:
		return "No job waits."
	}
}

// busyWords says what the workers do. How many jobs each of them takes at a
// time nobody knows but they.
func busyWords(s kpi.QueueState) string {
	run := things(s.Depth.Active, "job runs", "jobs run")
	switch {
	case s.Depth.Active == 0 && s.Workers < 0:
		return "No job runs; how many workers are connected is not known."
	case s.Depth.Active == 0:
		return fmt.Sprintf("%s connected, and none has taken a job yet.", things(int64(s.Workers), "worker is", "workers are"))
	case s.Workers < 0:
		return fmt.Sprintf("Busy: %s.", run)
	default:
		return fmt.Sprintf("Busy: %s connected, and %s.", things(int64(s.Workers), "worker is", "workers are"), run)
	}
}

// pushedWords says what is known of a queue that the platform tells of.
func pushedWords(oldest *float64, silent time.Duration, told bool) string {
	switch {
	case oldest != nil && *oldest == 0:
		return "No job waits."
	case oldest != nil:
		return "Your platform tells how long jobs wait, not why."
	case told && silent < window:
		return "How long the oldest job waits is not sent."
	case told:
		return fmt.Sprintf("Nothing was sent for %s.", number.Span(silent))
	default:
		return "Nothing was sent since the start."
	}
}

const drainUnknown = "not known"

// drain says how long it takes until nothing waits, for a queue that grows by so
// many jobs a second; nil when that is not known.
func (q *Queue) drain(s kpi.QueueState, growth *float64) {
	ready := float64(s.Depth.Ready())
	switch {
	case ready == 0 && s.Depth.Paused == 0:
		q.DrainSeconds, q.DrainWords = new(0.0), "nothing waits"
	case s.Paused:
		q.DrainWords = "paused"
	case growth == nil:
		q.DrainWords = drainUnknown
	case *growth < 0:
		q.DrainSeconds = new(ready / -*growth)
		q.DrainWords = drainText(*q.DrainSeconds)
	case *growth > 0:
		q.DrainWords = "grows"
	default:
		q.DrainWords = "does not shrink"
	}
}

// drainText is rough, as what it is made of is.
func drainText(s float64) string {
	const long = 7 * 24 * 3600
	if s > long {
		return "over a week"
	}
	return number.Soon(time.Duration(s * float64(time.Second)))
}

// things counts: "1 job waits", "120 jobs wait", "3.4k jobs wait".
func things(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number.Count(float64(n)) + " " + many
}

func them(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
