package cost

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// spending sums what the ledger has, as of a time.
func (l *ledger) spending(now time.Time) *Spending {
	local := now.In(l.location)
	today, month := local.Format(time.DateOnly), local.Format("2006-01")
	inMonth := func(day string) bool { return day[:len(month)] == month }
	x := &Spending{
		At: now.UTC(), Rows: []SpendRow{}, Days: l.listDays(local), Unpriced: l.listUnpriced(now),
		TodayCents: l.books[kpi.OpenAICost].days[today].total(), MonthCents: l.books[kpi.OpenAICost].over(inMonth).total(),
		YesterdayCents: l.books[kpi.OpenAICost].days[dateAfter(local, -1).Format(time.DateOnly)].total(),
		HistorySince:   timeOrNil(l.since.UTC()),
	}
	if !l.since.IsZero() {
		x.MonthComplete = !l.since.After(time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, l.location).Add(slot))
	} else {
		x.HistorySince = nil
	}
	x.ForecastCents, x.ForecastBasis = l.forecast(local)
	x.Rows = l.rows(now, today, inMonth)
	x.Tags = l.shares(now, today, inMonth, kpi.OpenAITagCost)
	x.Upstreams = l.upstreams(now, l.shares(now, today, inMonth, kpi.OpenAIUpstreamCost))
	x.Retries24h, x.Refused24h = l.retries(now), l.refused(now)
	return x
}

// dateAfter is the first moment of the local day so many days later.
func dateAfter(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
}

// listDays are the local days of which there is history, the oldest first.
func (l *ledger) listDays(local time.Time) []SpendDay {
	list := []SpendDay{}
	if l.since.IsZero() {
		return list
	}
	for back := ledgerDays - 2; back >= 0; back-- {
		if !dateAfter(local, 1-back).After(l.since) { // ended before the history began
			continue
		}
		date := dateAfter(local, -back).Format(time.DateOnly)
		list = append(list, SpendDay{date, l.books[kpi.OpenAICost].days[date].total()})
	}
	return list
}

// listUnpriced are the models with calls of unknown cost, the most first.
func (l *ledger) listUnpriced(now time.Time) []UnpricedModel {
	list := []UnpricedModel{}
	for g, n := range l.books[kpi.OpenAIUnpriced].since(now.Add(-day)) {
		list = append(list, UnpricedModel{g.first, n})
	}
	slices.SortFunc(list, func(a, b UnpricedModel) int {
		return cmp.Or(cmp.Compare(b.Requests24h, a.Requests24h), cmp.Compare(a.Model, b.Model))
	})
	return list
}

func (l *ledger) rows(now time.Time, today string, inMonth func(string) bool) []SpendRow {
	month, lastDay, calls := l.books[kpi.OpenAICost].over(inMonth), l.books[kpi.OpenAICost].since(now.Add(-day)), l.books[kpi.OpenAIRequests].since(now.Add(-day))
	week := l.fullDays(now.In(l.location), 7)
	inWeek := func(day string) bool {
		return slices.ContainsFunc(week, func(d time.Time) bool { return d.Format(time.DateOnly) == day })
	}
	weekCost, weekCalls := l.books[kpi.OpenAICost].over(inWeek), l.books[kpi.OpenAIRequests].over(inWeek)
	groups := sums{}
	for _, s := range []sums{month, lastDay, calls} {
		maps.Copy(groups, s)
	}
	rows := []SpendRow{}
	for g := range groups {
		row := SpendRow{
			Model: g.first, Operation: g.second, TodayCents: l.books[kpi.OpenAICost].days[today][g], MonthCents: month[g], LastDayCents: lastDay[g],
			Calls24h: calls[g], CentsPerCall: quotient(lastDay[g], calls[g]), UsualCentsPerCall: quotient(weekCost[g], weekCalls[g]),
		}
		if share := quotient(month[g], month.total()); share != nil {
			row.Share = *share
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b SpendRow) int {
		return cmp.Or(cmp.Compare(b.MonthCents, a.MonthCents), cmp.Compare(b.Calls24h, a.Calls24h), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Operation, b.Operation))
	})
	return rows
}
