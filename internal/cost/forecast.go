package cost

import (
	"fmt"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// usualWeeks is how many of the same weekday a forecast looks at.
	usualWeeks = 4
	// paceAfter is how much of a first day a forecast needs.
	paceAfter = time.Hour
)

// fullDays are the last so many local days before today that the history has
// from their first moment on, the newest first.
func (l *ledger) fullDays(local time.Time, most int) (list []time.Time) {
	for back := 1; back <= most; back++ {
		day := dateAfter(local, -back)
		if l.since.IsZero() || day.Before(l.since.Add(-slot)) {
			break
		}
		list = append(list, day)
	}
	return list
}

// forecast is what the month will have cost: what it has so far, what is usual
// for the rest of today, and the usual of each day that is left.
func (l *ledger) forecast(local time.Time) (cents *float64, basis string) {
	usual, basis := l.usualDay(local)
	if usual == nil {
		return nil, basis
	}
	month := local.Format("2006-01")
	sum := l.books[kpi.OpenAICost].over(func(day string) bool { return day[:len(month)] == month }).total()
	tomorrow := dateAfter(local, 1)
	left := float64(tomorrow.Sub(local)) / float64(tomorrow.Sub(dateAfter(local, 0)))
	sum += usual(local.Weekday()) * left
	for d := tomorrow; d.Month() == local.Month(); d = dateAfter(d, 1) {
		sum += usual(d.Weekday())
	}
	return &sum, basis
}

// usualDay is what a whole day usually costs, by its weekday, and in words
// what that is made of; nil while nobody knows.
func (l *ledger) usualDay(local time.Time) (usual func(time.Weekday) float64, basis string) {
	const week = 7
	full := l.fullDays(local, usualWeeks*week)
	switch {
	case len(full) >= week:
		return l.byWeekday(full), fmt.Sprintf("so far, plus the usual of each weekday over the last %s", plural(len(full), "full day"))
	case len(full) > 0:
		mean := l.mean(full)
		return func(time.Weekday) float64 { return mean }, fmt.Sprintf("so far, plus the mean of the last %s for each day left", plural(len(full), "full day"))
	}
	begun := dateAfter(local, 0)
	if l.since.After(begun) {
		begun = l.since.In(local.Location())
	}
	elapsed := local.Sub(begun)
	if l.since.IsZero() || elapsed < paceAfter {
		return nil, "after an hour of history there is a forecast"
	}
	pace := l.books[kpi.OpenAICost].days[local.Format(time.DateOnly)].total() / elapsed.Hours() * 24
	return func(time.Weekday) float64 { return pace }, "so far, plus today's pace for the days left; a full day of history makes it better"
}

func (l *ledger) mean(days []time.Time) float64 {
	sum := 0.0
	for _, d := range days {
		sum += l.books[kpi.OpenAICost].days[d.Format(time.DateOnly)].total()
	}
	return sum / float64(len(days))
}

// byWeekday needs a day of each weekday.
func (l *ledger) byWeekday(days []time.Time) func(time.Weekday) float64 {
	by := map[time.Weekday][]time.Time{}
	for _, d := range days {
		by[d.Weekday()] = append(by[d.Weekday()], d)
	}
	return func(w time.Weekday) float64 { return l.mean(by[w]) }
}
