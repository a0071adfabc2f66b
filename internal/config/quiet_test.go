package config_test

import (
	"slices"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/config"
)

func TestQuietTimes(t *testing.T) {
	t.Parallel()
	const all = 7
	for text, want := range map[string]struct {
		days     int
		first    time.Weekday
		from, to time.Duration
	}{
		"mon-fri 22:00-07:00": {5, time.Monday, 22 * time.Hour, 7 * time.Hour},
		"sat,sun":             {2, time.Saturday, 0, 24 * time.Hour},
		"22:00-06:30":         {all, time.Monday, 22 * time.Hour, 6*time.Hour + 30*time.Minute},
		"fri-mon,wed":         {5, time.Friday, 0, 24 * time.Hour},
		"sun 18:00-24:00":     {1, time.Sunday, 18 * time.Hour, 24 * time.Hour},
	} {
		var q config.QuietTime
		if err := q.UnmarshalText([]byte(text)); err != nil || len(q.Days) != want.days || q.Days[0] != want.first || q.From != want.from || q.To != want.to {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
		if written, err := q.MarshalText(); err != nil || string(written) != text {
			t.Errorf("%s is written %s, %v", text, written, err)
		}
		if sorted := slices.Compact(slices.Sorted(slices.Values(q.Days))); len(sorted) != len(q.Days) {
			t.Errorf("%s names a day twice: %v", text, q.Days)
		}
	}
	for _, text := range []string{"", "night", "mon-", "mon 25:00-26:00", "22:00", "22:00-22:00", "24:00-06:00", "Mon", "mon  22:00-23:00", "mon,22:00-23:00", "mon ", "22:00-07:00 mon"} {
		var q config.QuietTime
		if err := q.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken: %+v", text, q)
		}
	}
}
