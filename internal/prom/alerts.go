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
	low, page := Guard(expr).LowIsBad, p.explore(expr)
	list := make([]kpi.Alert, len(alerts))
	for i, a := range alerts {
		list[i] = kpi.Alert{
			Labels: a.Labels.Map(), Annotations: a.Annotations.Map(),
			StartsAt: a.FiredAt, EndsAt: a.LastSentAt.Add(holds), GeneratorURL: page,
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

// Guarded is what a rule's expression compares.
type Guarded struct {
	// Query is the left side of the comparison, the whole expression where there
	// is none; Limit is its right side where that is a number.
	Query string
	Limit *float64
	// LowIsBad says that smaller values are worse: those of "< 10" are.
	LowIsBad bool
}

// Guard takes an expression apart: of "a < 10 and b" it is a and 10, whose value
// the alert has.
func Guard(expr string) Guarded {
	e, err := newParser().ParseExpr(expr)
	if err != nil { // it is one that was parsed before
		return Guarded{Query: expr}
	}
	for {
		switch x := e.(type) {
		case *parser.ParenExpr:
			e = x.Expr
			continue
		case *parser.BinaryExpr:
			if x.Op.IsSetOperator() {
				e = x.LHS
				continue
			}
			if x.Op.IsComparisonOperator() && !x.ReturnBool {
				return compared(x)
			}
		}
		return Guarded{Query: expr}
	}
}

func compared(x *parser.BinaryExpr) Guarded {
	g := Guarded{Query: x.LHS.String(), LowIsBad: x.Op == parser.LSS || x.Op == parser.LTE}
	if limit, ok := x.RHS.(*parser.NumberLiteral); ok {
		g.Limit = &limit.Val
	}
	return g
}

// explore is the page that shows a query.
func (p *Prom) explore(expr string) string {
	return p.external.JoinPath("explore").String() + "?" + url.Values{"q": {expr}}.Encode()
}
