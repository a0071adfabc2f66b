package cost_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
)

// This file judges baselines on series with injected spikes: what is spent
// each minute, which windows were really out of the ordinary, seen with
// hindsight, and what the rule of CostSpikeDetected would have made of it.

const (
	dayMinutes = 24 * 60
	ruleFor    = 5  // minutes that the rule waits
	ruleFloor  = 10 // cents
	firstDay   = 4  // what fires before it is not judged
)

// monday is when the series begin.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

type rate struct{ second, perSecond float64 }

// spike multiplies what is spent, at once or by and by.
type spike struct {
	start, minutes int
	factor         float64
	ramp           bool
}

// course is a series with what is true of it.
type course struct {
	cents  []float64 // each minute
	spikes []spike
	names  []string
	length []int // minutes of the windows
	sums   [][]float64
	real   [][]span // episodes by window
}

// span is from a minute on until before another.
type span struct{ from, to int }

// makeCourse interpolates a rate of requests, prices each at 0.004 cents with
// the noise of a Poisson process, and injects spikes.
func makeCourse(rates []rate, seed uint64) *course {
	rng := rand.New(rand.NewPCG(seed, 1))
	clean := minutes(rates, rng)
	c := &course{cents: slices.Clone(clean), names: []string{"15m", "1h", "24h"}, length: []int{15, 60, dayMinutes}}
	c.inject(rng)
	for _, w := range c.length {
		c.sums = append(c.sums, rolling(c.cents, w))
		c.real = append(c.real, c.hindsight(rolling(clean, w), w))
	}
	return c
}

func minutes(rates []rate, rng *rand.Rand) []float64 {
	out := make([]float64, int(rates[len(rates)-1].second/60)+1)
	for m := range out {
		at := float64(m * 60)
		i := max(0, sort.Search(len(rates), func(i int) bool { return rates[i].second > at })-1)
		a, b := rates[i], rates[min(i+1, len(rates)-1)]
		if a.perSecond == 0 || b.perSecond == 0 { // a gap in the recording
			continue
		}
		n := 60 * (a.perSecond + (b.perSecond-a.perSecond)*(at-a.second)/max(1, b.second-a.second))
		out[m] = max(0, n+rng.NormFloat64()*math.Sqrt(n)) * 0.004
	}
	return out
}

// inject multiplies stretches of the series from the sixth day on.
func (c *course) inject(rng *rand.Rand) {
	kinds := []spike{{0, 15, 3, false}, {0, 10, 10, false}, {0, 45, 3, false}, {0, 60, 2.5, false}, {0, 90, 4, true}, {0, 30, 2, false}, {0, 120, 1.5, false}}
	for m := 5*dayMinutes + 100; m < len(c.cents)-300; m += int((9 + 4*rng.Float64()) * 60) {
		s := kinds[len(c.spikes)%len(kinds)]
		s.start = m
		for k := range s.minutes {
			part := 1.0
			if s.ramp {
				part = float64(k+1) / float64(s.minutes)
			}
			c.cents[m+k] *= 1 + (s.factor-1)*part
		}
		c.spikes = append(c.spikes, s)
	}
}

func rolling(cents []float64, w int) []float64 {
	out, sum := make([]float64, len(cents)), 0.0
	for i, x := range cents {
		sum += x
		if i >= w {
			sum -= cents[i-w]
		}
		out[i] = max(0, sum)
	}
	return out
}

// hindsight finds where a window cost more than twice the median of the same
// time on all other days, before and after, spikes taken out, for 5 minutes.
func (c *course) hindsight(clean []float64, w int) []span {
	sums := rolling(c.cents, w)
	flags := make([]bool, len(sums))
	for i := max(w, firstDay*dayMinutes); i < len(sums); i++ {
		var same []float64
		for j := i % dayMinutes; j < len(sums); j += dayMinutes {
			if j != i && j >= w && clean[j] > 1e-9 {
				same = append(same, clean[j])
			}
		}
		flags[i] = len(same) > 0 && sums[i] > 2*middle(same)
	}
	return episodes(flags)
}

func middle(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// episodes are the stretches of at least 5 minutes.
func episodes(flags []bool) (out []span) {
	start := -1
	for i := range len(flags) + 1 {
		on := i < len(flags) && flags[i]
		switch {
		case on && start < 0:
			start = i
		case !on && start >= 0:
			if i-start >= ruleFor {
				out = append(out, span{start, i})
			}
			start = -1
		}
	}
	return out
}

// baseline is the usual cost in cents at each minute of a window's sums;
// below 0 there is none.
type baseline func(sums []float64, w int) []float64

// ours is what this package says.
func ours(sums []float64, w int) []float64 {
	past := cost.NewPast(cost.Options{Window: time.Duration(w) * time.Minute, Location: time.UTC})
	out := make([]float64, len(sums))
	for i, s := range sums {
		at := monday.Add(time.Duration(i) * time.Minute)
		out[i] = -1
		if e := past.Baseline(at); e.Ready {
			out[i] = e.Cents
		}
		past.Add(cost.Sample{At: at, Cents: s})
	}
	return out
}

// reference is the one to beat: the mean of the same time on the past days, a
// fifth trimmed at both ends.
func reference(sums []float64, w int) []float64 {
	out := make([]float64, len(sums))
	for i := range sums {
		var past []float64
		for j := i - dayMinutes; j >= w-1; j -= dayMinutes {
			if sums[j] > 1e-9 {
				past = append(past, sums[j])
			}
		}
		if out[i] = -1; len(past) < 3 {
			continue
		}
		slices.Sort(past)
		trim := 0
		if len(past) > 4 {
			trim = len(past) / 5
		}
		sum := 0.0
		for _, x := range past[trim : len(past)-trim] {
			sum += x
		}
		out[i] = sum / float64(len(past)-2*trim)
	}
	return out
}

// score is how well a baseline did, the windows together.
type score struct {
	real, missed, alarms, wrong int
	delays                      []float64 // minutes from an episode's start to its alert
	steps, covered              int       // injected steps of 3 and more, and those that alerted while they lasted
}

func (s *score) add(o score) {
	s.real, s.missed, s.alarms, s.wrong = s.real+o.real, s.missed+o.missed, s.alarms+o.alarms, s.wrong+o.wrong
	s.delays = append(s.delays, o.delays...)
	s.steps, s.covered = s.steps+o.steps, s.covered+o.covered
}

func (c *course) judge(usual baseline) score {
	var total score
	covered := make([]bool, len(c.spikes))
	for k, sums := range c.sums {
		alerts := alertsOf(sums, usual(sums, c.length[k]))
		total.add(compare(c.real[k], alerts))
		for i, s := range c.spikes {
			for _, a := range alerts {
				covered[i] = covered[i] || s.start <= a.to && a.from <= s.start+s.minutes+2
			}
		}
	}
	for i, s := range c.spikes {
		if s.factor >= 3 && !s.ramp && slices.Min(c.cents[s.start:s.start+s.minutes]) > 0 { // not in a gap of the recording
			total.steps++
			if covered[i] {
				total.covered++
			}
		}
	}
	return total
}

// alertsOf is the rule: more than twice the usual for 5 minutes, above a floor.
func alertsOf(sums, usual []float64) (alerts []span) {
	flags := make([]bool, len(sums))
	for i, s := range sums {
		flags[i] = usual[i] >= 0 && s > 2*usual[i] && s > ruleFloor
	}
	for _, e := range episodes(flags) {
		if e.from+ruleFor >= firstDay*dayMinutes {
			alerts = append(alerts, span{e.from + ruleFor, e.to})
		}
	}
	return alerts
}

func compare(real, alerts []span) score {
	s := score{real: len(real), alarms: len(alerts)}
	for _, r := range real {
		best := -1
		for _, a := range alerts {
			if a.from <= r.to && a.to >= r.from {
				if d := max(0, a.from-r.from); best < 0 || d < best {
					best = d
				}
			}
		}
		if best < 0 {
			s.missed++
		} else {
			s.delays = append(s.delays, float64(best))
		}
	}
	for _, a := range alerts {
		if !slices.ContainsFunc(real, func(r span) bool { return a.from <= r.to+10 && a.to >= r.from-10 }) {
			s.wrong++
		}
	}
	return s
}
