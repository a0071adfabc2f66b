package meter

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// dayReach is how many days a day's spend is kept: a month, the one before it
	// and some slack.
	dayReach = 64
	// maxDays bounds the sums; past it a tag's spend is in the sum of all alone.
	maxDays = 50_000
)

// dayKey is a day and on whose behalf was spent in it; all together without a tag.
type dayKey struct {
	day int64 // since 1970, in the options' zone
	tag string
}

// days is what was spent in each day, by the time of the events.
type days struct {
	sums  map[dayKey]kpi.Money
	swept int64
}

// dayOf is the day since 1970 that t lies in, in its own zone.
func dayOf(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}

// addDay books an amount at when. now only decides what is too old to keep.
func (m *Meter) addDay(now, when time.Time, tag string, amount kpi.Money) {
	day, today := dayOf(when.In(m.opts.Zone)), dayOf(now.In(m.opts.Zone))
	m.days.add(dayKey{day, ""}, amount)
	if tag != "" {
		m.days.add(dayKey{day, tag}, amount)
	}
	m.days.sweep(today)
}

func (d *days) add(key dayKey, amount kpi.Money) {
	if d.sums == nil {
		d.sums = map[dayKey]kpi.Money{}
	}
	if _, ok := d.sums[key]; ok || len(d.sums) < maxDays {
		d.sums[key] += amount
	}
}

// sweep forgets, once a day, what is too old.
func (d *days) sweep(today int64) {
	if today <= d.swept {
		return
	}
	d.swept = today
	for key := range d.sums {
		if key.day <= today-dayReach {
			delete(d.sums, key)
		}
	}
}

// SpentOn is what was spent on the day of a time in the options' zone, with a
// tag, or altogether with none; and whether anything is known of that day.
func (m *Meter) SpentOn(day time.Time, tag string) (kpi.Money, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := dayOf(day.In(m.opts.Zone))
	_, known := m.days.sums[dayKey{n, ""}]
	return m.days.sums[dayKey{n, tag}], known
}

// SpentBetween is what was spent in the minutes of a span, which begins at most
// a day ago.
func (m *Meter) SpentBetween(from, to time.Time) (total kpi.Money) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for minute := minuteOf(from); minute < minuteOf(to); minute++ {
		total += m.spend.minutes[minute]
	}
	return total
}
