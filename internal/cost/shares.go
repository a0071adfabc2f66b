package cost

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// SpendShare is what calls through the gateway cost of one tag or one upstream,
// the dearest of the month first.
type SpendShare struct {
	Name         string  `json:"name"`
	TodayCents   float64 `json:"todayCents"`
	MonthCents   float64 `json:"monthCents"`
	LastDayCents float64 `json:"lastDayCents"` // of the last 24 h
	// Share is its part of the month's cost of all of its kind.
	Share float64 `json:"share"`
}

// SpendUpstream is an upstream's share, and how its calls did.
type SpendUpstream struct {
	SpendShare
	Calls24h  float64 `json:"calls24h"`
	Failed24h float64 `json:"failed24h"`
}

// SpendRetries is what calls were of the last 24 h that SDKs made again.
type SpendRetries struct {
	Calls   float64 `json:"calls"`
	Cents   float64 `json:"cents"`
	Seconds float64 `json:"seconds"`
}

// SpendRefused is how many calls of the last 24 h were refused for the caller's
// limits: those that waiting helps, and those that only money does.
type SpendRefused struct {
	Wait       float64 `json:"wait"`
	OutOfMoney float64 `json:"outOfMoney"`
}

// UnpricedCalls is how many calls of a model wait for a price: their usage is kept.
type UnpricedCalls struct {
	Model    string  `json:"model"`
	Requests float64 `json:"requests"`
}

// SpendBudget is how a budget stands.
type SpendBudget struct {
	Name       string  `json:"name"`
	Tag        string  `json:"tag"`
	Period     string  `json:"period"` // "day" or "month"
	LimitCents float64 `json:"limitCents"`
	SpentCents float64 `json:"spentCents"`
	Ratio      float64 `json:"ratio"`
	// ForecastCents is what the period is going to cost, ReachedAt when the limit
	// is reached if it goes on like this; null when nobody knows, or it is not.
	ForecastCents *float64   `json:"forecastCents"`
	ReachedAt     *time.Time `json:"reachedAt"`
	State         string     `json:"state"` // "ok", "near" or "over"
}

// mostShares bounds how many are told apart; the others are one.
const mostShares = 50

func (l *ledger) shares(now time.Time, today string, inMonth func(string) bool, metric kpi.MetricID) []SpendShare {
	b := l.books[metric]
	month, lastDay := b.over(inMonth), b.since(now.Add(-day))
	all := maps.Clone(month)
	maps.Copy(all, lastDay)
	list := []SpendShare{}
	for g := range all {
		s := SpendShare{Name: g.first, TodayCents: b.days[today][g], MonthCents: month[g], LastDayCents: lastDay[g]}
		if share := quotient(month[g], month.total()); share != nil {
			s.Share = *share
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b SpendShare) int {
		return cmp.Or(cmp.Compare(b.MonthCents, a.MonthCents), cmp.Compare(b.LastDayCents, a.LastDayCents), cmp.Compare(a.Name, b.Name))
	})
	return bounded(list)
}

// bounded sums what is past the bound as one.
func bounded(list []SpendShare) []SpendShare {
	if len(list) <= mostShares {
		return list
	}
	rest := SpendShare{Name: kpi.LabelOther}
	for _, s := range list[mostShares-1:] {
		rest.TodayCents += s.TodayCents
		rest.MonthCents += s.MonthCents
		rest.LastDayCents += s.LastDayCents
		rest.Share += s.Share
	}
	return append(list[:mostShares-1:mostShares-1], rest)
}

// upstreams adds the calls, also those of upstreams that cost nothing.
func (l *ledger) upstreams(now time.Time, costs []SpendShare) []SpendUpstream {
	list := make([]SpendUpstream, 0, len(costs))
	for _, s := range costs {
		list = append(list, SpendUpstream{SpendShare: s})
	}
	calls := l.books[kpi.OpenAIUpstreamRequests].since(now.Add(-day))
	for _, g := range slices.SortedFunc(maps.Keys(calls), func(a, b group) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second)) }) {
		i := slices.IndexFunc(list, func(u SpendUpstream) bool { return u.Name == g.first })
		if i < 0 {
			i, list = len(list), append(list, SpendUpstream{SpendShare: SpendShare{Name: g.first}})
		}
		list[i].Calls24h += calls[g]
		if g.second == kpi.StatusError {
			list[i].Failed24h += calls[g]
		}
	}
	return list
}

func (l *ledger) retries(now time.Time) SpendRetries {
	since := now.Add(-day)
	return SpendRetries{
		Calls: l.books[kpi.OpenAIRetries].since(since).total(), Cents: l.books[kpi.OpenAIRetryCost].since(since).total(),
		Seconds: l.books[kpi.OpenAIRetryTime].since(since).total(),
	}
}

func (l *ledger) refused(now time.Time) (r SpendRefused) {
	for g, n := range l.books[kpi.OpenAIRateLimited].since(now.Add(-day)) {
		if g.second == kpi.LimitMoney {
			r.OutOfMoney += n
		} else {
			r.Wait += n
		}
	}
	return r
}
