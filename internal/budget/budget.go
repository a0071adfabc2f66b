// Package budget holds what AI calls cost against soft limits for a day or a
// month: how much of each is used, where it is going, and when it would be used
// up. It holds up no call.
//
// What was spent is the ledger's exact sums by the time of the calls. What is
// going to be spent is a plain guess, said as one: a month goes on like the mean
// of the last seven whole days that are known, a day like the same hours of the
// day before.
package budget

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Period is what a limit holds for.
type Period string

// The periods: a calendar day and a calendar month of the zone.
const (
	Day   Period = "day"
	Month Period = "month"
)

// Limit is one budget of the configuration.
type Limit struct {
	Name   string
	Period Period
	Cents  float64
	// Tag, when not empty, has the budget be about calls with this tag only.
	Tag string
}

// Ledger knows what was spent.
type Ledger interface {
	// SpentOn is what was spent on the day of a time, with a tag or altogether
	// with none, and whether anything is known of that day.
	SpentOn(day time.Time, tag string) (kpi.Money, bool)
	// SpentBetween is what was spent altogether in a span that begins at most a
	// day ago.
	SpentBetween(from, to time.Time) kpi.Money
}

// Book is the budgets over a ledger. It is safe for concurrent use.
type Book struct {
	ledger Ledger
	zone   *time.Location
	limits func() []Limit
}

// New makes a book. limits are asked for each time, so that a reload changes them.
func New(ledger Ledger, zone *time.Location, limits func() []Limit) *Book {
	return &Book{ledger, zone, limits}
}

// The states of a budget.
const (
	StateOK   = "ok"
	StateNear = "near" // from nearRatio on
	StateOver = "over" // from all of it on
)

// nearRatio is the share of a limit from which it is near.
const nearRatio = 0.8

// Use is how a budget stands.
type Use struct {
	Limit
	SpentCents float64
	// ForecastCents is what the period is going to cost; nil while too little is
	// known to guess.
	ForecastCents *float64
	// ReachedAt is when the limit is reached if it goes on like this, within the
	// period; nil when it is not, or was.
	ReachedAt *time.Time
}

// Ratio is the share of the limit that is used.
func (u *Use) Ratio() float64 { return u.SpentCents / u.Cents }

// State says how near the limit is.
func (u *Use) State() string {
	switch ratio := u.Ratio(); {
	case ratio >= 1:
		return StateOver
	case ratio >= nearRatio:
		return StateNear
	default:
		return StateOK
	}
}

// Uses says how each budget stands.
func (b *Book) Uses(now time.Time) []Use {
	now = now.In(b.zone)
	limits := b.limits()
	list := make([]Use, 0, len(limits))
	for _, l := range limits {
		if l.Period == Day {
			list = append(list, b.day(now, l))
		} else {
			list = append(list, b.month(now, l))
		}
	}
	return list
}

func (b *Book) day(now time.Time, l Limit) Use {
	midnight := startOfDay(now)
	end := startOfDay(now.AddDate(0, 0, 1))
	u := Use{Limit: l, SpentCents: b.spentOn(now, l.Tag)}
	yesterday := now.AddDate(0, 0, -1)
	if _, known := b.ledger.SpentOn(yesterday, ""); !known {
		return u
	}
	// The same hours a day before; of a tag its share of what was spent then.
	rest := b.ledger.SpentBetween(now.Add(-24*time.Hour), midnight).Cents() * b.share(yesterday, l.Tag)
	u.goOn(now, end, rest)
	return u
}

// share is a tag's share of a day.
func (b *Book) share(day time.Time, tag string) float64 {
	if tag == "" {
		return 1
	}
	all := b.spentOn(day, "")
	if all == 0 {
		return 0
	}
	return b.spentOn(day, tag) / all
}

func (b *Book) month(now time.Time, l Limit) Use {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, b.zone)
	end := first.AddDate(0, 1, 0)
	u := Use{Limit: l}
	for day := first; !day.After(now); day = day.AddDate(0, 0, 1) {
		u.SpentCents += b.spentOn(day, l.Tag)
	}
	if perDay, known := b.lately(now, l.Tag); known {
		u.goOn(now, end, perDay*end.Sub(now).Hours()/24)
	}
	return u
}

// lately is the mean of the last seven whole days of which anything is known.
func (b *Book) lately(now time.Time, tag string) (perDay float64, known bool) {
	const days = 7
	sum, n := 0.0, 0
	for i := 1; i <= days; i++ {
		spent, ok := b.ledger.SpentOn(now.AddDate(0, 0, -i), tag)
		if ok {
			sum += spent.Cents()
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

func (b *Book) spentOn(day time.Time, tag string) float64 {
	spent, _ := b.ledger.SpentOn(day, tag)
	return spent.Cents()
}

// goOn says where a budget ends when so much is still spent, evenly, until end.
func (u *Use) goOn(now, end time.Time, rest float64) {
	forecast := u.SpentCents + rest
	u.ForecastCents = &forecast
	if u.SpentCents >= u.Cents || forecast < u.Cents {
		return
	}
	at := now.Add(time.Duration(float64(end.Sub(now)) * (u.Cents - u.SpentCents) / rest))
	u.ReachedAt = &at
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
