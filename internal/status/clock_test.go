package status

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// golden holds text against a file in testdata, or writes it with -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	testkit.Golden(t, filepath.Join("testdata", name), text)
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
		fmt.Fprintf(&b, "%-10s span %-12s soon %-12s ago %-16s lasting %-22s when %s\n", d, number.Span(d), number.Soon(d), c.ago(at), c.lasting(at), c.when(at))
	}
	golden(t, "times.golden", b.String())
}
