package app

import (
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/web"
)

func (a *App) spendRoutes() []web.Route {
	spend := cost.NewSpend(a.cost, a.opts.Config.Cost.Timezone.Name(), a.spendBudgets)
	return []web.Route{{Method: http.MethodGet, Pattern: "/api/spend", Scope: web.Read, Handler: spend.HandleSpend}}
}

// spendBudgets are the budgets as the page of spend shows them.
func (a *App) spendBudgets(now time.Time) []cost.SpendBudget {
	list := []cost.SpendBudget{}
	for _, u := range a.budgets.Uses(now) {
		list = append(list, cost.SpendBudget{
			Name: u.Name, Tag: u.Tag, Period: string(u.Period), LimitCents: u.Cents, SpentCents: u.SpentCents, Ratio: u.Ratio(),
			ForecastCents: u.ForecastCents, ReachedAt: u.ReachedAt, State: u.State(),
		})
	}
	return list
}
