package cost

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// State says in words whether there is a baseline, and if not, when.
func (e *Estimate) State(now time.Time) string {
	if e.Ready {
		return "baseline from " + e.basis()
	}
	return "baseline ready in " + roughly(e.ReadyAt.Sub(now))
}

// Sum says in words what a window costs now and what is usual:
// "now $12.40/h, usual $4.10 on Tuesdays at 14:00 over 4 weeks".
func (e *Estimate) Sum(label string, currentCents float64, now time.Time) string {
	current := "now " + Dollars(currentCents) + per(label)
	if !e.Ready {
		return current + ", " + e.State(now)
	}
	at := now.Format("15:04")
	if e.Season == SeasonWeek {
		return fmt.Sprintf("%s, usual %s on %ss at %s over %s", current, Dollars(e.Cents), now.Weekday(), at, plural(e.Days, "week"))
	}
	return fmt.Sprintf("%s, usual %s at %s over %s", current, Dollars(e.Cents), at, plural(e.Days, "day"))
}

func (e *Estimate) basis() string {
	if e.Season == SeasonWeek {
		return plural(e.Days, "week")
	}
	return plural(e.Days, "day")
}

// Dollars writes an amount of US cents: to the cent, or to four figures when
// it is less than ten cents.
func Dollars(cents float64) string {
	if cents != 0 && cents < 10 && cents > -10 {
		return "$" + trimZeros(strconv.FormatFloat(cents/100, 'f', 6, 64))
	}
	return "$" + strconv.FormatFloat(cents/100, 'f', 2, 64)
}

// trimZeros keeps at least two decimals.
func trimZeros(s string) string {
	for strings.HasSuffix(s, "0") && len(s)-strings.IndexByte(s, '.') > 3 {
		s = s[:len(s)-1]
	}
	return s
}

// per turns the label of a window into what follows an amount: "1h" to "/h".
func per(label string) string {
	if rest, ok := strings.CutPrefix(label, "1"); ok && len(rest) == 1 {
		label = rest
	}
	return "/" + label
}

// roughly says how long it is, rounded up to what matters.
func roughly(d time.Duration) string {
	switch {
	case d <= time.Minute:
		return "a minute"
	case d <= 90*time.Minute:
		return plural(ceil(d, time.Minute), "minute")
	case d <= 36*time.Hour:
		return plural(ceil(d, time.Hour), "hour")
	default:
		return plural(ceil(d, day), "day")
	}
}

func ceil(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
