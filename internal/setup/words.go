package setup

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// describe puts an event into words: what it was, and its numbers.
func describe(e *kpi.Event) (text, detail string) {
	words := []string{e.Type.String()}
	for _, d := range e.Dims {
		if d != "" {
			words = append(words, d)
		}
	}
	if e.Failed {
		words = append(words, "failed")
	}
	return strings.Join(words, " "), strings.Join(numbers(e), ", ")
}

func numbers(e *kpi.Event) (list []string) {
	if e.HasDuration {
		list = append(list, span(e.Duration))
	}
	if e.HasOldest {
		list = append(list, "oldest "+span(e.Oldest))
	}
	switch e.Basis {
	case kpi.CostStated, kpi.CostPriced:
		list = append(list, money(e.Cost.Cents()))
	case kpi.CostUnknown:
		list = append(list, "cost unknown")
	}
	return list
}

// span writes a duration: 420 ms, 8.4 s, 2 m 34 s, 1 h 5 m.
func span(d time.Duration) string {
	switch s := d.Seconds(); {
	case d == 0:
		return "0 s"
	case s < 0.9995:
		return short(s*1000, 0) + " ms"
	case s < 59.95:
		return short(s, 1) + " s"
	case s < 3599.5:
		n := int(math.Round(s))
		return strconv.Itoa(n/60) + " m " + strconv.Itoa(n%60) + " s"
	default:
		n := int(math.Round(s / 60))
		return strconv.Itoa(n/60) + " h " + strconv.Itoa(n%60) + " m"
	}
}

// money writes an amount of US cents: 4.0 ¢, $96.10.
func money(cents float64) string {
	switch {
	case cents >= 100:
		return "$" + strconv.FormatFloat(cents/100, 'f', 2, 64)
	case cents >= 0.1 || cents == 0:
		return strconv.FormatFloat(cents, 'f', 1, 64) + " ¢"
	default:
		return strconv.FormatFloat(cents, 'g', 2, 64) + " ¢"
	}
}

// count writes a number of things: 999, 12.4k, 3.1M.
func count(n float64) string {
	switch {
	case n < 1000:
		return short(n, 0)
	case n < 1e6:
		return short(n/1e3, 1) + "k"
	default:
		return short(n/1e6, 1) + "M"
	}
}

// short writes a number with at most so many decimals.
func short(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
