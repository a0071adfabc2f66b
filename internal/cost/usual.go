package cost

import (
	"math"
	"slices"
	"time"
)

// The figures of the estimate; docs/decisions/0004-cost-baseline.md has how
// others did.
const (
	// weekdays is how many windows of the same weekday make them the season.
	weekdays = 3
	// Around a time of day, middles are smoothed this far, less a part for each
	// day that there is, at steps of smoothStep.
	smoothMost  = 250 * time.Minute
	smoothLess  = 20 * time.Minute
	smoothLeast = 10 * time.Minute
	smoothWeek  = 30 * time.Minute
	smoothStep  = 5 * time.Minute
	// The level of the last levelReach counts by the power levelShare up to
	// levelFull days, then less, and not from levelNone days on. It is bounded
	// so that a whole day that is out of the ordinary can't double the usual.
	levelReach = 12 * time.Hour
	levelStep  = 15 * time.Minute
	levelShare = 0.35
	levelFull  = 5
	levelNone  = 12
	levelMost  = 1.5
	// spikes is the share of past windows that are taken to be spikes. They are
	// all at the upper end, so the middle of the others lies a little lower.
	spikes = 1.0 / 12
	// outside is the share of past windows at either end that is outside the
	// usual range.
	outside = 0.1
)

// Baseline estimates what a window that ends now usually costs, from samples
// before now.
func (p *Past) Baseline(now time.Time) Estimate {
	e := estimator{past: p, now: now.In(p.o.Location)}
	est := Estimate{Season: SeasonDay, LevelFactor: 1}
	e.days = p.daysBefore(e.now)
	if since, ok := p.risenSince(e.now); ok {
		est.RisenSince, e.since = since, since
	}
	est.Windows = e.at(0, nil)
	if e.count(est.Windows) >= weekdays && e.sameWeekdays(est.Windows) {
		est.Season, e.week = SeasonWeek, true
		est.Windows = e.at(0, est.Windows[:0])
	}
	m, usable := e.middle(est.Windows)
	markUse(est.Windows, m)
	est.MiddleCents, est.Days = m.cents, usable
	if est.Days < p.o.MinDays {
		est.ReadyAt = e.readyAt(est.Days)
		return est
	}
	est.Ready = true
	est.Around = e.around(est.Days)
	smoothed := e.smooth(est.Around)
	est.SmoothedCents = smoothed.cents
	est.LevelFactor = e.level(est.Days)
	est.Cents = smoothed.cents * est.LevelFactor
	est.LowCents, est.HighCents = smoothed.low*est.LevelFactor, smoothed.high*est.LevelFactor
	return est
}

// estimator is one estimate in the making.
type estimator struct {
	past  *Past
	now   time.Time   // in the location
	days  []time.Time // the same local time on the days before, newest first
	week  bool        // only those of the same weekday count
	since time.Time   // only those from then on count; zero: all

	windows []Window  // scratch
	values  []float64 // scratch
}

// daysBefore lists the same local time on each day of the history. The clock
// decides, not 24 hours, so that a change to summer time moves nothing; an
// hour that does not exist on a day is the one after or before it.
func (p *Past) daysBefore(now time.Time) []time.Time {
	if len(p.cents) == 0 {
		return nil
	}
	oldest := now.Add(-p.o.History - time.Hour) // an hour for the clock's changes
	if start := p.start(); oldest.Before(start) {
		oldest = start
	}
	var days []time.Time
	year, month, d := now.Date()
	hour, minute, second := now.Clock()
	for k := 1; ; k++ {
		t := time.Date(year, month, d-k, hour, minute, second, 0, now.Location())
		if t.Before(oldest) {
			return days
		}
		days = append(days, t)
	}
}

// at appends the windows that ended at an offset from the time of day.
func (e *estimator) at(offset time.Duration, dst []Window) []Window {
	for i, t := range e.days {
		w := Window{End: t.Add(offset)}
		switch {
		case e.week && (i+1)%7 != 0:
			w.Reason = ReasonWeekday
		case t.Before(e.since):
			w.Reason = ReasonRise
		default:
			w.Cents, w.Reason = e.past.window(w.End)
		}
		if w.Reason != "" {
			w.Use = LeftOut
		}
		dst = append(dst, w)
	}
	dropPauses(dst)
	return dst
}

// dropPauses leaves windows out in which nothing was spent, unless that is so
// on most days: a pause or an outage says nothing about the usual cost.
func dropPauses(windows []Window) {
	usable, zero := 0, 0
	for _, w := range windows {
		if w.Reason == "" {
			usable++
			if w.Cents == 0 {
				zero++
			}
		}
	}
	if 2*zero >= usable {
		return
	}
	for i := range windows {
		if w := &windows[i]; w.Reason == "" && w.Cents == 0 {
			w.Use, w.Reason = LeftOut, ReasonNothing
		}
	}
}

func (e *estimator) count(windows []Window) (n int) {
	for _, w := range windows {
		if w.Reason == "" {
			n++
		}
	}
	return n
}

// sameWeekdays reports whether enough usable windows are of today's weekday.
func (e *estimator) sameWeekdays(windows []Window) bool {
	n := 0
	for i := 6; i < len(windows); i += 7 {
		if windows[i].Reason == "" {
			n++
		}
	}
	return n >= max(weekdays, e.past.o.MinDays)
}

// middle returns the middle of the usable windows, the range of those that it
// was made of, and how many are usable.
func (e *estimator) middle(windows []Window) (m middle, usable int) {
	v := e.values[:0]
	for _, w := range windows {
		if w.Reason == "" {
			v = append(v, w.Cents)
		}
	}
	e.values = v
	if len(v) == 0 {
		return middle{}, 0
	}
	slices.Sort(v)
	return e.past.o.Method.middle(v), len(v)
}

// middle is a value in the middle of others, and a range around it: the lowest
// and the highest of those that it was made of, or the usual ones.
type middle struct{ cents, low, high float64 }

// middle returns the middle of sorted values.
func (m Method) middle(v []float64) middle {
	if m == TrimmedMean {
		trim := len(v) / 5
		v = v[trim : len(v)-trim]
		return middle{mean(v), v[0], v[len(v)-1]}
	}
	return quantile(v, (1-spikes)/2)
}

// quantile returns the value at a share of the way through sorted values.
func quantile(v []float64, share float64) middle {
	at := share * float64(len(v)-1)
	i := int(at)
	low, high := v[i], v[min(i+1, len(v)-1)]
	return middle{low + (at-float64(i))*(high-low), low, high}
}

// markUse says of each usable window whether it is in the middle.
func markUse(windows []Window, m middle) {
	for i := range windows {
		w := &windows[i]
		switch {
		case w.Reason != "":
		case w.Cents < m.low:
			w.Use = TrimmedLow
		case w.Cents > m.high:
			w.Use = TrimmedHigh
		default:
			w.Use = Used
		}
	}
}

func mean(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// around is how far to smooth when there are so many days.
func (e *estimator) around(days int) time.Duration {
	if e.week {
		return smoothWeek
	}
	return max(smoothLeast, smoothMost-time.Duration(days)*smoothLess)
}

// smooth is the mean of the middles around the time of day, weighted by how
// near they are, and that of the usual ranges. All are of past days, those
// after the time of day too.
func (e *estimator) smooth(around time.Duration) middle {
	var sum middle
	var weights float64
	for offset := -around; offset <= around; offset += smoothStep {
		e.windows = e.at(offset, e.windows[:0])
		m, n := e.middle(e.windows)
		if n < e.past.o.MinDays {
			continue
		}
		weight := 1 - offset.Abs().Minutes()/(around+smoothStep).Minutes()
		sum.cents += weight * m.cents
		sum.low += weight * quantile(e.values, outside).cents // middle has sorted them
		sum.high += weight * quantile(e.values, 1-outside).cents
		weights += weight
	}
	return middle{sum.cents / weights, sum.low / weights, sum.high / weights}
}

// level is how the last hours compare with the usual at their times, as far
// as that counts when there are so many days.
func (e *estimator) level(days int) float64 {
	share := levelShare * min(1, float64(levelNone-days)/(levelNone-levelFull))
	if share <= 0 || e.week {
		return 1
	}
	var ratios []float64
	for offset := time.Duration(0); offset > -levelReach; offset -= levelStep {
		cents, reason := e.past.window(e.now.Add(offset - e.past.Step()))
		e.windows = e.at(offset, e.windows[:0])
		usual, n := e.middle(e.windows)
		if reason == "" && cents > 0 && usual.cents > 0 && n >= e.past.o.MinDays {
			ratios = append(ratios, cents/usual.cents)
		}
	}
	if len(ratios) < int(levelReach/levelStep/2) {
		return 1
	}
	ratio := min(levelMost, max(1/levelMost, median(ratios)))
	return math.Pow(ratio, share)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return quantile(v, 0.5).cents
}

// readyAt guesses when there will be enough windows: when the history is old
// enough, or after so many more days when some of it was left out.
func (e *estimator) readyAt(usable int) time.Time {
	o := &e.past.o
	start := e.now
	if len(e.past.cents) > 0 {
		start = e.past.start()
	}
	at := start.Add(o.Window + time.Duration(o.MinDays)*day)
	if at.After(e.now) {
		return at
	}
	return e.now.Add(time.Duration(o.MinDays-usable) * day)
}
