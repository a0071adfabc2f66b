package cost_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func number(t testing.TB, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestRealTrace judges the baseline on two weeks of a real platform.
func TestRealTrace(t *testing.T) {
	t.Parallel()
	var rates []rate
	for _, r := range testkit.Rows(t, filepath.Join(testkit.TestData(t), "llm-traces", "servegen-m-mid.csv.gz"))[1:] {
		rates = append(rates, rate{number(t, r[0]), number(t, r[1])})
	}
	for seed := range uint64(3) {
		c := makeCourse(rates, seed)
		for k, n := range c.names {
			ref, us := alertsOf(c.sums[k], reference(c.sums[k], c.length[k])), alertsOf(c.sums[k], ours(c.sums[k], c.length[k]))
			r, o := compare(c.real[k], ref), compare(c.real[k], us)
			t.Logf("seed %d %s: real %d; reference missed %d, wrong %d; ours missed %d, wrong %d, delay %v", seed, n, r.real, r.missed, r.wrong, o.missed, o.wrong, middleOr0(o.delays))
		}
	}
}

func middleOr0(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return middle(v)
}
