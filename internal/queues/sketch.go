package queues

import (
	"math"
	"slices"
	"time"
)

// Waits fall into classes whose bounds grow by a constant factor, so that a
// quantile is told with a relative error of at most sketchError, from
// shortestWait to longestWait; what is shorter or longer counts as those.
const (
	sketchError  = 0.05
	sketchFactor = (1 + sketchError) / (1 - sketchError)
	shortestWait = time.Millisecond
	longestWait  = 30 * 24 * time.Hour
)

// sketch counts waits by class; only classes that have any are there, in order.
type sketch []class

type class struct {
	number uint16
	waits  uint32
}

func classOf(d time.Duration) uint16 {
	d = min(max(d, shortestWait), longestWait)
	return uint16(math.Ceil(math.Log(float64(d)/float64(shortestWait)) / math.Log(sketchFactor)))
}

// value stands for every wait of a class: the one from which none is further
// away than the error.
func (c class) value() time.Duration {
	if c.number == 0 {
		return shortestWait
	}
	return time.Duration(float64(shortestWait) * math.Pow(sketchFactor, float64(c.number)) * 2 / (1 + sketchFactor))
}

func (s *sketch) add(c class) {
	at, found := slices.BinarySearchFunc(*s, c.number, func(have class, number uint16) int { return int(have.number) - int(number) })
	if !found {
		*s = slices.Insert(*s, at, class{number: c.number})
	}
	(*s)[at].waits += c.waits
}

func (s *sketch) merge(other sketch) {
	for _, c := range other {
		s.add(c)
	}
}

// quantile is the value that a share of the waits does not exceed; ok is false
// when there is none.
func (s sketch) quantile(share float64) (wait time.Duration, ok bool) {
	var all uint64
	for _, c := range s {
		all += uint64(c.waits)
	}
	if all == 0 {
		return 0, false
	}
	rank := max(1, uint64(math.Ceil(share*float64(all))))
	for _, c := range s {
		if rank <= uint64(c.waits) {
			return c.value(), true
		}
		rank -= uint64(c.waits)
	}
	return 0, false
}
