package prom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"golang.org/x/sync/errgroup"
)

// evaluator evaluates rules over a history, day by day. Its alerts go on from one
// day to the next.
type evaluator struct {
	engine *promql.Engine
	// batches of rules that don't read each other, in the order of evaluation.
	batches [][]*pastRule
	// lead is how far the rules look back.
	lead time.Duration
}

// pastRule is one rule: of recording, or of an alert when that is set.
type pastRule struct {
	name   string
	expr   parser.Expr
	labels labels.Labels
	alert  *rules.AlertingRule
}

func newEvaluator(o BackfillOptions) (*evaluator, error) {
	j := &evaluator{engine: promql.NewEngine(promql.EngineOpts{
		Logger: quiet(o.Logger), Parser: newParser(), EnableAtModifier: true, EnableNegativeOffset: true,
		MaxSamples: 50_000_000, Timeout: 10 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return o.Step.Milliseconds() },
	})}
	list, err := pastRules(o)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		j.lead = max(j.lead, reach(r.expr))
	}
	j.batches = batches(list)
	return j, nil
}

func pastRules(o BackfillOptions) (list []*pastRule, err error) {
	if o.Rules == nil {
		return nil, nil
	}
	file, errs := ruleFile{builtinRules, o.Rules}.parse()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, g := range file.Groups {
		if slices.Contains(o.SkipGroups, g.Name) {
			continue
		}
		for _, r := range g.Rules {
			past, err := newPastRule(r, g.Labels, o.Logger)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", g.Name, err)
			}
			list = append(list, past)
		}
	}
	return list, nil
}

func newPastRule(r rulefmt.Rule, ofGroup map[string]string, logger *slog.Logger) (*pastRule, error) {
	expr, err := newParser().ParseExpr(r.Expr)
	if err != nil {
		return nil, err
	}
	past := &pastRule{name: r.Record, expr: expr, labels: labels.FromMap(rules.FromMaps(ofGroup, r.Labels).Map())}
	if r.Alert != "" {
		// The expression is evaluated here, and annotations are in no series.
		past.alert = rules.NewAlertingRule(r.Alert, &parser.NumberLiteral{}, time.Duration(r.For), time.Duration(r.KeepFiringFor),
			past.labels, labels.EmptyLabels(), labels.EmptyLabels(), "", true, quiet(logger))
	}
	return past, nil
}

// reach is how far an expression looks back.
func reach(expr parser.Expr) (most time.Duration) {
	const lookback = 5 * time.Minute // Prometheus' own
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		v, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		back := lookback + v.OriginalOffset
		for _, p := range path {
			switch p := p.(type) {
			case *parser.MatrixSelector:
				back += p.Range
			case *parser.SubqueryExpr:
				back += p.Range + p.OriginalOffset
			}
		}
		most = max(most, back)
		return nil
	})
	return most
}

// selects reports whether an expression may read a metric.
func selects(expr parser.Expr, name string) (found bool) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if v, ok := node.(*parser.VectorSelector); ok {
			found = found || v.Name == name || v.Name == ""
		}
		return nil
	})
	return found
}

// batches cuts a list so that no rule reads what one of its own batch records.
func batches(list []*pastRule) (cut [][]*pastRule) {
	begin := 0
	for i, r := range list {
		if slices.ContainsFunc(list[begin:i], func(before *pastRule) bool { return before.alert == nil && selects(r.expr, before.name) }) {
			cut, begin = append(cut, list[begin:i]), i
		}
	}
	return append(cut, list[begin:])
}

// run judges day after day.
func (j *evaluator) run(ctx context.Context, in <-chan *grid, out chan<- day) error {
	var made *grid
	for read := range in {
		if made == nil {
			made = newGrid(time.UnixMilli(read.start), time.Duration(read.step)*time.Millisecond, read.steps, 0)
		} else {
			made = made.follow(read.steps-read.lead, read.lead)
		}
		d := day{read, made}
		for _, batch := range j.batches {
			if err := j.evaluate(ctx, d, batch); err != nil {
				return err
			}
		}
		if err := send(ctx, out, d); err != nil {
			return err
		}
	}
	return nil
}

// evaluate adds to a day what a batch makes of it.
func (j *evaluator) evaluate(ctx context.Context, d day, batch []*pastRule) error {
	results := make([]promql.Matrix, len(batch))
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range batch {
		workers.Go(func() (err error) {
			results[i], err = j.query(ctx, d, r)
			return err
		})
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	for i, r := range batch {
		if r.alert == nil {
			r.record(d.made, results[i])
		} else if err := r.raise(ctx, d.made, results[i]); err != nil {
			return err
		}
	}
	return nil
}

// query evaluates a rule at every step of a day.
func (j *evaluator) query(ctx context.Context, d day, r *pastRule) (promql.Matrix, error) {
	g := d.read
	q, err := j.engine.NewRangeQuery(ctx, d, nil, r.expr.String(),
		time.UnixMilli(g.at(g.lead)), time.UnixMilli(g.at(g.steps-1)), time.Duration(g.step)*time.Millisecond)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	matrix, err := result.Matrix()
	if err != nil {
		return nil, fmt.Errorf("evaluate a rule over the history: %s: %w", r.expr, err)
	}
	return copied(matrix), nil
}

// copied takes a result out of the memory that a query uses again.
func copied(m promql.Matrix) promql.Matrix {
	out := make(promql.Matrix, len(m))
	for i, s := range m {
		out[i] = promql.Series{Metric: s.Metric, Floats: slices.Clone(s.Floats)}
	}
	return out
}

// record adds what a recording rule records.
func (r *pastRule) record(g *grid, result promql.Matrix) {
	for _, s := range result {
		b := labels.NewBuilder(s.Metric).Set(model.MetricNameLabel, r.name)
		r.labels.Range(func(l labels.Label) { b.Set(l.Name, l.Value) })
		c := g.column(b.Labels())
		for _, p := range s.Floats {
			c.values[(p.T-g.start)/g.step] = p.F
		}
	}
}

// raise adds the series of an alert.
func (r *pastRule) raise(ctx context.Context, g *grid, result promql.Matrix) error {
	return r.follow(ctx, result, g.at(g.lead), g.at(g.steps-1), g.step, func(at millis, shown promql.Vector) {
		for _, s := range shown {
			g.column(s.Metric).values[(at-g.start)/g.step] = s.F
		}
	})
}

// follow evaluates an alert at every step from one time to another: Prometheus'
// own code decides what is pending and firing, given what the expression gives.
// seen is told the series ALERTS and ALERTS_FOR_STATE of each step at which
// there is, or was of late, an alert.
func (r *pastRule) follow(ctx context.Context, result promql.Matrix, from, to, step millis, seen func(at millis, shown promql.Vector)) error {
	var above promql.Vector // the expression's result at a step
	answer := func(_ context.Context, query string, _ time.Time) (promql.Vector, error) {
		if query != (&parser.NumberLiteral{}).String() {
			return nil, errors.New("a template of a label can't query a history that is being written")
		}
		return above, nil
	}
	next := make([]int, len(result)) // by series: the first point that is not past
	for at := from; at <= to; at += step {
		above = nil
		for i, s := range result {
			if next[i] < len(s.Floats) && s.Floats[next[i]].T == at {
				above = append(above, promql.Sample{Metric: s.Metric, T: at, F: s.Floats[next[i]].F})
				next[i]++
			}
		}
		if len(above) == 0 && len(r.alert.ActiveAlerts()) == 0 {
			continue
		}
		shown, err := r.alert.Eval(ctx, 0, time.UnixMilli(at), answer, &url.URL{}, 0)
		if err != nil {
			return err
		}
		seen(at, shown)
	}
	return nil
}
