package prom

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"golang.org/x/sync/errgroup"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// BackfillOptions say where a history is written and what rules make of it.
type BackfillOptions struct {
	// Dir becomes the history's folder. It must be missing or empty.
	Dir string
	// Instance is the label of Luneo's own series.
	Instance string
	// Step is the distance of samples, a part of a day without remainder.
	Step time.Duration
	// Rules is a rule file's content; nil for none.
	Rules []byte
	// SkipGroups are groups of it that are left out.
	SkipGroups []string
	Logger     *slog.Logger
}

// BackfillReport says what was written. A series that is in several blocks
// counts once for each.
type BackfillReport struct{ Blocks, Series, Samples int }

// Backfill writes a history that is known all at once, before New opens it: a
// block for each day (UTC), with Luneo's own series as a scrape names them, and
// the series that Prometheus would have written for the rules, alerts among
// them, had it evaluated them at each step. The source yields every step in the
// order of time, each a multiple of Step; what it yields is read before the next.
//
// All blocks appear at once, or none: a Backfill that fails or is interrupted
// leaves no history behind. No block overlaps another, so that the TSDB has
// nothing to repair when it opens them.
func Backfill(ctx context.Context, o BackfillOptions, source iter.Seq2[time.Time, []kpi.Reading]) (report BackfillReport, err error) {
	judge, err := newEvaluator(o)
	if err != nil {
		return report, err
	}
	temp := o.Dir + ".backfill"
	if err := errors.Join(os.RemoveAll(temp), os.MkdirAll(temp, 0o700)); err != nil {
		return report, openError(o.Dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()

	// Three days are worked on at a time: one is read, one judged, one written.
	stages, ctx := errgroup.WithContext(ctx)
	read, judged := make(chan *grid), make(chan day)
	stages.Go(func() error {
		defer close(read)
		return collect(ctx, o, judge.lead, source, read)
	})
	stages.Go(func() error {
		defer close(judged)
		return judge.run(ctx, read, judged)
	})
	stages.Go(func() error {
		for d := range judged {
			if err := d.write(ctx, temp, o.Logger, &report); err != nil {
				return fmt.Errorf("write a day of the history: %w", err)
			}
		}
		return nil
	})
	if err := stages.Wait(); err != nil {
		return report, err
	}
	return report, putInPlace(temp, o.Dir)
}

// putInPlace makes a folder the history's, durably.
func putInPlace(temp, dir string) error {
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is a history already: %w", err)
	}
	if err := os.Rename(temp, dir); err != nil {
		return openError(dir, err)
	}
	parent, err := os.Open(filepath.Dir(dir))
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}

// send passes a value on, or gives up.
func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// collect makes grids of what a source yields, a day each.
func collect(ctx context.Context, o BackfillOptions, lead time.Duration, source iter.Seq2[time.Time, []kpi.Reading], out chan<- *grid) error {
	c := collector{
		o: o, lead: int(lead/o.Step) + 1, known: map[string]*known{},
		target: labels.FromStrings(model.JobLabel, selfJob, model.InstanceLabel, o.Instance),
	}
	for at, readings := range source {
		full, err := c.begin(at)
		if err != nil {
			return err
		}
		if full != nil {
			if err := send(ctx, out, full); err != nil {
				return err
			}
		}
		for i := range readings {
			c.take(&readings[i])
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if c.grid == nil {
		return nil
	}
	c.grid.cut(c.step + 1)
	return send(ctx, out, c.grid)
}

// collector fills grids.
type collector struct {
	o     BackfillOptions
	lead  int // steps
	grid  *grid
	step  int // of the grid, that is being read
	known map[string]*known
	// target labels every series.
	target labels.Labels
	key    []byte    // scratch
	values []float64 // scratch
}

// known is a reading whose series were named before.
type known struct {
	labels  []labels.Labels
	grid    *grid // that the columns are of
	columns []*column
}

// begin begins a step. It returns the grid that the step before completed.
func (c *collector) begin(at time.Time) (full *grid, err error) {
	switch {
	case at.UnixMilli()%c.o.Step.Milliseconds() != 0:
		return nil, fmt.Errorf("a step at %s is no multiple of %s", at, c.o.Step)
	case c.grid == nil:
		c.grid = newGrid(at, c.o.Step, stepsOfDay(at, c.o.Step), 0)
		return nil, nil
	}
	c.step++
	if want := c.grid.at(c.step); want != at.UnixMilli() {
		return nil, fmt.Errorf("there is a step at %s, expected the next at %s", at, time.UnixMilli(want))
	}
	if c.step < c.grid.steps {
		return nil, nil
	}
	full = c.grid
	c.grid = full.follow(stepsOfDay(at, c.o.Step), c.lead)
	c.step = c.grid.lead
	return full, nil
}

// stepsOfDay is how many steps there are from one on until midnight.
func stepsOfDay(at time.Time, step time.Duration) int {
	const day = 24 * time.Hour
	return int(at.Truncate(day).Add(day).Sub(at) / step)
}

// take writes a reading into the columns of the current step.
func (c *collector) take(r *kpi.Reading) {
	k := c.find(r)
	c.values = appendValues(c.values[:0], r)
	for i, v := range c.values {
		c.set(k.columns[i], r.Since, v)
	}
}

// set writes a value. One that begins between two steps was 0 when it began.
func (c *collector) set(col *column, since time.Time, v float64) {
	began := since.UnixMilli()
	if !since.IsZero() && began < c.grid.at(c.step) && began > c.grid.at(c.step-1) {
		col.began, col.first = began, c.step
	}
	col.values[c.step] = v
}

// find returns a reading with its columns in the current grid.
func (c *collector) find(r *kpi.Reading) *known {
	c.key = append(c.key[:0], r.Metric.Name...)
	for _, l := range r.Labels {
		c.key = append(append(c.key, 0xFF), l...) // no valid UTF-8 holds it
	}
	k, ok := c.known[string(c.key)]
	if !ok {
		k = &known{labels: seriesOf(c.target, r)}
		c.known[string(c.key)] = k
	}
	if k.grid != c.grid {
		k.grid, k.columns = c.grid, k.columns[:0]
		for _, l := range k.labels {
			k.columns = append(k.columns, c.grid.column(l))
		}
	}
	return k
}
