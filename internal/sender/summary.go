package sender

import (
	"sync"
	"time"
)

// maxReasons is how many reasons are kept.
const maxReasons = 5

// Summary is what became of the events so far.
type Summary struct {
	// Sent events were posted, each counted once however often it was tried.
	Sent int
	// Accepted were counted now, Duplicate ones before (or by an attempt
	// whose answer was lost), Ignored are known from elsewhere, Rejected were refused.
	Accepted  int
	Duplicate int
	Ignored   int
	Rejected  int
	// Reasons are the first ones of Rejected.
	Reasons []Reason
	// Batches were answered; Retries is how often one was tried again.
	Batches int
	Retries int
	// P50 and P99 are the time from a request to its answer, of the attempts
	// that succeeded, to about 3 %.
	P50 time.Duration
	P99 time.Duration
}

// Answered is how many events were answered for.
func (s Summary) Answered() int { return s.Accepted + s.Duplicate + s.Ignored + s.Rejected }

// tally collects a Summary.
type tally struct {
	mu      sync.Mutex
	summary Summary
	times   histogram
}

func (t *tally) sent(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Sent += n
}

func (t *tally) retried() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Retries++
}

func (t *tally) answered(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Batches++
	t.times.observe(took)
}

func (t *tally) count(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Accepted += o.accepted
	t.summary.Duplicate += o.duplicate
	t.summary.Ignored += o.ignored
	t.summary.Rejected += o.rejected
	room := maxReasons - len(t.summary.Reasons)
	t.summary.Reasons = append(t.summary.Reasons, o.reasons[:min(room, len(o.reasons))]...)
}

// Summary returns the result so far.
func (s *Sender) Summary() Summary {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	out := s.tally.summary
	out.Reasons = append([]Reason(nil), out.Reasons...)
	out.P50, out.P99 = s.tally.times.quantile(0.50), s.tally.times.quantile(0.99)
	return out
}
