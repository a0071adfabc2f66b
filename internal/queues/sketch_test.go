package queues

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestQuantilesAreNear holds quantiles of waits of all lengths against exact ones.
func TestQuantilesAreNear(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 100, 5000} {
		var s sketch
		var waits []time.Duration
		for range n {
			d := time.Duration(math.Exp(rng.Float64()*math.Log(float64(longestWait)/float64(shortestWait))) * float64(shortestWait))
			waits = append(waits, d)
			s.add(class{classOf(d), 1})
		}
		slices.Sort(waits)
		for _, q := range []float64{0, 0.5, 0.95, 1} {
			exact := waits[max(1, int(math.Ceil(q*float64(n))))-1]
			got, ok := s.quantile(q)
			if off := math.Abs(float64(got-exact)) / float64(exact); !ok || off > sketchError+1e-9 {
				t.Errorf("%d waits, quantile %v: %v, exactly %v", n, q, got, exact)
			}
		}
	}
}

func TestQuantilesAtTheEdges(t *testing.T) {
	t.Parallel()
	if d, ok := sketch(nil).quantile(0.5); ok {
		t.Errorf("of no wait: %v", d)
	}
	for wait, want := range map[time.Duration]time.Duration{0: shortestWait, -time.Hour: shortestWait, time.Microsecond: shortestWait, 1 << 62: longestWait} {
		var s sketch
		s.add(class{classOf(wait), 1})
		got, _ := s.quantile(0.5)
		if off := math.Abs(float64(got-want)) / float64(want); off > sketchError {
			t.Errorf("%v counts as %v, want %v", wait, got, want)
		}
	}
	if n := classOf(longestWait); n > 250 {
		t.Errorf("%d classes", n)
	}
}
