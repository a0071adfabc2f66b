package status

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errSlow says that an answer did not come in time, errFull that a question is
// not asked for all those that are.
var (
	errSlow = errors.New("no answer in time")
	errFull = errors.New("too many questions are under way")
)

// memo remembers answers for a while. The same question is asked once at a
// time, whoever asks; who asks waits a bounded time.
type memo struct {
	ctx  context.Context // of all questions; ends with close
	stop context.CancelFunc
	busy sync.WaitGroup
	now  func() time.Time

	mu      sync.Mutex
	answers map[string]*remembered
}

// remembered is an answer, or one under way until done is closed.
type remembered struct {
	done  chan struct{}
	at    time.Time // when it came
	value any
	err   error
}

// memoSize bounds the answers that are remembered.
const memoSize = 64

func newMemo(now func() time.Time) *memo {
	ctx, stop := context.WithCancel(context.Background())
	return &memo{ctx: ctx, stop: stop, now: now, answers: map[string]*remembered{}}
}

// close ends the questions that are under way. It may be called twice.
func (m *memo) close() {
	m.stop()
	m.busy.Wait()
}

// question is what is asked: the same key is the same question.
type question struct {
	key string
	// fresh is how long an answer is good, patience how long it may take.
	fresh, patience time.Duration
	// any says that there may be any number of its sort: it is turned away
	// when too many are under way.
	any bool
	ask func(ctx context.Context) (any, error)
}

// get returns the answer to a question.
func (m *memo) get(ctx context.Context, q question) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, q.patience)
	defer cancel()
	a := m.find(q)
	select {
	case <-a.done:
		return a.value, a.err
	case <-ctx.Done():
		return nil, errSlow
	}
}

// find returns a good answer or one that is under way; else it asks.
func (m *memo) find(q question) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.answers[q.key]; a != nil && a.good(m.now(), q.fresh) {
		return a
	}
	a := &remembered{done: make(chan struct{})}
	if a.err = m.refuses(q); a.err != nil {
		close(a.done)
		return a
	}
	m.answers[q.key] = a
	m.busy.Go(func() { m.ask(q, a) })
	return a
}

// refuses says why a question is not asked; else there is room for it.
func (m *memo) refuses(q question) error {
	m.makeRoom()
	if q.any && len(m.answers) >= memoSize {
		return errFull
	}
	return m.ctx.Err()
}

// good reports whether an answer need not be asked for again. A failure is not
// remembered for long.
func (a *remembered) good(now time.Time, fresh time.Duration) bool {
	select {
	case <-a.done:
	default:
		return true
	}
	if a.err != nil {
		fresh = min(fresh, time.Second)
	}
	return now.Sub(a.at) < fresh
}

func (m *memo) ask(q question, a *remembered) {
	ctx, cancel := context.WithTimeout(m.ctx, q.patience)
	defer cancel()
	a.value, a.err = q.ask(ctx)
	a.at = m.now()
	close(a.done)
}

// makeRoom forgets an answer that is not under way when there are too many.
func (m *memo) makeRoom() {
	for key, a := range m.answers {
		if len(m.answers) < memoSize {
			return
		}
		select {
		case <-a.done:
			delete(m.answers, key)
		default:
		}
	}
}
