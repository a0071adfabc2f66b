package status

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"github.com/luneo-platform/luneo/monitoring"
)

// judged is a Prometheus whose series are given and whose rules, alerts.yml
// and further ones, are evaluated by Prometheus' own code at given times.
type judged struct {
	storage storage.Storage
	engine  *promql.Engine
	groups  []*rules.Group
	// now is when they were evaluated last; zero if never.
	now time.Time
}

// story is what happened, in promqltest's notation, from 1970 on.
type story struct {
	series string
	// from and until are when rules are evaluated, every step; until is now.
	from, until, step time.Duration
	// rules is a further rule file.
	rules string
	marks []Mark
}

// epoch is a time of a story. It begins on a second day: what is asked of the
// day before has to lie after 1970.
func epoch(d time.Duration) time.Time { return time.Unix(0, 0).UTC().Add(24*time.Hour + d) }

// aDayLater moves series, "name{labels} values", a day into a load command.
func aDayLater(series string) string {
	head, lines, _ := strings.Cut(series, "\n")
	step, err := time.ParseDuration(strings.TrimPrefix(head, "load "))
	if err != nil {
		return series
	}
	pad := fmt.Sprintf("_x%d ", 24*time.Hour/step)
	out := head + "\n"
	for line := range strings.Lines(lines) {
		at := strings.LastIndex(line, "}") + 1
		if at == 0 {
			at = strings.Index(strings.TrimLeft(line, " "), " ") + len(line) - len(strings.TrimLeft(line, " "))
		}
		if strings.TrimSpace(line) != "" {
			line = line[:at] + " " + pad + line[at:]
		}
		out += line
	}
	return out
}

// judge plays a story.
func judge(t *testing.T, s story) *judged {
	t.Helper()
	store := promqltest.LoadedStorage(t, aDayLater(s.series))
	t.Cleanup(func() { _ = store.Close() })
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	j := &judged{storage: store, engine: engine}
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(engine, store), AppendableV2: store, Queryable: store,
		Context: t.Context(), Logger: slog.New(slog.DiscardHandler), Parser: parser.NewParser(parser.Options{}),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
	})
	files := []string{writeRules(t, "alerts.yml", monitoring.Alerts())}
	if s.rules != "" {
		files = append(files, writeRules(t, "own.yml", s.rules))
	}
	groups, errs := manager.LoadGroups(s.step, labels.EmptyLabels(), "http://luneo.example", nil, false, files...)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, file := range files {
		for _, g := range monitoringOrder(groups, file) {
			for _, r := range g.AlertingRules() {
				r.SetRestored(true) // else ALERTS is not written
			}
			j.groups = append(j.groups, g)
		}
	}
	for at := s.from; at <= s.until; at += s.step {
		j.now = epoch(at)
		for _, g := range j.groups {
			g.Eval(t.Context(), j.now)
		}
	}
	return j
}

// monitoringOrder are the groups of a file in its order.
func monitoringOrder(groups map[string]*rules.Group, file string) (list []*rules.Group) {
	for _, name := range []string{"luneo-recording", "luneo", "luneo-more", "luneo-health", "own"} {
		if g := groups[rules.GroupKey(file, name)]; g != nil {
			list = append(list, g)
		}
	}
	return list
}

func writeRules(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Rules lists the rules as /api/v1/rules has them.
func (j *judged) Rules(context.Context) (list []Rule, err error) {
	for _, g := range j.groups {
		for _, any := range g.Rules() {
			r, ok := any.(*rules.AlertingRule)
			if !ok {
				continue
			}
			rule := Rule{
				Name: r.Name(), Group: g.Name(), Expr: r.Query().String(), For: r.HoldDuration(), Interval: g.Interval(),
				Labels: r.Labels().Map(), Annotations: r.Annotations().Map(), LastEvaluation: j.now,
			}
			if err := r.LastError(); err != nil {
				rule.LastError = err.Error()
			}
			for _, a := range r.ActiveAlerts() {
				rule.Alerts = append(rule.Alerts, Alert{
					Labels: a.Labels.Map(), Annotations: a.Annotations.Map(), Firing: a.State == rules.StateFiring, ActiveAt: a.ActiveAt, Value: a.Value,
				})
			}
			list = append(list, rule)
		}
	}
	return list, nil
}

// Range evaluates a query as /api/v1/query and /api/v1/query_range do.
func (j *judged) Range(ctx context.Context, query string, span Span) ([]Series, error) {
	var q promql.Query
	var err error
	if span.Step == 0 {
		q, err = j.engine.NewInstantQuery(ctx, j.storage, nil, query, span.To)
	} else {
		q, err = j.engine.NewRangeQuery(ctx, j.storage, nil, query, span.From, span.To, span.Step)
	}
	if err != nil {
		return nil, err
	}
	defer q.Close()
	switch v := q.Exec(ctx); value := v.Value.(type) {
	case promql.Vector:
		var out []Series
		for _, s := range value {
			out = append(out, Series{s.Metric.Map(), []Sample{{time.UnixMilli(s.T), s.F}}})
		}
		return out, v.Err
	case promql.Matrix:
		var out []Series
		for _, s := range value {
			series := Series{Labels: s.Metric.Map()}
			for _, p := range s.Floats {
				series.Samples = append(series.Samples, Sample{time.UnixMilli(p.T), p.F})
			}
			out = append(out, series)
		}
		return out, v.Err
	default:
		return nil, v.Err
	}
}

// markList are marks in the order of time.
type markList []Mark

// Between lists those of a span.
func (m markList) Between(from, to time.Time) (list []Mark) {
	for _, mark := range m {
		if !mark.At.Before(from) && !mark.At.After(to) {
			list = append(list, mark)
		}
	}
	return list
}

// boardOf is a Board over a story, at its end.
func boardOf(t *testing.T, s story) *Board {
	t.Helper()
	b, err := New(Options{
		Prometheus: judge(t, s), Marks: markList(s.marks), Zone: time.UTC, StaleAfter: 45 * time.Second,
		Now: func() time.Time { return epoch(s.until) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}
