package config

import (
	"fmt"
	"regexp"
)

var budgetName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// maxBudgets bounds the series of budgets.
const maxBudgets = 50

func (l *loader) checkBudgets() {
	seen := map[string]string{}
	if n := len(l.cfg.OpenAI.Budgets); n > maxBudgets {
		l.complain("openai.budgets", "has %d budgets; at most %d are allowed", n, maxBudgets)
	}
	for i, b := range l.cfg.OpenAI.Budgets {
		path := fmt.Sprintf("openai.budgets[%d]", i)
		switch first, taken := seen[b.Name]; {
		case !budgetName.MatchString(b.Name):
			l.complain(path+".name", "%s is not allowed: must be 1 to 64 letters, digits, spaces or ._- and begin with a letter or digit", shown(b.Name))
		case taken:
			l.complain(path+".name", "%s is the name of %s already", shown(b.Name), first)
		}
		seen[b.Name] = path
		if b.LimitCents == 0 {
			l.complain(path+".limit_cents", "is needed: what may be spent in a period, in US cents")
		}
		if b.Period == "" {
			l.complain(path+".period", "is needed: day or month")
		}
	}
}
