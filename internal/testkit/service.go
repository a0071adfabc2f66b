package testkit

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Attempt is one try to reach a fake service: a request, or a connection to a
// mail server.
type Attempt struct {
	At   time.Time
	Path string // of a request
	// Status is the answer's; of a mail server 250, or the first refusal's code. 0
	// where there was no answer.
	Status int
	// Said is what the answer said was wrong.
	Said     string
	Accepted bool
	// Ended says that nothing more comes of it.
	Ended bool
}

// service is what the fake services have in common: a fault that a test
// switches, who tried, and what is to be complained about. It is safe for
// concurrent use.
type service struct {
	mu       sync.Mutex
	fault    Fault
	attempts []Attempt
	problems []string
	changed  chan struct{} // closed with every change
	closed   chan struct{}
}

func newService() *service {
	return &service{changed: make(chan struct{}), closed: make(chan struct{})}
}

// Break has the service fail from now on.
func (s *service) Break(f Fault) { s.change(func() { s.fault = f }) }

// Heal ends the fault; what hangs is let go with no answer.
func (s *service) Heal() { s.Break(Healthy()) }

// Attempts is who tried, in the order of arrival, with and without success.
func (s *service) Attempts() []Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.attempts)
}

// Problems is what was accepted, as the real service does, and should not have
// been sent.
func (s *service) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// AwaitAttempts waits until n attempts have arrived.
func (s *service) AwaitAttempts(t testing.TB, n int) []Attempt {
	t.Helper()
	s.await(t, "attempts", n, func() int { return len(s.attempts) })
	return s.Attempts()
}

// AwaitAccepted waits until n attempts were accepted, answered or not.
func (s *service) AwaitAccepted(t testing.TB, n int) []Attempt {
	t.Helper()
	s.await(t, "accepted attempts", n, func() int { return s.count(func(a Attempt) bool { return a.Accepted }) })
	return s.Attempts()
}

// AwaitEnded waits until n attempts have ended.
func (s *service) AwaitEnded(t testing.TB, n int) []Attempt {
	t.Helper()
	s.await(t, "ended attempts", n, func() int { return s.count(func(a Attempt) bool { return a.Ended }) })
	return s.Attempts()
}

// count is how many attempts are so, under the lock.
func (s *service) count(so func(Attempt) bool) int {
	n := 0
	for _, one := range s.attempts {
		if so(one) {
			n++
		}
	}
	return n
}

// await waits until a count, which it asks for under the lock, is n.
func (s *service) await(t testing.TB, what string, n int, count func() int) {
	t.Helper()
	guard := time.After(HangGuard)
	for {
		s.mu.Lock()
		have, changed := count(), s.changed
		s.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-changed:
		case <-guard:
			t.Fatalf("%d %s came, want %d; attempts: %+v", have, what, n, s.Attempts())
		}
	}
}

// change does something under the lock and wakes who waits.
func (s *service) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	close(s.changed)
	s.changed = make(chan struct{})
}

// begin books an attempt and returns its number and the fault that it meets.
func (s *service) begin(path string) (n int, f Fault) {
	s.change(func() {
		n, f = len(s.attempts), s.fault
		s.attempts = append(s.attempts, Attempt{At: time.Now(), Path: path})
	})
	return n, f
}

// note writes down what becomes of an attempt.
func (s *service) note(n int, write func(*Attempt)) {
	s.change(func() { write(&s.attempts[n]) })
}

func (s *service) complain(format string, args ...any) {
	s.change(func() { s.problems = append(s.problems, fmt.Sprintf(format, args...)) })
}

// hang waits until the client has gone, the service closes or the fault is over.
func (s *service) hang(gone <-chan struct{}) {
	for {
		s.mu.Lock()
		kind, changed := s.fault.kind, s.changed
		s.mu.Unlock()
		if kind != faultHang {
			return
		}
		select {
		case <-changed:
		case <-gone:
			return
		case <-s.closed:
			return
		}
	}
}

// linger lets time pass, but no longer than the client and the service stay.
func (s *service) linger(d time.Duration, gone <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-gone:
	case <-s.closed:
	}
}

// seconds is a duration as Retry-After has it: whole, and rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
