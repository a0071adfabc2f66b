package recorder

import (
	"fmt"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Import prices, limits and counts events of the past, as Record does with
// those of the present; but nothing is remembered and nothing is durable until
// Checkpoint. Both are for use before Run, by one goroutine.
func (r *Recorder) Import(at time.Time, tallies []kpi.Tally) {
	r.labels.mu.RLock()
	for i := range tallies {
		r.price(&tallies[i].Event)
		r.labels.applyOne(&tallies[i].Event)
	}
	r.labels.mu.RUnlock()
	r.opts.Meter.ApplyTallies(at, tallies)
}

// Checkpoint makes durable what was imported: as a mark, so that no counter
// ever comes back with less, and as a snapshot.
func (r *Recorder) Checkpoint() error {
	if marks := r.opts.Meter.Marks(); marks != nil {
		if err := r.append(r.opts.Now(), [][]byte{append([]byte{recordMarks}, marks...)}); err != nil {
			return fmt.Errorf("marking what was imported: %w", err)
		}
	}
	if _, err := r.opts.Journal.WriteSnapshot(r.opts.Journal.Seq(), r.freeze()); err != nil {
		return fmt.Errorf("writing a snapshot of what was imported: %w", err)
	}
	return nil
}
