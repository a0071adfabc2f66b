package budget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/budget"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// spend is a call for so many cents.
func spend(at time.Time, tag string, cents float64) kpi.Event {
	e := kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}, Time: at, Basis: kpi.CostStated, Cost: kpi.MoneyFromCents(cents)}
	if tag != "" {
		e.Call = &kpi.Call{Tag: tag}
	}
	return e
}

func said(u budget.Use) string {
	text := fmt.Sprintf("%s %g of %g (%s)", u.Name, u.SpentCents, u.Cents, u.State())
	if u.ForecastCents != nil {
		text += fmt.Sprintf(", going to %g", *u.ForecastCents)
	}
	if u.ReachedAt != nil {
		text += ", reached " + u.ReachedAt.Format("2 Jan 15:04")
	}
	return text
}

// TestUses: what is used of a day and of a month, of all and of a tag, and where it
// is going, over the real ledger.
func TestUses(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	noon := time.Date(2026, 5, 11, 12, 0, 0, 0, zone)
	m := meter.New(meter.Options{Zone: zone, Now: func() time.Time { return noon }})
	for day := 1; day <= 10; day++ { // 100 a day, of which 40 for shop-a in the evening
		at := time.Date(2026, 5, day, 0, 30, 0, 0, zone)
		m.Apply(at, []kpi.Event{spend(at, "", 60), spend(at.Add(20*time.Hour), "shop-a", 40)})
	}
	m.Apply(noon, []kpi.Event{spend(noon.Add(-time.Hour), "shop-a", 50)})
	m.Apply(noon, []kpi.Event{spend(time.Date(2026, 4, 30, 23, 59, 0, 0, zone), "", 7)}) // the month before
	limits := []budget.Limit{
		{Name: "month", Period: budget.Month, Cents: 3000},
		{Name: "tight", Period: budget.Month, Cents: 1250},
		{Name: "shop", Period: budget.Month, Cents: 500, Tag: "shop-a"},
		{Name: "day", Period: budget.Day, Cents: 80},
		{Name: "shop's day", Period: budget.Day, Cents: 50, Tag: "shop-a"},
		{Name: "another's", Period: budget.Day, Cents: 50, Tag: "shop-b"},
	}
	want := []string{
		"month 1050 of 3000 (ok), going to 3100, reached 31 May 00:00",
		"tight 1050 of 1250 (near), going to 3100, reached 13 May 12:00",
		"shop 450 of 500 (near), going to 1270, reached 12 May 18:00",
		"day 50 of 80 (ok), going to 90, reached 11 May 21:00",
		"shop's day 50 of 50 (over), going to 66",
		"another's 0 of 50 (ok), going to 0",
	}
	book := budget.New(m, zone, func() []budget.Limit { return limits })
	var got []string
	for _, u := range book.Uses(noon) {
		got = append(got, said(u))
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// TestFirstDay: with nothing known of the days before there is no forecast.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	m := meter.New(meter.Options{Now: func() time.Time { return now }})
	m.Apply(now, []kpi.Event{spend(now, "", 5)})
	book := budget.New(m, time.UTC, func() []budget.Limit {
		return []budget.Limit{{Name: "m", Period: budget.Month, Cents: 10}, {Name: "d", Period: budget.Day, Cents: 5}}
	})
	uses := book.Uses(now)
	if a, b := said(uses[0]), said(uses[1]); a != "m 5 of 10 (ok)" || b != "d 5 of 5 (over)" {
		t.Errorf("%s, %s", a, b)
	}
}

// TestHourThatIsMissing: on the day on which the clocks go forward the day is an
// hour shorter, and ends all the same.
func TestHourThatIsMissing(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	now := time.Date(2026, 3, 29, 12, 0, 0, 0, zone)
	m := meter.New(meter.Options{Zone: zone, Now: func() time.Time { return now }})
	m.Apply(now, []kpi.Event{spend(now.Add(-20*time.Hour), "", 30), spend(now, "", 20)})
	book := budget.New(m, zone, func() []budget.Limit { return []budget.Limit{{Name: "d", Period: budget.Day, Cents: 100}} })
	if got := said(book.Uses(now)[0]); got != "d 20 of 100 (ok), going to 50" {
		t.Error(got)
	}
}

// TestCollector shows what is known and passes the linter.
func TestCollector(t *testing.T) {
	t.Parallel()
	m := meter.New(meter.Options{})
	book := budget.New(m, time.UTC, func() []budget.Limit { return []budget.Limit{{Name: "all", Period: budget.Month, Cents: 500}} })
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(book.Collector())
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	want := `
# HELP luneo_openai_budget_limit_cents What calls may cost in a period, in cents; it holds up none
# TYPE luneo_openai_budget_limit_cents gauge
luneo_openai_budget_limit_cents{budget="all",period="month",tag=""} 500
# HELP luneo_openai_budget_spent_cents What calls have cost in the period that runs, in cents
# TYPE luneo_openai_budget_spent_cents gauge
luneo_openai_budget_spent_cents{budget="all",period="month",tag=""} 0
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
