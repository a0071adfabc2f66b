// Package number writes numbers as people say them, each with its unit: 420 ms,
// 8.4 s, 2 m 34 s, 0.19 %, $413, 4.0 ¢, 1.14×, 12.4k. The same number reads the
// same wherever Luneo says it. One that is not known is a dash.
package number

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown stands for a number that is not known.
const Unknown = "–"

// Known reports whether a value is a number at all: neither NaN nor infinite.
func Known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Seconds writes a measured time: 420 ms, 8.4 s, 2 m 34 s, 1 h 5 m.
func Seconds(v float64) string {
	switch {
	case !Known(v):
		return Unknown
	case v < 0:
		return "-" + Seconds(-v)
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

// Percent writes a ratio: 0.19 %, 46 %.
func Percent(ratio float64) string {
	if !Known(ratio) {
		return Unknown
	}
	return twoDigits(ratio*100) + " %"
}

// Money writes US cents: $413, $96.10, 4.0 ¢, 0.007 ¢.
func Money(cents float64) string {
	switch {
	case !Known(cents):
		return Unknown
	case cents < 0:
		return "-" + Money(-cents)
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

// Times writes a factor: 1.14×, 12×.
func Times(factor float64) string {
	switch {
	case !Known(factor):
		return Unknown
	case factor < 9.995:
		return trim(strconv.FormatFloat(factor, 'f', 2, 64)) + "×"
	default:
		return strconv.FormatFloat(factor, 'f', 0, 64) + "×"
	}
}

// Count writes a number of things: 28, 6.7k, 12.4k, 1.2M.
func Count(v float64) string {
	switch {
	case !Known(v):
		return Unknown
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

// Bytes writes bytes: 2.1 GB.
func Bytes(v float64) string {
	if !Known(v) {
		return Unknown
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

// Span writes how long something lasts: 40 s, 18 min, 3 h 5 min, 2 d.
func Span(d time.Duration) string {
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

// Soon writes how long it is until something, rounded up.
func Soon(d time.Duration) string {
	if d < time.Minute {
		return Span(max(d, time.Second).Round(time.Second))
	}
	return Span((d + time.Minute - 1).Truncate(time.Minute))
}
