package chart

import (
	"math"
	"time"
)

// most is the largest number that is drawn, and least the smallest distance, so
// that no sum or quotient of them runs over.
const (
	most  = 1e100
	least = 1e-100
)

// axis is the range of the values.
type axis struct{ lo, hi float64 }

// newAxis is the axis that shows values between lo and hi, and a limit. It starts
// at zero, so that a small change looks small, but for what is bad when it is low:
// an availability of 99.9 % would be a straight line. Beyond the values there is
// some room, as a share of what they take.
func newAxis(lo, hi float64, threshold *float64, below bool, room float64) axis {
	if threshold != nil {
		lo, hi = min(lo, *threshold), max(hi, *threshold)
	}
	lo, hi = max(lo, -most), min(hi, most)
	if near := below && threshold != nil && lo > 0 && lo > 0.6*hi && hi-lo > 1e-6*hi; near {
		room *= hi - lo
		return axis{lo - room, hi + room}
	}
	lo, hi = min(lo, 0), max(hi, 0)
	if hi-lo < least {
		return axis{0, 1}
	}
	room *= hi - lo
	a := axis{lo, hi}
	if hi > 0 {
		a.hi += room
	}
	if lo < 0 {
		a.lo -= room
	}
	return a
}

// share is how high a value is on the axis, from 0 to 1.
func (a axis) share(v float64) float64 {
	return min(max((v-a.lo)/(a.hi-a.lo), 0), 1)
}

// ticks are round values on the axis, at most n, and their distance, which
// is no less than another.
func (a axis) ticks(n int, unit Unit, atLeast float64) (ticks []float64, step float64) {
	step = max(a.step(n, unit), atLeast)
	for k := math.Ceil(a.lo/step - 1e-9); k*step <= a.hi && len(ticks) < n; k++ {
		v := k * step
		if v == 0 {
			v = 0 // not the negative one
		}
		ticks = append(ticks, v)
	}
	return ticks, step
}

// step is the smallest round distance that gives at most n ticks.
func (a axis) step(n int, unit Unit) float64 {
	fits := func(step float64) bool {
		return math.Floor(a.hi/step)-math.Ceil(a.lo/step-1e-9)+1 <= float64(n)
	}
	if unit == Seconds && a.hi-a.lo > 5 {
		for _, step := range []float64{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600, 86400} {
			if fits(step) {
				return step
			}
		}
	}
	if unit == Ratio {
		a.lo, a.hi = a.lo*100, a.hi*100
		return a.step(n, Plain) / 100
	}
	power := math.Floor(math.Log10((a.hi - a.lo) / float64(n)))
	for {
		for _, m := range []float64{1, 2, 5} {
			if step := m * math.Pow(10, power); fits(step) {
				return step
			}
		}
		power++
	}
}

// timeSteps are the round distances of the time axis.
var timeSteps = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// days are the distances beyond.
var days = [...]int{1, 2, 5, 10, 20, 50, 100, 200, 400}

// timeTicks are round times of the clock of a zone between two times, at most n.
func timeTicks(from, to time.Time, n int) []time.Time {
	from = from.In(to.Location())
	midnight := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, from.Location())
	for _, step := range timeSteps {
		if to.Sub(from)/step > time.Duration(n) {
			continue
		}
		// As the clock shows it: on the day that it is changed, midnight is not so many steps ago.
		_, then := from.Zone()
		_, before := midnight.Zone()
		since := from.Sub(midnight) + time.Duration(then-before)*time.Second
		first := from.Add((step - since%step) % step)
		if ticks := between(first, to, func(t time.Time) time.Time { return t.Add(step) }, n); ticks != nil {
			return ticks
		}
	}
	for _, step := range days {
		first := midnight
		if first.Before(from) {
			first = first.AddDate(0, 0, 1)
		}
		if ticks := between(first, to, func(t time.Time) time.Time { return t.AddDate(0, 0, step) }, n); ticks != nil {
			return ticks
		}
	}
	return nil
}

// between is the times from the first to the last, nil if they are more than n.
func between(first, to time.Time, next func(time.Time) time.Time, n int) []time.Time {
	ticks := []time.Time{}
	for t := first; !t.After(to); t = next(t) {
		if len(ticks) == n {
			return nil
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// clock writes the ticks of an axis: 15:04, at midnight of several days 2 Jan.
func clock(ticks []time.Time) []string {
	layout := "15:04"
	for _, t := range ticks {
		if t.Second() != 0 {
			layout = "15:04:05"
		}
	}
	texts := make([]string, len(ticks))
	for i, t := range ticks {
		texts[i] = t.Format(layout)
		if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && len(ticks) > 1 && ticks[len(ticks)-1].Sub(ticks[0]) >= 12*time.Hour {
			texts[i] = t.Format("2 Jan")
		}
	}
	return texts
}
