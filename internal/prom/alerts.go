package prom

import (
	"context"
	"net/url"

	"github.com/prometheus/prometheus/rules"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// tell passes alerts of a rule on: those that fire, at least once a minute, and
// those that have ended.
func (p *Prom) tell(ctx context.Context, expr string, alerts ...*rules.Alert) {
	if len(alerts) == 0 || p.o.Tell == nil {
		return
	}
	list := make([]kpi.Alert, len(alerts))
	for i, a := range alerts {
		list[i] = kpi.Alert{
			Labels: a.Labels.Map(), Annotations: a.Annotations.Map(),
			StartsAt: a.FiredAt, EndsAt: a.ValidUntil, GeneratorURL: p.explore(expr),
		}
		if !a.ResolvedAt.IsZero() {
			list[i].EndsAt = a.ResolvedAt
		}
	}
	p.o.Tell(ctx, list)
}

// explore is the page that shows a query.
func (p *Prom) explore(expr string) string {
	return p.external.JoinPath("explore").String() + "?" + url.Values{"q": {expr}}.Encode()
}
