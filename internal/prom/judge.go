package prom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Judge finds out when alerts would have fired on a history that is told to it
// step by step. Nothing waits: time is an argument. It is for one goroutine.
type Judge struct {
	db     *tsdb.DB
	engine *promql.Engine
	alerts []*pastRule
	seen   map[storage.SeriesRef]labels.Labels // of the last step
	values []float64                           // scratch
}

// Episode is one firing of an alert.
type Episode struct {
	Alert  string
	Labels map[string]string
	// Starts is the first step that it fires at, Ends the first that it does
	// not, or the step after the last.
	Starts, Ends time.Time
	// Peak is the largest value of the expression in between.
	Peak float64
}

// NewJudge keeps samples in dir, which whoever calls removes after Close. The
// alerts of the rule files count, but for those about Luneo itself (their
// component is luneo): a recorded history has no Luneo.
func NewJudge(dir string, ruleTexts ...[]byte) (*Judge, error) {
	j := &Judge{seen: map[storage.SeriesRef]labels.Labels{}}
	if err := j.readAlerts(ruleTexts); err != nil {
		return nil, err
	}
	o := tsdb.DefaultOptions()
	o.WALSegmentSize = -1 // no log: nothing has to survive
	o.EnableSTAsZeroSample = true
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, o, nil)
	if err != nil {
		return nil, openError(dir, err)
	}
	db.DisableCompactions()
	j.db = db
	const samples, longest = 500_000_000, time.Hour
	j.engine = promql.NewEngine(promql.EngineOpts{
		Parser: newParser(), MaxSamples: samples, Timeout: longest, EnableAtModifier: true, EnableNegativeOffset: true,
	})
	return j, nil
}

// readAlerts takes the alerts, with what recording rules they read written out
// in place: their series would otherwise have to be recorded first.
func (j *Judge) readAlerts(ruleTexts [][]byte) error {
	recorded := map[string]string{}
	for i, text := range ruleTexts {
		groups, errs := ruleFile{fmt.Sprintf("rule file %d", i+1), text}.parse()
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		for _, g := range groups.Groups {
			for _, r := range g.Rules {
				r.Expr = writeOut(r.Expr, recorded)
				switch {
				case r.Record != "":
					recorded[r.Record] = r.Expr
				case r.Labels["component"] != "luneo":
					past, err := newPastRule(r, g.Labels, slog.New(slog.DiscardHandler))
					if err != nil {
						return fmt.Errorf("alert %s: %w", r.Alert, err)
					}
					past.name = r.Alert
					j.alerts = append(j.alerts, past)
				}
			}
		}
	}
	return nil
}

// writeOut replaces names of recording rules, which hold colons and so are
// nothing else, by their expressions; the longest first.
func writeOut(expr string, recorded map[string]string) string {
	names := slices.SortedFunc(maps.Keys(recorded), func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, "("+recorded[name]+")")
	}
	return strings.NewReplacer(pairs...).Replace(expr)
}

// Record appends what is shown at a time, later than the last. A series that
// was there a step ago and is gone is marked so, as a scrape would.
func (j *Judge) Record(at time.Time, readings []kpi.Reading) error {
	app := j.db.AppenderV2(context.Background())
	now := map[storage.SeriesRef]labels.Labels{}
	for i := range readings {
		if err := j.add(app, at, &readings[i], now); err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	for ref, l := range j.seen {
		if _, ok := now[ref]; ok {
			continue
		}
		if _, err := app.Append(ref, l, 0, at.UnixMilli(), none(), nil, nil, storage.AppendV2Options{}); err != nil {
			return errors.Join(fmt.Errorf("end %s: %w", l, err), app.Rollback())
		}
	}
	j.seen = now
	return app.Commit()
}

// add appends the series of a reading and notes them.
func (j *Judge) add(app storage.AppenderV2, at time.Time, r *kpi.Reading, seen map[storage.SeriesRef]labels.Labels) error {
	var start millis
	if !r.Since.IsZero() {
		start = r.Since.UnixMilli()
	}
	j.values = appendValues(j.values[:0], r)
	for i, l := range seriesOf(labels.EmptyLabels(), r) {
		ref, err := app.Append(0, l, start, at.UnixMilli(), j.values[i], nil, nil, storage.AppendV2Options{})
		if err != nil {
			return fmt.Errorf("record %s: %w", l, err)
		}
		seen[ref] = l
	}
	return nil
}

// Episodes evaluates every alert at from and each step until to.
func (j *Judge) Episodes(ctx context.Context, from, to time.Time, step time.Duration) ([]Episode, error) {
	var all []Episode
	for _, r := range j.alerts {
		matrix, err := j.query(ctx, r, from, to, step)
		if err != nil {
			return nil, fmt.Errorf("alert %s: %w", r.name, err)
		}
		found, err := r.episodes(ctx, matrix, from, to, step)
		if err != nil {
			return nil, fmt.Errorf("alert %s: %w", r.name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func (j *Judge) query(ctx context.Context, r *pastRule, from, to time.Time, step time.Duration) (promql.Matrix, error) {
	q, err := j.engine.NewRangeQuery(ctx, j.db, nil, r.expr.String(), from, to, step)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	matrix, err := q.Exec(ctx).Matrix()
	return copied(matrix), err
}

// episodes lists the firings of an alert.
func (r *pastRule) episodes(ctx context.Context, result promql.Matrix, from, to time.Time, step time.Duration) ([]Episode, error) {
	l := firings{open: map[uint64]*Episode{}}
	err := r.follow(ctx, result, from.UnixMilli(), to.UnixMilli(), step.Milliseconds(), func(at millis, _ promql.Vector) {
		l.step(r, time.UnixMilli(at).UTC())
	})
	l.end(to.Add(step).UTC(), nil)
	slices.SortFunc(l.done, func(a, b Episode) int { return a.Starts.Compare(b.Starts) })
	return l.done, err
}

// firings are the episodes of an alert that are over, and by the hash of their
// labels those that are not.
type firings struct {
	open map[uint64]*Episode
	done []Episode
}

// step takes what the alert is at a time.
func (l *firings) step(r *pastRule, at time.Time) {
	firing := map[uint64]bool{}
	for _, a := range r.alert.ActiveAlerts() {
		if a.State != rules.StateFiring {
			continue
		}
		key := a.Labels.Hash()
		firing[key] = true
		if l.open[key] == nil {
			l.open[key] = &Episode{Alert: r.name, Labels: alertLabels(a.Labels), Starts: at, Peak: a.Value}
		}
		l.open[key].Peak = max(l.open[key].Peak, a.Value)
	}
	l.end(at, firing)
}

// end closes what no longer fires.
func (l *firings) end(at time.Time, firing map[uint64]bool) {
	for key, e := range l.open {
		if !firing[key] {
			e.Ends = at
			l.done = append(l.done, *e)
			delete(l.open, key)
		}
	}
}

// alertLabels are those of an alert but for its name.
func alertLabels(l labels.Labels) map[string]string {
	m := l.Map()
	delete(m, model.AlertNameLabel)
	return m
}

// Close frees the samples.
func (j *Judge) Close() error { return errors.Join(j.engine.Close(), j.db.Close()) }
