package bullmq

import "github.com/luneo-platform/luneo/internal/kpi"

// limited is what is known of a queue's rate limit.
type limited struct {
	// used is how many jobs started in the window that is open now; max how
	// many may, 0 when only the workers know.
	used, max int64
}

// manual is what Worker.rateLimit sets the counter to
// (setRateLimit: Number.MAX_SAFE_INTEGER).
const manual = 1<<53 - 1

// holds reports whether the limit keeps jobs from starting. Where only the
// workers know the limit, an open window in which nothing runs tells it.
func (l limited) holds(s kpi.QueueState) bool {
	switch {
	case s.RateLimited <= 0:
		return false
	case l.used >= manual:
		return true
	case l.max > 0:
		return l.used >= l.max
	default:
		return s.Depth.Active == 0 && l.used > 0
	}
}

// reasonOf says why the jobs of a queue wait.
func reasonOf(s kpi.QueueState, l limited) kpi.QueueReason {
	switch {
	case s.Depth.Ready()+s.Depth.Paused == 0:
		return kpi.ReasonNone
	case s.Paused:
		return kpi.ReasonPaused
	case s.Workers == 0:
		return kpi.ReasonNoWorker
	case l.holds(s):
		return kpi.ReasonRateLimited
	case s.Concurrency > 0 && s.Depth.Active >= s.Concurrency:
		return kpi.ReasonConcurrency
	default:
		return kpi.ReasonBusy
	}
}
