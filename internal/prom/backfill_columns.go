package prom

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
)

// millis is a time in milliseconds since 1970.
type millis = int64

// grid is a stretch of the history: series with a value, or none, at each of
// its steps. It is what rules are evaluated over before it becomes a block.
type grid struct {
	start millis // of the first step
	step  int64  // milliseconds
	steps int
	// lead is how many of the steps repeat the stretch before: rules look back.
	lead    int
	columns []*column
	byKey   map[string]*column
}

// column is one series of a grid.
type column struct {
	labels labels.Labels
	// values by step; none is a staleness marker.
	values []float64
	// began is when a counter was 0, and first the step after it; 0 when that is
	// not in this grid.
	began millis
	first int
	// scratch columns are not written.
	scratch bool
}

func newGrid(start time.Time, step time.Duration, steps, lead int) *grid {
	return &grid{start: start.UnixMilli(), step: step.Milliseconds(), steps: steps, lead: lead, byKey: map[string]*column{}}
}

func (g *grid) at(step int) millis { return g.start + int64(step)*g.step }

// column returns the one with these labels, made when it is new.
func (g *grid) column(l labels.Labels) *column {
	key := string(l.Bytes(nil))
	if c, ok := g.byKey[key]; ok {
		return c
	}
	c := &column{labels: l, values: make([]float64, g.steps)}
	for i := range c.values {
		c.values[i] = none()
	}
	g.columns = append(g.columns, c)
	g.byKey[key] = c
	return c
}

// cut ends the grid before a step.
func (g *grid) cut(steps int) {
	g.steps = steps
	for _, c := range g.columns {
		c.values = c.values[:steps]
	}
}

func none() float64 { return math.Float64frombits(value.StaleNaN) }

// follow makes the grid of the steps after g, which begins with g's last ones.
func (g *grid) follow(steps, lead int) *grid {
	lead = min(lead, g.steps)
	next := newGrid(time.UnixMilli(g.at(g.steps-lead)), time.Duration(g.step)*time.Millisecond, lead+steps, lead)
	for _, c := range g.columns {
		tail := c.values[g.steps-lead:]
		if !slices.ContainsFunc(tail, func(v float64) bool { return !value.IsStaleNaN(v) }) {
			continue
		}
		n := next.column(c.labels)
		n.scratch = c.scratch
		copy(n.values, tail)
		if c.began > 0 && c.first >= g.steps-lead {
			n.began, n.first = c.began, c.first-(g.steps-lead)
		}
	}
	return next
}

// cursor goes through a column's samples from a step on: those that there are,
// a staleness marker where they end, and the 0 that a counter began with.
type cursor struct {
	grid   *grid
	column *column
	step   int  // the current sample's
	zero   bool // it is the one that a counter began with
}

func (g *grid) cursor(c *column, from int) *cursor {
	return &cursor{grid: g, column: c, step: from - 1}
}

// Next goes to the next sample.
func (c *cursor) Next() chunkenc.ValueType {
	if c.zero {
		c.zero = false
		return chunkenc.ValFloat
	}
	values := c.column.values
	for c.step++; c.step < len(values); c.step++ {
		if !value.IsStaleNaN(values[c.step]) || (c.step > 0 && !value.IsStaleNaN(values[c.step-1])) {
			c.zero = c.column.began > 0 && c.step == c.column.first
			return chunkenc.ValFloat
		}
	}
	return chunkenc.ValNone
}

// Seek goes to the first sample at or after a time, never back.
func (c *cursor) Seek(t millis) chunkenc.ValueType {
	if c.step >= 0 && c.step < len(c.column.values) && c.AtT() >= t {
		return chunkenc.ValFloat
	}
	// The step before is where a counter's 0 may be.
	c.step = max(c.step, min(int((t-c.grid.start)/c.grid.step)-1, len(c.column.values)))
	for {
		switch kind := c.Next(); {
		case kind == chunkenc.ValNone, c.AtT() >= t:
			return kind
		}
	}
}

// At is the current sample.
func (c *cursor) At() (millis, float64) {
	if c.zero {
		return c.column.began, 0
	}
	return c.grid.at(c.step), c.column.values[c.step]
}

// AtT is the current sample's time.
func (c *cursor) AtT() millis {
	if c.zero {
		return c.column.began
	}
	return c.grid.at(c.step)
}

// AtHistogram is never asked: there are only numbers.
func (c *cursor) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) { return 0, nil }

// AtFloatHistogram is never asked: there are only numbers.
func (c *cursor) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return 0, nil
}

// AtST is not known.
func (c *cursor) AtST() int64 { return 0 }

// Err is never one.
func (c *cursor) Err() error { return nil }

// day is a stretch of the history: what was read, and what rules made of it.
// Both grids have the same steps.
type day struct{ read, made *grid }

// Querier lets PromQL read the day. Its grids must not grow meanwhile.
func (d day) Querier(_, _ int64) (storage.Querier, error) { return dayQuerier{d}, nil }

type dayQuerier struct{ day day }

// Select finds the series that match.
func (q dayQuerier) Select(_ context.Context, sortSeries bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []storage.Series
	for _, g := range []*grid{q.day.read, q.day.made} {
		for _, c := range g.columns {
			if c.matches(matchers) {
				found = append(found, gridSeries{g, c})
			}
		}
	}
	if sortSeries {
		slices.SortFunc(found, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	}
	return &gridSet{series: found}
}

func (c *column) matches(matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(c.labels.Get(m.Name)) {
			return false
		}
	}
	return true
}

// LabelValues is not asked by PromQL.
func (q dayQuerier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

// LabelNames is not asked by PromQL.
func (q dayQuerier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

// Close does nothing.
func (q dayQuerier) Close() error { return nil }

type gridSeries struct {
	grid   *grid
	column *column
}

// Labels are the series' labels.
func (s gridSeries) Labels() labels.Labels { return s.column.labels }

// Iterator goes through the samples.
func (s gridSeries) Iterator(chunkenc.Iterator) chunkenc.Iterator { return s.grid.cursor(s.column, 0) }

// gridSet is a list of series.
type gridSet struct {
	series []storage.Series
	next   int
}

// Next goes to the next series.
func (s *gridSet) Next() bool {
	s.next++
	return s.next <= len(s.series)
}

// At is the current series.
func (s *gridSet) At() storage.Series { return s.series[s.next-1] }

// Err is never one.
func (s *gridSet) Err() error { return nil }

// Warnings are none.
func (s *gridSet) Warnings() annotations.Annotations { return nil }
