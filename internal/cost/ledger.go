package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// slot is the distance of the times at which the ledger looks at the history.
// Every zone's midnights are a whole number of quarters of an hour from UTC's.
const slot = 15 * time.Minute

// maxLedgerSeries bounds what the ledger holds.
const maxLedgerSeries = 200_000

// booked are the metrics that the ledger keeps, with the labels that its sums are
// told apart by.
var booked = [...]struct {
	metric        kpi.MetricID
	first, second string
}{
	{kpi.OpenAICost, "model", "operation"},
	{kpi.OpenAIRequests, "model", "operation"},
	{kpi.OpenAIUnpriced, "model", ""},
	{kpi.OpenAITagCost, "tag", ""},
	{kpi.OpenAIUpstreamCost, "upstream", ""},
	{kpi.OpenAIUpstreamRequests, "upstream", "status"},
	{kpi.OpenAIRetries, "model", ""},
	{kpi.OpenAIRetryTime, "model", ""},
	{kpi.OpenAIRetryCost, "model", ""},
	{kpi.OpenAIRateLimited, "model", "reason"},
}

// group is what sums are kept for: the values of a metric's two labels, such as a
// model and an operation.
type group struct{ first, second string }

// sums are the sums of one span of time.
type sums map[group]float64

func (s sums) total() (total float64) {
	for _, v := range s {
		total += v
	}
	return total
}

// book is one metric that only grows, by local day and by the quarters of an
// hour of the last day.
type book struct {
	days  map[string]sums
	slots map[int64]sums // by the slot's end, seconds since 1970
}

func newBook() *book { return &book{days: map[string]sums{}, slots: map[int64]sums{}} }

func (b *book) add(at time.Time, day string, g group, v float64) {
	end := at.Truncate(slot)
	if end.Before(at) {
		end = end.Add(slot)
	}
	grow(b.days, day, g, v)
	grow(b.slots, end.Unix(), g, v)
}

func grow[K comparable](of map[K]sums, key K, g group, v float64) {
	if of[key] == nil {
		of[key] = sums{}
	}
	of[key][g] += v
}

// since sums the slots that end after a time.
func (b *book) since(t time.Time) sums {
	out := sums{}
	for end, s := range b.slots {
		if end > t.Unix() {
			for g, v := range s {
				out[g] += v
			}
		}
	}
	return out
}

// over sums the days for which keep is true.
func (b *book) over(keep func(day string) bool) sums {
	out := sums{}
	for day, s := range b.days {
		if keep(day) {
			for g, v := range s {
				out[g] += v
			}
		}
	}
	return out
}

func (b *book) clone() *book {
	c := newBook()
	for day, s := range b.days {
		c.days[day] = maps.Clone(s)
	}
	for end, s := range b.slots {
		c.slots[end] = maps.Clone(s)
	}
	return c
}

// met is when a Luneo was first seen, and whether it had just begun.
type met struct {
	at    time.Time
	fresh bool
}

// ledger turns the values of metrics that only grow into what was added when.
// It is fed with the values at times in ascending order:
//
//   - What a series has grown by since it was last seen belongs to the time at
//     which it is seen again, so that sums over all days are exact whatever
//     Luneo's absences were.
//   - A series that begins while its Luneo is known counts from 0.
//   - A Luneo that is seen for the first time counts from 0 only when all that
//     it ever spent lies in its longest window: else what it spent before is
//     not of this time, and its series count from what they are.
//   - A value that is lower than before began anew.
type ledger struct {
	location *time.Location
	books    map[kpi.MetricID]*book
	last     map[string]float64 // by series
	places   map[string]met     // Luneos that were seen
	since    time.Time          // when the first was seen; zero before
	at       time.Time          // up to where it was fed
}

func newLedger(location *time.Location) *ledger {
	l := &ledger{location: location, books: map[kpi.MetricID]*book{}, last: map[string]float64{}, places: map[string]met{}}
	for _, b := range booked {
		l.books[b.metric] = newBook()
	}
	return l
}

func (l *ledger) clone() *ledger {
	c := *l
	c.books = map[kpi.MetricID]*book{}
	for id, b := range l.books {
		c.books[id] = b.clone()
	}
	c.last, c.places = maps.Clone(l.last), maps.Clone(l.places)
	return &c
}

// reading is one series' value at one time.
type reading struct {
	series *Series
	cents  float64
}

// feed takes the values of a chunk of history.
func (l *ledger) feed(series []Series) error {
	byTime := map[int64][]reading{}
	for i := range series {
		for _, s := range series[i].Samples {
			byTime[s.At.UnixMilli()] = append(byTime[s.At.UnixMilli()], reading{&series[i], s.Cents})
		}
	}
	for _, ms := range slices.Sorted(maps.Keys(byTime)) {
		if at := time.UnixMilli(ms); at.After(l.at) {
			l.at = at
			l.meet(at, byTime[ms])
			for _, r := range byTime[ms] {
				l.enter(at, r)
			}
		}
	}
	l.prune()
	if len(l.last) > maxLedgerSeries {
		return kpi.Errorf(kpi.KindTooLarge, "The history has more than %d series of AI cost, which is more than can be summed here.", maxLedgerSeries)
	}
	return nil
}

// meet notes which Luneos are there for the first time, and whether they
// began with nothing.
func (l *ledger) meet(at time.Time, all []reading) {
	type money struct{ total, window float64 }
	fresh := map[string]*money{}
	for _, r := range all {
		place := placeOf(r.series.Labels)
		if _, known := l.places[place]; known {
			continue
		}
		if fresh[place] == nil {
			fresh[place] = &money{}
		}
		switch r.series.Labels["__name__"] {
		case kpi.MetricOf(kpi.OpenAICost).Name:
			fresh[place].total += r.cents
		case kpi.MetricOf(kpi.AICostCurrent).Name:
			fresh[place].window += r.cents
		}
	}
	for place, m := range fresh {
		const rounding = 1e-6
		l.places[place] = met{at, m.total <= m.window+rounding}
		if l.since.IsZero() {
			l.since = at
		}
	}
}

// enter books what a series has grown by.
func (l *ledger) enter(at time.Time, r reading) {
	b, of := l.bookOf(r.series.Labels)
	if b == nil {
		return
	}
	key := seriesKey(r.series.Labels)
	before, seen := l.last[key]
	l.last[key] = r.cents
	place := l.places[placeOf(r.series.Labels)]
	added := r.cents
	switch {
	case seen && r.cents >= before:
		added -= before
	case !seen && !place.fresh && place.at.Equal(at):
		added = 0
	}
	if added > 0 {
		b.add(at, dayOf(at, l.location), of, added)
	}
}

// bookOf finds where a series is booked; nil for one that is not.
func (l *ledger) bookOf(labels map[string]string) (*book, group) {
	for _, b := range booked {
		if kpi.MetricOf(b.metric).Name == labels["__name__"] {
			return l.books[b.metric], group{labels[b.first], labels[b.second]}
		}
	}
	return nil, group{}
}

// prune forgets what nobody asks for any more.
func (l *ledger) prune() {
	oldestSlot, oldestDay := l.at.Add(-day-slot).Unix(), dayOf(l.at.Add(-ledgerDays*day), l.location)
	for _, b := range l.books {
		maps.DeleteFunc(b.slots, func(end int64, _ sums) bool { return end <= oldestSlot })
		maps.DeleteFunc(b.days, func(day string, _ sums) bool { return day < oldestDay })
	}
}

// dayOf is the local day that ends at or after a time: midnight ends a day.
func dayOf(t time.Time, location *time.Location) string {
	return t.Add(-time.Nanosecond).In(location).Format(time.DateOnly)
}

// placeOf names the Luneo that a series is of: all labels but those of its
// metrics.
func placeOf(labels map[string]string) string {
	return joined(labels, "__name__", "model", "operation", "time_window", "tag", "upstream", "status", "reason")
}

func seriesKey(labels map[string]string) string { return joined(labels) }

// joined writes labels, but for some, in the order of their names.
func joined(labels map[string]string, without ...string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !slices.Contains(without, name) {
			fmt.Fprintf(&b, "%s=%q,", name, labels[name])
		}
	}
	return b.String()
}
