package prom_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/monitoring"
)

// randomKPIs are the guide's metrics with values by chance, some of whose
// series begin late.
func randomKPIs(minutes int) func(minute int) []kpi.Reading {
	rng := rand.New(rand.NewPCG(3, 0))
	var list []kpi.Reading
	var begins []int
	for _, m := range kpi.Catalogue() {
		for _, v := range []string{"a", "b"} {
			r := kpi.Reading{Metric: &m, Counts: make([]uint64, len(m.Buckets)+1)}
			for range m.Labels {
				r.Labels = append(r.Labels, v)
			}
			list, begins = append(list, r), append(begins, rng.IntN(minutes/2))
		}
	}
	return func(i int) (now []kpi.Reading) {
		for k := range list {
			r := &list[k]
			if i < begins[k] {
				continue
			}
			if r.Metric.Type != kpi.Gauge {
				r.Since = began.Add(time.Duration(begins[k])*time.Minute - 20*time.Second)
			}
			r.Value += float64(rng.IntN(4) * rng.IntN(9))
			r.Counts[rng.IntN(len(r.Counts))] += uint64(rng.IntN(3))
			r.Sum += rng.Float64()
			now = append(now, *r)
		}
		return now
	}
}

// TestBackfilledRulesAreWhatQueriesSay asks, over the opened history, for the
// expression of each of Luneo's rules, as it is in the file, and compares with
// what was written for it.
func TestBackfilledRulesAreWhatQueriesSay(t *testing.T) {
	t.Parallel()
	const minutes = 500
	dir := filepath.Join(t.TempDir(), "prometheus")
	_, err := prom.Backfill(t.Context(), prom.BackfillOptions{
		Dir: dir, Instance: "here", Step: time.Minute, Logger: slog.New(slog.DiscardHandler),
		Rules: []byte(monitoring.Alerts()), SkipGroups: []string{"luneo-health"},
	}, script(minutes, randomKPIs(minutes)))
	if err != nil {
		t.Fatal(err)
	}
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	groups, errs := rulefmt.Parse([]byte(monitoring.Alerts()), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			if g.Name == "luneo-health" {
				continue
			}
			for minute := 0; minute < minutes; minute += 7 {
				at := began.Add(time.Duration(minute) * time.Minute)
				want, written := ask(t, db, r, r.Expr, at), ask(t, db, r, writtenFor(r), at)
				if compared += len(want); !maps.EqualFunc(want, written, func(a, b float64) bool { return r.Alert != "" || a == b || math.Abs(a-b) < 1e-9*math.Abs(a) }) {
					t.Fatalf("%s%s at minute %d: %v, want %v", r.Record, r.Alert, minute, written, want)
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d values were compared", compared)
	}
}

// writtenFor selects what a rule wrote: for an alert, where it is active.
func writtenFor(r rulefmt.Rule) string {
	var matchers []*labels.Matcher
	name := r.Record
	if r.Alert != "" {
		name = "ALERTS"
		matchers = append(matchers, labels.MustNewMatcher(labels.MatchEqual, labels.AlertName, r.Alert))
	}
	for k, v := range r.Labels {
		matchers = append(matchers, labels.MustNewMatcher(labels.MatchEqual, k, v))
	}
	return (&parser.VectorSelector{Name: name, LabelMatchers: matchers}).String()
}

// ask evaluates an expression. Series go by the labels that the rule does not set.
func ask(t *testing.T, db *tsdb.DB, r rulefmt.Rule, query string, at time.Time) map[string]float64 {
	t.Helper()
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e7, Timeout: time.Minute})
	defer engine.Close() //nolint:errcheck // it has no query left
	q, err := engine.NewInstantQuery(t.Context(), db, nil, query, at)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	v, err := q.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, s := range v {
		own := slices.AppendSeq([]string{labels.MetricName, labels.AlertName, "alertstate"}, maps.Keys(r.Labels))
		out[labels.NewBuilder(s.Metric).Del(own...).Labels().String()] = s.F
	}
	return out
}

func TestBackfillLeavesNothingBehindWhenItFails(t *testing.T) {
	t.Parallel()
	level := func(int) []kpi.Reading { return []kpi.Reading{gauge("level", 1)} }
	interrupted, interrupt := context.WithCancel(t.Context())
	for name, tc := range map[string]struct {
		ctx    context.Context
		rules  string
		minute func(int) []kpi.Reading
		step   time.Duration
	}{
		"interrupted": {ctx: interrupted, step: time.Minute, minute: func(i int) []kpi.Reading {
			if i == 2000 {
				interrupt()
			}
			return level(i)
		}},
		"a step that does not follow": {ctx: t.Context(), step: 30 * time.Second, minute: level},
		"a step between two":          {ctx: t.Context(), step: time.Hour, minute: level},
		"rules that can't be read":    {ctx: t.Context(), step: time.Minute, minute: level, rules: "groups: 1"},
		"a rule that can't be evaluated": {
			ctx: t.Context(), step: time.Minute, minute: func(int) []kpi.Reading {
				return []kpi.Reading{counted("a", time.Time{}, 1), counted("b", time.Time{}, 1)}
			},
			rules: `{groups: [{name: g, rules: [{record: r, expr: 'label_replace({__name__=~"a|b"}, "__name__", "c", "", "")'}]}]}`,
		},
	} {
		dir := t.TempDir()
		o := prom.BackfillOptions{Dir: filepath.Join(dir, "prometheus"), Instance: "here", Step: tc.step, Logger: slog.New(slog.DiscardHandler)}
		if tc.rules != "" {
			o.Rules = []byte(tc.rules)
		}
		if _, err := prom.Backfill(tc.ctx, o, script(3000, tc.minute)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("%s: left behind: %v %v", name, entries, err)
		}
	}
}

func TestBackfillKeepsAHistoryThatIsThere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "prometheus")
	if err := os.MkdirAll(filepath.Join(dir, "wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	o := prom.BackfillOptions{Dir: dir, Instance: "here", Step: time.Minute, Logger: slog.New(slog.DiscardHandler)}
	if _, err := prom.Backfill(t.Context(), o, script(3, func(int) []kpi.Reading { return nil })); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "wal")); err != nil {
		t.Error(err)
	}
}
