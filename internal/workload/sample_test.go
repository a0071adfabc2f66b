package workload

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestGapsHaveTheirMeanAndVariation(t *testing.T) {
	t.Parallel()
	for _, cv := range []float64{0.5, 1, 1.316, 2.512} {
		rng := rand.New(rand.NewPCG(1, 2))
		gaps := make([]float64, 100_000)
		for i := range gaps {
			gaps[i] = gap(rng, 0.2, cv)
		}
		if m := mean(gaps); math.Abs(m-0.2) > 0.005 {
			t.Errorf("cv %v: the mean is %v, want 0.2", cv, m)
		}
		if got := deviation(gaps) / mean(gaps); math.Abs(got-cv) > 0.03*cv {
			t.Errorf("the variation is %v, want %v", got, cv)
		}
	}
}

func TestSamplesHaveTheirQuantiles(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	q := measured().chatInput
	values := make([]float64, 100_000)
	for i := range values {
		values[i] = float64(q.sample(rng))
	}
	// Draws stop at the 99 % quantile.
	for i, p := range []float64{0.10, 0.25, 0.50, 0.75, 0.90} {
		if got := quantileOf(values, p/0.99); math.Abs(got-q[i+1]) > 0.03*q[i+1] {
			t.Errorf("quantile %v is %v, want %v", p, got, q[i+1])
		}
	}
	if low, high := quantileOf(values, 0), quantileOf(values, 0.99999); low < q[0] || high > q[6] {
		t.Errorf("values from %v to %v, want %v to %v", low, high, q[0], q[6])
	}
}
