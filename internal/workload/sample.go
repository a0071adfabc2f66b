package workload

import (
	"math"
	"math/rand/v2"
)

// sample draws a value whose quantiles are q, up to the 99 % one, with
// geometric steps between them.
func (q quantiles) sample(rng *rand.Rand) int64 {
	at := [len(q)]float64{0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99}
	u := rng.Float64() * at[len(at)-1]
	i := 1
	for u > at[i] {
		i++
	}
	share := (u - at[i-1]) / (at[i] - at[i-1])
	return int64(q[i-1] * math.Pow(q[i]/q[i-1], share))
}

// lognormal draws a value with the given median and standard deviation of the
// logarithm.
func lognormal(rng *rand.Rand, median, spread float64) float64 {
	return median * math.Exp(spread*rng.NormFloat64())
}

// gap draws the time between two arrivals: a gamma distribution with the given
// mean and coefficient of variation.
func gap(rng *rand.Rand, mean, cv float64) float64 {
	shape := 1 / (cv * cv)
	return mean / shape * gamma(rng, shape)
}

// gamma draws from the gamma distribution with scale 1, by the method of
// Marsaglia and Tsang (2000). A shape below 1 is lifted by 1 and corrected.
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(1-rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		root := 1 + c*x
		v := root * root * root
		if v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// choice is one of several names, as likely as its weight.
type choice[T any] struct {
	weight float64
	value  T
}

func pick[T any](rng *rand.Rand, choices []choice[T]) T {
	var sum float64
	for _, c := range choices {
		sum += c.weight
	}
	u := rng.Float64() * sum
	for _, c := range choices {
		if u -= c.weight; u < 0 {
			return c.value
		}
	}
	return choices[len(choices)-1].value
}
