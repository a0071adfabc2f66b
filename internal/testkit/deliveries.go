package testkit

import (
	"fmt"
	"sync"
)

// Deliveries is a list of events, each under its own id, that senders deliver
// until they are acknowledged. It is safe for concurrent use.
type Deliveries struct {
	mu    sync.Mutex
	next  int
	open  []string // got no answer, or a refusal
	acked map[string]bool
}

// Take returns the id of an event to send: one that is still open, else a new one.
func (d *Deliveries) Take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.open); n > 0 {
		id := d.open[n-1]
		d.open = d.open[:n-1]
		return id
	}
	d.next++
	return fmt.Sprint("event-", d.next)
}

// Acknowledged books that the event was acknowledged.
func (d *Deliveries) Acknowledged(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.acked == nil {
		d.acked = map[string]bool{}
	}
	d.acked[id] = true
}

// Unanswered books that nobody knows what became of the event.
func (d *Deliveries) Unanswered(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = append(d.open, id)
}

// Count is how many events were acknowledged.
func (d *Deliveries) Count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.acked)
}

// Lists returns the ids that were acknowledged and those that are open. The
// senders must have stopped.
func (d *Deliveries) Lists() (acked, open []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.acked {
		acked = append(acked, id)
	}
	return acked, append(open, d.open...)
}
