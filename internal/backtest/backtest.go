// Package backtest runs a recorded history through the code that judges a
// running platform, at full speed: time is an argument, nothing waits.
//
// It promises that what is shown at a step is made of the rows up to that
// moment alone, and that the same rows give the same steps. What counts, shows
// and judges is the caller's: internal/app hands in the parts of a real server.
package backtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Clock is the time of the history. It may be read concurrently.
type Clock struct{ at atomic.Int64 }

// Now is the time of the step, in UTC.
func (c *Clock) Now() time.Time { return time.Unix(0, c.at.Load()).UTC() }

func (c *Clock) set(t time.Time) { c.at.Store(t.UnixNano()) }

// Row is one event.
type Row struct {
	At time.Time
	// Event is a line of an NDJSON body of /api/metrics/batch.
	Event []byte
}

// Options say what is run. All are needed.
type Options struct {
	// Next returns the rows, and io.EOF after the last. A row that is older
	// than the step counts at that step.
	Next func() (Row, error)
	// Count takes the lines of the rows since the last step.
	Count func(ctx context.Context, lines []byte) error
	// Show is called at every step, after Count.
	Show func(at time.Time) error
	// Step is the time between two steps; they are at multiples of it.
	Step  time.Duration
	Clock *Clock
}

// Span is the time from the first step to the last.
type Span struct{ First, Last time.Time }

// maxSteps bounds a run: two years of minutes.
const maxSteps = 1_100_000

// Run goes through the rows. A history without rows is an error.
func Run(ctx context.Context, o Options) (Span, error) {
	row, err := o.Next()
	if errors.Is(err, io.EOF) {
		return Span{}, errors.New("the history is empty")
	}
	if err != nil {
		return Span{}, err
	}
	first := ceil(row.At, o.Step)
	var lines []byte
	at := first
	for n := 0; ; n++ {
		for err == nil && !row.At.After(at) {
			lines = append(append(lines, row.Event...), '\n')
			row, err = o.Next()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return Span{}, err
		}
		if n == maxSteps {
			return Span{}, fmt.Errorf("the history is longer than %d steps of %s", maxSteps, o.Step)
		}
		if stepErr := o.step(ctx, at, lines); stepErr != nil {
			return Span{}, stepErr
		}
		if err != nil {
			return Span{first, at}, nil
		}
		lines, at = lines[:0], at.Add(o.Step)
	}
}

func (o *Options) step(ctx context.Context, at time.Time, lines []byte) error {
	o.Clock.set(at)
	if len(lines) > 0 {
		if err := o.Count(ctx, lines); err != nil {
			return fmt.Errorf("counting the events until %s: %w", at.Format(time.RFC3339), err)
		}
	}
	return errors.Join(o.Show(at), ctx.Err())
}

// ceil is the first multiple of the step that is not before t.
func ceil(t time.Time, step time.Duration) time.Time {
	if down := t.Truncate(step); !down.Equal(t) {
		return down.Add(step)
	}
	return t
}
