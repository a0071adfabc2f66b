package status

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// golden holds text against a file in testdata, or writes it with -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	testkit.Golden(t, filepath.Join("testdata", name), text)
}

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
	table("seconds", seconds, math.NaN(), math.Inf(1), -3, 0, 0.0004, 0.0042, 0.42, 0.99, 0.9999, 1, 1.04, 8.4, 9.94, 9.96, 11, 59.4, 59.6, 60, 61, 85, 119.7, 154.2, 600, 3599.6, 3600, 3900, 86400, 90000)
	table("percent", percent, math.NaN(), 0, 0.000042, 0.0019, 0.01, 0.012, 0.0996, 0.0999, 0.46, 0.999, 1)
	table("money", money, math.NaN(), -4, 0, 0.0001, 0.007, 0.0995, 0.1, 0.25, 0.996, 3.3, 4, 9.96, 40, 99.6, 100, 9610, 9999, 10000, 41300, 124000, 12400000)
	table("times", times, math.NaN(), 0, 0.4, 1.14, 2, 2.004, 9.99, 9.996, 12.4, 100)
	table("count", count, math.NaN(), 0, 0.6, 28, 999, 999.6, 1000, 6700, 6650, 12400, 99949, 99960, 168000, 999499, 999501, 1.24e6)
	table("size", size, math.NaN(), 0, 12, 999, 1000, 2.1e9, 512e9)
	golden(t, "numbers.golden", b.String())
}

// TestTimesAsPeopleSayThem writes spans and clock times.
func TestTimesAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := clock{now: time.Date(2026, 11, 24, 13, 31, 0, 0, time.UTC), place: berlin}
	var b strings.Builder
	for _, d := range []time.Duration{-time.Second, 0, 40 * time.Second, 119 * time.Second, 18 * time.Minute, 59*time.Minute + 59*time.Second, time.Hour, 3*time.Hour + 5*time.Minute, 23 * time.Hour, 26 * time.Hour, 7 * 24 * time.Hour} {
		at := c.now.Add(-d)
		fmt.Fprintf(&b, "%-10s span %-12s soon %-12s ago %-16s lasting %-22s when %s\n", d, span(d), soon(d), c.ago(at), c.lasting(at), c.when(at))
	}
	golden(t, "times.golden", b.String())
}
