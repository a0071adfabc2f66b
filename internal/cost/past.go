package cost

import (
	"math"
	"slices"
	"time"
)

// Sample is what the window that ended at a time had cost.
type Sample struct {
	At time.Time
	// Cents are US cents.
	Cents float64
}

const (
	day = 24 * time.Hour
	// maxSamples bounds what is kept of one window: a sample each minute of 28
	// days. A longer history has longer steps.
	maxSamples = 28 * 24 * 60
	// coverage is the share of a window's own samples that must be there: where
	// Luneo did not run, what was spent is missing from the window's sum.
	coverage = 0.9
)

// Past is the history of one window. It is not safe for concurrent use.
type Past struct {
	o     Options
	step  int64     // seconds from one sample to the next
	first int64     // steps since 1970 of cents[0]
	cents []float64 // NaN where there is no sample
	seen  []int     // how many samples there are up to and with this one
	rise  rise
}

// NewPast makes an empty history. It panics when the options make no sense,
// which is a defect of the program: see Options.Check.
func NewPast(o Options) *Past {
	if err := o.Check(); err != nil {
		panic("cost: " + err.Error())
	}
	o = o.withDefaults()
	return &Past{o: o, step: int64(stepOf(o.History).Seconds())}
}

// stepOf is the distance of samples in a history of a length.
func stepOf(history time.Duration) time.Duration {
	minutes := (history + maxSamples*time.Minute - 1) / (maxSamples * time.Minute)
	return max(1, minutes) * time.Minute
}

// Step is the distance of samples; of several within one the last counts.
func (p *Past) Step() time.Duration { return time.Duration(p.step) * time.Second }

// Len is how many samples there are.
func (p *Past) Len() int {
	if len(p.seen) == 0 {
		return 0
	}
	return p.seen[len(p.seen)-1]
}

// limit is the most samples that are held.
func (p *Past) limit() int { return p.kept() + p.steps(day) }

// kept is how many steps of the past an estimate can reach.
func (p *Past) kept() int { return p.steps(p.o.History + p.o.Window + 2*day) }

// Expect replaces the spans whose spend was expected.
func (p *Past) Expect(spans []Span) {
	if !slices.Equal(p.o.Expected, spans) {
		p.o.Expected, p.rise = spans, rise{}
	}
}

// Add takes a sample over. In the order of time it is cheap. What is older
// than the history needs is forgotten.
func (p *Past) Add(s Sample) {
	at := floorDiv(s.At.Unix(), p.step)
	if len(p.cents) == 0 {
		p.first = at
	}
	i := int(at - p.first)
	if i < 0 || math.IsNaN(s.Cents) || math.IsInf(s.Cents, 0) {
		return
	}
	if p.forget(i) {
		i = int(at - p.first)
	}
	for len(p.cents) <= i {
		p.cents = append(p.cents, math.NaN())
		p.seen = append(p.seen, p.Len())
	}
	if isNew := math.IsNaN(p.cents[i]); isNew {
		for k := i; k < len(p.seen); k++ {
			p.seen[k]++
		}
	}
	p.cents[i] = s.Cents
	if s.At.Before(p.rise.at) {
		p.rise = rise{}
	}
}

// forget makes room, a day at a time, before sample i is added.
func (p *Past) forget(i int) bool {
	if i < p.limit() {
		return false
	}
	drop := i - p.kept()
	gone := 0
	if drop >= len(p.cents) {
		p.cents, p.seen = p.cents[:0], p.seen[:0]
	} else {
		gone = p.seen[drop-1]
		p.cents = append(p.cents[:0], p.cents[drop:]...)
		p.seen = append(p.seen[:0], p.seen[drop:]...)
	}
	for k := range p.seen {
		p.seen[k] -= gone
	}
	p.first += int64(drop)
	return true
}

func (p *Past) steps(d time.Duration) int { return int(int64(d.Seconds()) / p.step) }

// start is the time of the first sample.
func (p *Past) start() time.Time { return time.Unix(p.first*p.step, 0) }

// window returns what the window that ended at a time had cost, and otherwise
// why that is not known.
func (p *Past) window(end time.Time) (float64, Reason) {
	i := int(floorDiv(end.Unix(), p.step) - p.first)
	if i < 0 || i >= len(p.cents) || math.IsNaN(p.cents[i]) {
		return 0, ReasonNoData
	}
	if span := p.steps(p.o.Window); span > 1 {
		before := 0
		if i >= span {
			before = p.seen[i-span]
		}
		if float64(p.seen[i]-before) < coverage*float64(span) {
			return 0, ReasonGap
		}
	}
	if p.o.isExpected(end) {
		return 0, ReasonExpected
	}
	return p.cents[i], ""
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
