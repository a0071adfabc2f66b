package app

import (
	"github.com/luneo-platform/luneo/internal/budget"
)

// openBudgets makes what holds the spend against the budgets of the configuration
// in use.
func (a *App) openBudgets() error {
	a.budgets = budget.New(a.meter, a.opts.Config.Cost.Timezone.Location(), a.budgetLimits)
	a.registry.MustRegister(a.budgets.Collector())
	return nil
}

func (a *App) budgetLimits() []budget.Limit {
	configured := a.inUse.Load().OpenAI.Budgets
	list := make([]budget.Limit, 0, len(configured))
	for _, b := range configured {
		list = append(list, budget.Limit{Name: b.Name, Period: budget.Period(b.Period), Cents: float64(b.LimitCents), Tag: b.Tag})
	}
	return list
}
