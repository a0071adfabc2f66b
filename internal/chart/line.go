package chart

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// line is a series as it is drawn.
type line struct {
	name string
	// pieces are its points without gaps, at most four a column.
	pieces [][]Point
	last   Point
	ink    int // the number of its colour
}

// pick is the worst series, by the last value they have, worst first, and how
// many more have any. Their points are reduced to a number of columns.
func (c *Chart) pick(columns int) (lines []line, more int) {
	all := c.ranked()
	more = max(0, len(all)-maxSeries)
	for _, s := range all[:len(all)-more] {
		lines = append(lines, line{name: s.series.Name, last: s.last})
		lines[len(lines)-1].pieces = c.pieces(s.series.Points, columns)
	}
	colour(lines)
	return lines, more
}

// ranked is a series with its last value.
type ranked struct {
	series *Series
	last   Point
}

// ranked is the series that have any value, worst first.
func (c *Chart) ranked() []ranked {
	var all []ranked
	for i := range c.Series {
		if last, ok := c.last(&c.Series[i]); ok {
			all = append(all, ranked{&c.Series[i], last})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		order := cmp.Compare(b.last.Value, a.last.Value)
		if c.Below {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.series.Name, b.series.Name))
	})
	return all
}

// colour gives the colours by name, so that they stay when the order by value
// changes.
func colour(lines []line) {
	byName := make([]*line, len(lines))
	for i := range lines {
		byName[i] = &lines[i]
	}
	slices.SortStableFunc(byName, func(a, b *line) int { return cmp.Compare(a.name, b.name) })
	for i, l := range byName {
		l.ink = i
	}
}

// shown reports whether a point is on the chart.
func (c *Chart) shown(p Point) bool {
	return !p.At.Before(c.From) && !p.At.After(c.To)
}

// last is the last point of a series that is a number.
func (c *Chart) last(s *Series) (last Point, ok bool) {
	for _, p := range s.Points {
		if number.Known(p.Value) && c.shown(p) && (!ok || !p.At.Before(last.At)) {
			last, ok = p, true
		}
	}
	return last, ok
}

// pieces are the points of a series between its gaps, reduced to a number of columns.
func (c *Chart) pieces(points []Point, columns int) [][]Point {
	byTime := func(a, b Point) int { return a.At.Compare(b.At) }
	if !slices.IsSortedFunc(points, byTime) {
		points = slices.Clone(points)
		slices.SortStableFunc(points, byTime)
	}
	var pieces [][]Point
	var open *reducer
	span := c.To.Sub(c.From)
	end := func() {
		if open != nil {
			pieces = append(pieces, open.end())
			open = nil
		}
	}
	for _, p := range points {
		if !c.shown(p) {
			continue
		}
		if !number.Known(p.Value) {
			end()
			continue
		}
		p.Value = min(max(p.Value, -most), most)
		if open != nil && c.Step > 0 && p.At.Sub(open.latest)/missing > c.Step {
			end()
		}
		if open == nil {
			open = &reducer{}
		}
		open.add(p, int(float64(p.At.Sub(c.From))/float64(span)*float64(columns)))
	}
	end()
	return pieces
}

// reducer keeps of the points of a column the first, the least, the largest and
// the last, which gives the same picture as all.
type reducer struct {
	kept                    []Point
	column                  int
	any                     bool
	first, low, high, final Point
	latest                  time.Time
}

func (r *reducer) add(p Point, column int) {
	r.latest = p.At
	if r.any && column != r.column {
		r.flush()
	}
	r.column = column
	if !r.any {
		r.first, r.low, r.high, r.any = p, p, p, true
	}
	if p.Value < r.low.Value {
		r.low = p
	}
	if p.Value > r.high.Value {
		r.high = p
	}
	r.final = p
}

func (r *reducer) flush() {
	four := []Point{r.first, r.low, r.high, r.final}
	slices.SortStableFunc(four, func(a, b Point) int { return a.At.Compare(b.At) })
	r.kept = append(r.kept, slices.Compact(four)...)
	r.any = false
}

func (r *reducer) end() []Point {
	if r.any {
		r.flush()
	}
	return r.kept
}

// extent is the least and the largest value of some lines.
func extent(lines []line) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, piece := range l.pieces {
			for _, p := range piece {
				lo, hi = min(lo, p.Value), max(hi, p.Value)
			}
		}
	}
	if lo > hi {
		return 0, 0
	}
	return lo, hi
}

// whole reports whether all values of some lines are whole numbers.
func whole(lines []line) bool {
	for _, l := range lines {
		for _, piece := range l.pieces {
			for _, p := range piece {
				if p.Value != math.Trunc(p.Value) {
					return false
				}
			}
		}
	}
	return true
}
