package cost

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// Spend says what was spent when: today, this month and until its end, by
// model and operation, in the zone of the baselines. Its sums are differences
// of values of luneo_openai_cost_cents, which only grows; nothing is
// extrapolated. It keeps what it has read in memory and asks the history only
// for what is new.
type Spend struct {
	k        *Keeper
	timezone string
	budgets  func(now time.Time) []SpendBudget

	turn   chan struct{} // holds one value while somebody works with what follows
	ledger *ledger
	answer *Spending
	until  time.Time // how long the answer holds
}

// NewSpend makes a Spend of a Keeper's history, windows and zone, whose name is
// said in answers, and of budgets, which somebody else holds.
func NewSpend(k *Keeper, timezone string, budgets func(now time.Time) []SpendBudget) *Spend {
	return &Spend{k: k, timezone: timezone, budgets: budgets, turn: make(chan struct{}, 1)}
}

const (
	// ledgerDays is how far back the ledger looks: a month, and a day before it.
	ledgerDays = 32
	// settled is how old a sample is when none before it will come any more.
	settled = 10 * time.Minute
	// ledgerChunk is how much is asked for at once: 193 values of each series.
	ledgerChunk = 2 * day
	// holds is how long an answer is given again.
	holds = 5 * time.Second
)

// Spending is what was spent. Amounts are US cents.
type Spending struct {
	At             time.Time `json:"at"`
	Timezone       string    `json:"timezone"`
	TodayCents     float64   `json:"todayCents"`
	YesterdayCents float64   `json:"yesterdayCents"`
	MonthCents     float64   `json:"monthCents"`
	// ForecastCents is what the month will have cost at its end; null when
	// there is too little history. ForecastBasis says what it is made of.
	ForecastCents *float64 `json:"forecastCents"`
	ForecastBasis string   `json:"forecastBasis"`
	// MonthComplete says that the history reaches back to the month's first
	// moment; HistorySince is null when there is no history.
	MonthComplete bool            `json:"monthComplete"`
	HistorySince  *time.Time      `json:"historySince"`
	Rows          []SpendRow      `json:"rows"`
	Days          []SpendDay      `json:"days"`
	Unpriced      []UnpricedModel `json:"unpriced"`
	Windows       []SpendWindow   `json:"windows"`
	// Of calls through the gateway, by on whose behalf they were made and by the
	// API that was called.
	Tags      []SpendShare    `json:"tags"`
	Upstreams []SpendUpstream `json:"upstreams"`

	UnpricedRemaining []UnpricedCalls `json:"unpricedRemaining"`
	Retries24h        SpendRetries    `json:"retries24h"`
	Refused24h        SpendRefused    `json:"refused24h"`
	Budgets           []SpendBudget   `json:"budgets"`
}

// SpendRow is what one model and operation cost, the dearest of the month first.
type SpendRow struct {
	Model        string  `json:"model"`
	Operation    string  `json:"operation"`
	TodayCents   float64 `json:"todayCents"`
	MonthCents   float64 `json:"monthCents"`
	LastDayCents float64 `json:"lastDayCents"` // of the last 24 h
	Calls24h     float64 `json:"calls24h"`
	// CentsPerCall is of the last 24 h, UsualCentsPerCall of the seven full
	// days before today; null without a call.
	CentsPerCall      *float64 `json:"centsPerCall"`
	UsualCentsPerCall *float64 `json:"usualCentsPerCall"`
	// Share is its part of the month's cost.
	Share float64 `json:"share"`
}

// SpendDay is one local day, the last of them today.
type SpendDay struct {
	Date  string  `json:"date"`
	Cents float64 `json:"cents"`
}

// UnpricedModel is one whose calls of the last 24 h have an unknown cost: they
// are in no sum.
type UnpricedModel struct {
	Model       string  `json:"model"`
	Requests24h float64 `json:"requests24h"`
}

// SpendWindow is a rolling window against what is usual; null when unknown.
type SpendWindow struct {
	Window        string   `json:"window"`
	CurrentCents  *float64 `json:"currentCents"`
	BaselineCents *float64 `json:"baselineCents"`
	Ratio         *float64 `json:"ratio"`
	State         string   `json:"state"`
}

// HandleSpend answers GET /api/spend.
func (s *Spend) HandleSpend(w http.ResponseWriter, r *http.Request) error {
	spending, err := s.Now(r.Context())
	if err != nil {
		return err
	}
	return reply.Now(w, spending)
}

// Now reads what is new and sums it. Callers wait for each other, and share an
// answer that is seconds old. The answer is not to be changed.
func (s *Spend) Now(ctx context.Context) (*Spending, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, noHistory(ctx.Err())
	}
	now := s.k.o.Now()
	if s.answer != nil && now.Before(s.until) {
		return s.answer, nil
	}
	l, err := s.read(ctx, now)
	if err != nil {
		return nil, err
	}
	windows, err := s.windows(ctx, now)
	if err != nil {
		return nil, noHistory(err)
	}
	remaining, err := s.remaining(ctx, now)
	if err != nil {
		return nil, noHistory(err)
	}
	s.answer, s.until = l.spending(now), now.Add(holds)
	s.answer.Windows, s.answer.Timezone, s.answer.UnpricedRemaining, s.answer.Budgets = windows, s.timezone, remaining, s.budgets(now)
	return s.answer, nil
}

func noHistory(cause error) error {
	return &kpi.Error{
		Kind: kpi.KindUnavailable, RetryAfter: holds, Err: cause,
		Message: "The history does not answer, so nobody knows what was spent. Its log or that of Luneo says why.",
	}
}

// read brings the ledger up to what is settled and returns it with the rest
// added.
func (s *Spend) read(ctx context.Context, now time.Time) (*ledger, error) {
	if s.ledger == nil {
		s.ledger = newLedger(s.location())
		s.ledger.at = now.Add(-ledgerDays * day).Truncate(slot)
	}
	end := now.Add(-settled).Truncate(slot)
	for s.ledger.at.Before(end) {
		from := s.ledger.at.Truncate(slot).Add(slot)
		to := from.Add(ledgerChunk - slot)
		if to.After(end) {
			to = end
		}
		if err := s.feed(ctx, s.ledger, from, to); err != nil {
			return nil, err
		}
		s.ledger.at = to // also where the history has nothing
	}
	l := s.ledger.clone()
	if next := end.Add(slot); !next.After(now) {
		if err := s.feed(ctx, l, next, now); err != nil {
			return nil, err
		}
	}
	return l, s.feed(ctx, l, now, now)
}

func (s *Spend) location() *time.Location {
	return s.k.optionsOf(s.k.o.Windows[0]).withDefaults().Location
}

// feed asks for all values of the metrics at every slot of a span.
func (s *Spend) feed(ctx context.Context, l *ledger, from, to time.Time) error {
	series, err := s.k.ask(ctx, s.query(), from, to, slot)
	if err != nil { // the ledger is as it was: the next one who asks goes on from here
		return noHistory(err)
	}
	if err := l.feed(series); err != nil {
		s.ledger = nil // half of it is in: it begins anew
		return err
	}
	return nil
}

// query is every series that the ledger reads, by instance: a sum would fall
// and rise with an instance that is away.
func (s *Spend) query() string {
	names := []string{kpi.MetricOf(kpi.AICostCurrent).Name}
	for _, b := range booked {
		names = append(names, kpi.MetricOf(b.metric).Name)
	}
	longest := slices.MaxFunc(s.k.o.Windows, func(a, b NamedWindow) int { return cmp.Compare(a.Length, b.Length) })
	return `{__name__=~"` + strings.Join(names, "|") + `",time_window=~"|` + longest.Label + `"}`
}

// remaining are the calls that wait for a price, the most first.
func (s *Spend) remaining(ctx context.Context, now time.Time) ([]UnpricedCalls, error) {
	series, err := s.k.ask(ctx, `{__name__=~"`+kpi.MetricOf(kpi.OpenAIUnpricedRemaining).Name+`"}`, now, now, slot)
	if err != nil {
		return nil, err
	}
	calls := map[string]float64{}
	for _, x := range series {
		if n := len(x.Samples); n > 0 {
			calls[x.Labels["model"]] += x.Samples[n-1].Cents
		}
	}
	list := []UnpricedCalls{}
	for model, n := range calls {
		list = append(list, UnpricedCalls{model, n})
	}
	slices.SortFunc(list, func(a, b UnpricedCalls) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Model, b.Model))
	})
	return list, nil
}

// windows are the rolling windows, as they are now.
func (s *Spend) windows(ctx context.Context, now time.Time) ([]SpendWindow, error) {
	series, err := s.k.ask(ctx, s.k.query(), now, now, slot)
	if err != nil {
		return nil, err
	}
	current := map[string]float64{}
	for _, x := range series {
		if n := len(x.Samples); n > 0 {
			current[x.Labels["time_window"]] = x.Samples[n-1].Cents
		}
	}
	return s.k.compared(current, now), nil
}

// compared holds the windows against their baselines.
func (k *Keeper) compared(current map[string]float64, now time.Time) []SpendWindow {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := []SpendWindow{}
	for _, w := range k.windows {
		x := SpendWindow{Window: w.Label, State: w.estimate.State(now)}
		cents, known := current[w.Label]
		if known {
			x.CurrentCents = &cents
		}
		if w.estimate.Ready && !k.stale(now) {
			baseline := w.estimate.Cents
			x.BaselineCents = &baseline
			if known {
				x.Ratio = quotient(cents, baseline)
			}
		}
		list = append(list, x)
	}
	return list
}

// quotient is null when it is none.
func quotient(a, b float64) *float64 {
	if b <= 0 {
		return nil
	}
	q := a / b
	return &q
}
