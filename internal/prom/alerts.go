package prom

import (
	"context"
	"net/url"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// tell passes alerts of a rule on: those that fire, again and again, and those
// that have ended.
func (p *Prom) tell(ctx context.Context, expr string, alerts ...*rules.Alert) {
	if len(alerts) == 0 {
		return
	}
	low := lowIsBad(expr)
	list := make([]kpi.Alert, len(alerts))
	for i, a := range alerts {
		list[i] = kpi.Alert{
			Labels: a.Labels.Map(), Annotations: a.Annotations.Map(),
			StartsAt: a.FiredAt, EndsAt: a.LastSentAt.Add(holds), GeneratorURL: p.explore(expr),
			Value: a.Value, LowIsBad: low,
		}
		if !a.ResolvedAt.IsZero() {
			list[i].EndsAt = a.ResolvedAt
		}
	}
	p.sendOut(list)
	if p.o.Tell != nil {
		p.o.Tell(ctx, list)
	}
}

// lowIsBad says of a rule whether smaller values are worse: those of "< 10" are.
func lowIsBad(expr string) bool {
	e, err := newParser().ParseExpr(expr)
	if err != nil { // it is one that was parsed before
		return false
	}
	for {
		switch x := e.(type) {
		case *parser.ParenExpr:
			e = x.Expr
		case *parser.BinaryExpr:
			if x.Op.IsComparisonOperator() {
				return x.Op == parser.LSS || x.Op == parser.LTE
			}
			e = x.LHS // the value of "a < 10 and b" is a's
		default:
			return false
		}
	}
}

// explore is the page that shows a query.
func (p *Prom) explore(expr string) string {
	return p.external.JoinPath("explore").String() + "?" + url.Values{"q": {expr}}.Encode()
}
