package cost

import "time"

// A rise that lasts, such as a higher price, would keep the alert firing until
// half of the history has it. So when all of the last riseDays days cost more
// than riseFactor times the median of at least riseBefore days before them,
// only windows since then count. A fall needs no such care: it raises no alert
// and the median follows it; and a long weekend is not a fall that lasts.
const (
	riseDays   = 3
	riseBefore = 7
	riseFactor = 1.75
	riseStep   = 30 * time.Minute
)

// rise remembers what was found, for it is the same within an hour.
type rise struct {
	at    time.Time
	since time.Time
}

// risenSince returns from when on windows count, if spend has risen and
// stayed. It looks at the days that end at the last full hour.
func (p *Past) risenSince(now time.Time) (time.Time, bool) {
	at := now.Truncate(time.Hour)
	if !p.rise.at.Equal(at) {
		p.rise = rise{at: at, since: p.findRise(at)}
	}
	return p.rise.since, !p.rise.since.IsZero()
}

func (p *Past) findRise(now time.Time) time.Time {
	ends := append([]time.Time{now}, p.daysBefore(now)...)
	if len(ends) < riseDays+riseBefore {
		return time.Time{}
	}
	levels := p.dayLevels(ends)
	// The longest rise first: what came before it may hold a rise of its own.
	for n := len(levels) - riseBefore; n >= riseDays; n-- {
		before := median(append([]float64(nil), levels[n:]...))
		if lowest := minOf(levels[:n]); lowest > riseFactor*before {
			return ends[n]
		}
	}
	return time.Time{}
}

// dayLevels returns for each day, by its end, the median of how its windows
// compare with those of the other days at the same time. Days that Luneo saw
// too little of are as usual.
func (p *Past) dayLevels(ends []time.Time) []float64 {
	ratios := make([][]float64, len(ends))
	values := make([]float64, len(ends))
	for offset := time.Duration(0); offset < day; offset += riseStep {
		var known []float64
		for i, end := range ends {
			values[i], _ = p.window(end.Add(-offset - p.Step()))
			if values[i] > 0 {
				known = append(known, values[i])
			}
		}
		if len(known) < riseDays {
			continue
		}
		usual := median(known)
		for i, v := range values {
			if v > 0 {
				ratios[i] = append(ratios[i], v/usual)
			}
		}
	}
	levels := make([]float64, len(ends))
	for i, r := range ratios {
		levels[i] = 1
		if len(r) >= int(day/riseStep/4) {
			levels[i] = median(r)
		}
	}
	return levels
}

func minOf(v []float64) float64 {
	least := v[0]
	for _, x := range v[1:] {
		least = min(least, x)
	}
	return least
}
