package recorder_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestPowerLoss drives the whole recorder from four senders that retry, cuts
// the power at a random change to the disk, and starts again, 200 times over.
// At the end every acknowledged event is counted once.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	for disks := range uint64(20) {
		t.Run(fmt.Sprint(disks), func(t *testing.T) {
			t.Parallel()
			disk := testkit.NewDisk(disks)
			rng := rand.New(rand.NewPCG(disks, 3))
			tasks := &taskList{acked: map[string]bool{}}
			for range 10 {
				disk.CutPowerAfter(20 + rng.IntN(300))
				r, err := start(t, settings{disk: disk})
				if err == nil {
					tasks.work(t, r)
					r.crash()
				} else if errors.Is(err, testkit.ErrPower) {
					disk.Crash()
				} else {
					t.Fatal(err)
				}
			}
			r := started(t, settings{disk: disk})
			tasks.resend(t, r)
			r.wantLine(t, fmt.Sprintf(`luneo_openai_requests_total{model="gpt-4o",operation="chat"} %d`, len(tasks.acked)))
		})
	}
}

// taskList is what senders have to deliver, each event under its own id.
type taskList struct {
	mu    sync.Mutex
	next  int
	retry []string // got no answer, or a refusal
	acked map[string]bool
}

func (l *taskList) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.retry); n > 0 {
		id := l.retry[n-1]
		l.retry = l.retry[:n-1]
		return id
	}
	l.next++
	return fmt.Sprint("event-", l.next)
}

func (l *taskList) done(id string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.retry = append(l.retry, id)
	} else {
		l.acked[id] = true
	}
}

// work sends from four senders until the power goes.
func (l *taskList) work(t *testing.T, r *rig) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !r.disk.PowerGone() {
				id := l.take()
				_, err := r.Record(t.Context(), one(openai(id, 1, 1)))
				l.done(id, err)
			}
		})
	}
	wg.Wait()
}

// resend delivers what is still open, and sends again what was acknowledged.
func (l *taskList) resend(t *testing.T, r *rig) {
	t.Helper()
	for id := range l.acked {
		if got := r.send(t, one(openai(id, 1, 1))); got.Duplicate != 1 {
			t.Fatalf("%s was acknowledged and is lost: %+v", id, got)
		}
	}
	for _, id := range l.retry {
		r.send(t, one(openai(id, 1, 1)))
		l.acked[id] = true
	}
}
