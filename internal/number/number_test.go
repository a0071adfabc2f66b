package number_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/number"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestNumbersAsPeopleSayThem writes numbers of every size in every unit.
func TestNumbersAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table := func(name string, write func(float64) string, values ...float64) {
		fmt.Fprintf(&b, "%s\n", name)
		for _, v := range values {
			fmt.Fprintf(&b, "  %-12v %s\n", v, write(v))
		}
	}
	table("seconds", number.Seconds, math.NaN(), math.Inf(1), -3, 0, 0.0004, 0.0042, 0.42, 0.99, 0.9999, 1, 1.04, 8.4, 9.94, 9.96, 11, 59.4, 59.6, 60, 61, 85, 119.7, 154.2, 600, 3599.6, 3600, 3900, 86400, 90000)
	table("percent", number.Percent, math.NaN(), 0, 0.000042, 0.0019, 0.01, 0.012, 0.0996, 0.0999, 0.46, 0.999, 1)
	table("money", number.Money, math.NaN(), -4, 0, 0.0001, 0.007, 0.0995, 0.1, 0.25, 0.996, 3.3, 4, 9.96, 40, 99.6, 100, 9610, 9999, 10000, 41300, 124000, 12400000)
	table("times", number.Times, math.NaN(), 0, 0.4, 1.14, 2, 2.004, 9.99, 9.996, 12.4, 100)
	table("count", number.Count, math.NaN(), 0, 0.6, 28, 999, 999.6, 1000, 6700, 6650, 12400, 99949, 99960, 168000, 999499, 999501, 1.24e6)
	table("size", number.Bytes, math.NaN(), 0, 12, 999, 1000, 2.1e9, 512e9)
	testkit.Golden(t, "testdata/numbers.golden", b.String())
}
