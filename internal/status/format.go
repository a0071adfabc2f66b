package status

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Numbers as people say them. Each writes the number and its unit; one that is
// not known is a dash.

const unknown = "–"

func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// seconds writes a measured time: 420 ms, 8.4 s, 2 m 34 s, 1 h 5 m.
func seconds(v float64) string {
	switch {
	case !known(v):
		return unknown
	case v < 0:
		return "-" + seconds(-v)
	case v == 0:
		return "0 s"
	case v < 0.9995:
		return twoDigits(v*1000) + " ms"
	case v < 9.95:
		return twoDigits(v) + " s"
	case math.Round(v) <= 60:
		return strconv.Itoa(int(math.Round(v))) + " s"
	case math.Round(v) < 3600:
		return two(int(math.Round(v)), 60, "m", "s")
	case math.Round(v/60) < 24*60:
		return two(int(math.Round(v/60)), 60, "h", "m")
	default:
		return two(int(math.Round(v/3600)), 24, "d", "h")
	}
}

// two writes a number in two units, the smaller one only when there is any.
func two(n, per int, large, small string) string {
	s := strconv.Itoa(n/per) + " " + large
	if n%per != 0 {
		s += " " + strconv.Itoa(n%per) + " " + small
	}
	return s
}

// percent writes a ratio: 0.19 %, 46 %.
func percent(ratio float64) string {
	if !known(ratio) {
		return unknown
	}
	return twoDigits(ratio*100) + " %"
}

// money writes US cents: $413, $96.10, 4.0 ¢, 0.007 ¢.
func money(cents float64) string {
	switch {
	case !known(cents):
		return unknown
	case cents < 0:
		return "-" + money(-cents)
	case cents == 0:
		return "$0"
	case cents < 0.0995:
		return trim(strconv.FormatFloat(cents, 'f', max(3, 1-magnitude(cents)), 64)) + " ¢"
	case cents < 0.995:
		return strconv.FormatFloat(cents, 'f', 2, 64) + " ¢"
	case cents < 9.95:
		return strconv.FormatFloat(cents, 'f', 1, 64) + " ¢"
	case cents < 99.5:
		return strconv.FormatFloat(cents, 'f', 0, 64) + " ¢"
	case cents < 9999.5:
		return "$" + strconv.FormatFloat(cents/100, 'f', 2, 64)
	default:
		return "$" + grouped(int64(math.Round(cents/100)))
	}
}

// grouped writes thousands apart: 1,240.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// times writes a factor: 1.14×, 12×.
func times(factor float64) string {
	switch {
	case !known(factor):
		return unknown
	case factor < 9.995:
		return trim(strconv.FormatFloat(factor, 'f', 2, 64)) + "×"
	default:
		return strconv.FormatFloat(factor, 'f', 0, 64) + "×"
	}
}

// count writes a number of things: 28, 6.7k, 12.4k, 1.2M.
func count(v float64) string {
	switch {
	case !known(v):
		return unknown
	case math.Abs(v) < 999.5:
		return strconv.Itoa(int(math.Round(v)))
	case math.Abs(v) < 999_500:
		return trim(strconv.FormatFloat(v/1e3, 'f', decimals(v/1e3), 64)) + "k"
	default:
		return trim(strconv.FormatFloat(v/1e6, 'f', decimals(v/1e6), 64)) + "M"
	}
}

func decimals(v float64) int {
	if math.Abs(v) < 99.95 {
		return 1
	}
	return 0
}

// size writes bytes: 2.1 GB.
func size(v float64) string {
	if !known(v) {
		return unknown
	}
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	i := 0
	for ; math.Abs(v) >= 999.5 && i < len(units)-1; i++ {
		v /= 1000
	}
	return twoDigits(v) + " " + units[i]
}

// twoDigits writes two significant digits of a number below ten, whole numbers
// above, without zeros at the end.
func twoDigits(v float64) string {
	if v == 0 {
		return "0"
	}
	if math.Abs(v) >= 9.95 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return trim(strconv.FormatFloat(v, 'f', max(0, 1-magnitude(v)), 64))
}

// magnitude is the power of ten of a number, as it is when rounded to two digits.
func magnitude(v float64) int {
	return int(math.Floor(math.Log10(math.Abs(v)*1.005) + 1e-12))
}

func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// span writes how long something lasts: 40 s, 18 min, 3 h 5 min, 2 d.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(max(0, d)/time.Second)) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 24*time.Hour:
		return two(int(d/time.Minute), 60, "h", "min")
	default:
		return two(int(d/time.Hour), 24, "d", "h")
	}
}

// soon writes how long it is until something, rounded up.
func soon(d time.Duration) string {
	if d < time.Minute {
		return span(max(d, time.Second).Round(time.Second))
	}
	return span((d + time.Minute - 1).Truncate(time.Minute))
}

// ago writes when something was: "18 min ago" within the last hour, "3 h ago"
// within the day, else the day.
func (c clock) ago(at time.Time) string {
	d := c.now.Sub(at)
	switch {
	case d < time.Hour:
		return span(d) + " ago"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	default:
		return c.when(at)
	}
}

// clock writes times as they are read in one place at one moment.
type clock struct {
	now   time.Time
	place *time.Location
}

// lasting writes since when: "for 20 min", after an hour "since 14:05".
func (c clock) lasting(from time.Time) string {
	if d := c.now.Sub(from); d < time.Hour {
		return "for " + span(d)
	}
	return "since " + c.when(from)
}

// when writes a time: 14:05 today, else with the day.
func (c clock) when(at time.Time) string {
	at = at.In(c.place)
	now := c.now.In(c.place)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	if d := now.Sub(at); d < 6*24*time.Hour && d > 0 {
		return at.Format("Mon 15:04")
	}
	return at.Format("2 Jan 15:04")
}
