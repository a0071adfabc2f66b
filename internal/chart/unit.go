package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/luneo-platform/luneo/internal/number"
)

// Unit is what values are in, and so how they are written.
type Unit int

// The units. One that is unknown is written as Plain.
const (
	Plain   Unit = iota // 28, 6.7k, 1.2M
	Seconds             // 420 ms, 8.4 s, 2 m 34 s
	Cents               // US cents: 4.0 ¢, $1.20, $413
	Ratio               // 0.0019 is 0.19 %
	Bytes               // 2.1 GB
	Times               // 1.14×
)

// Beyond these a number is written with an exponent, as nobody counts its zeros.
const (
	tiny = 1e-6
	vast = 1e9
)

// Write writes one value.
func (u Unit) Write(v float64) string {
	size := math.Abs(v)
	if number.Known(v) && size != 0 && (size < tiny || size >= u.vast()) {
		return u.exponent(v)
	}
	switch u {
	case Seconds:
		return number.Seconds(v)
	case Cents:
		return number.Money(v)
	case Ratio:
		if size >= 0.0995 && size < 1 { // 99.2 % and 99.9 % are not the same
			return trimmed(v*100, 1) + " %"
		}
		return number.Percent(v)
	case Bytes:
		return number.Bytes(v)
	case Times:
		return number.Times(v)
	default:
		if number.Known(v) && size < 99.95 {
			return trimmed(v, max(1, 2-exponentOf(size)))
		}
		return number.Count(v)
	}
}

// vast is from where on a value is written with an exponent.
func (u Unit) vast() float64 {
	switch u {
	case Bytes:
		return vast * 1e9
	case Cents:
		return vast * 1e5
	case Plain:
		return vast * 1e3
	default:
		return vast
	}
}

func (u Unit) exponent(v float64) string {
	write := func(v float64) string { return strconv.FormatFloat(v, 'g', 2, 64) }
	switch u {
	case Seconds:
		return write(v) + " s"
	case Cents:
		return write(v) + " ¢"
	case Ratio:
		return write(v*100) + " %"
	case Bytes:
		return write(v) + " B"
	case Times:
		return write(v) + "×"
	default:
		return write(v)
	}
}

// exponentOf is the power of ten of a number, 0 of none.
func exponentOf(v float64) int {
	if v == 0 {
		return 0
	}
	return int(math.Floor(math.Log10(math.Abs(v)) + 1e-9))
}

// trimmed writes a number with so many decimals at most.
func trimmed(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// scale is in what the numbers of an axis are written: all alike, so that they
// can be compared.
type scale struct {
	per           float64
	before, after string
}

// scales are those of a unit, from small to large.
func (u Unit) scales() []scale {
	switch u {
	case Seconds:
		return []scale{{1e-6, "", " µs"}, {1e-3, "", " ms"}, {1, "", " s"}, {60, "", " m"}, {3600, "", " h"}, {86400, "", " d"}}
	case Cents:
		return []scale{{1, "", " ¢"}, {100, "$", ""}, {1e5, "$", "k"}, {1e8, "$", "M"}}
	case Ratio:
		return []scale{{0.01, "", " %"}}
	case Bytes:
		return []scale{{1, "", " B"}, {1e3, "", " kB"}, {1e6, "", " MB"}, {1e9, "", " GB"}, {1e12, "", " TB"}, {1e15, "", " PB"}}
	case Times:
		return []scale{{1, "", "×"}}
	default:
		return []scale{{1, "", ""}, {1e3, "", "k"}, {1e6, "", "M"}, {1e9, "", "G"}}
	}
}

// writeTicks writes the numbers of an axis, whose distance is step.
func (u Unit) writeTicks(ticks []float64, step float64) []string {
	top := 0.0
	for _, v := range ticks {
		top = max(top, math.Abs(v))
	}
	in := u.scales()[0]
	for _, s := range u.scales() {
		if s.per > top || u == Seconds && s.per >= 60 && math.Mod(step, s.per) != 0 {
			break
		}
		in = s
	}
	decimals := max(0, -exponentOf(step/in.per))
	texts := make([]string, len(ticks))
	for i, v := range ticks {
		switch {
		case v == 0 && u == Cents:
			texts[i] = "$0"
		case v == 0:
			texts[i] = "0"
		case top >= u.vast() || decimals > 6:
			texts[i] = u.exponent(v)
		case u == Seconds && in.per == 1 && step >= 1 && top > 90:
			texts[i] = number.Seconds(v)
		default:
			texts[i] = in.write(v, decimals)
		}
	}
	return texts
}

func (s scale) write(v float64, decimals int) string {
	sign := ""
	if v < 0 {
		sign = "-"
	}
	n := trimmed(math.Abs(v)/s.per, decimals)
	if s.per == 100 && s.before == "$" && strings.Contains(n, ".") {
		n = strconv.FormatFloat(math.Abs(v)/s.per, 'f', max(2, decimals), 64) // $1.20
	}
	return sign + s.before + n + s.after
}
