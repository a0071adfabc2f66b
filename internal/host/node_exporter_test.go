package host_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"

	"github.com/luneo-platform/luneo/internal/host"
)

// nodeExporterRules reads the file that people load, with Prometheus' own parser.
func nodeExporterRules(t *testing.T) map[string]string {
	t.Helper()
	path := filepath.Join("..", "..", "monitoring", "prometheus", "node-exporter-rules.yml")
	groups, errs := rulefmt.ParseFile(path, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	rules := map[string]string{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			if rules[r.Record] != "" {
				t.Errorf("%s is recorded twice", r.Record)
			}
			rules[r.Record] = r.Expr
		}
	}
	return rules
}

// TestNodeExporterRules lets Prometheus evaluate the rules on what
// node_exporter shows of a machine: it has to be what Luneo shows of it.
func TestNodeExporterRules(t *testing.T) {
	t.Parallel()
	rules := nodeExporterRules(t)
	shown := samplesOf(shownOfMachine(t))
	eval := evaluator(t)
	for _, m := range host.Metrics() {
		expr, ok := rules[m.Name]
		if ok == m.Own {
			t.Errorf("%s is recorded: %v", m.Name, ok)
		}
		if !ok {
			continue
		}
		delete(rules, m.Name)
		if got := eval(expr); len(got) == 0 || !maps.Equal(got, shown[m.Name]) {
			t.Errorf("%s: %s\nis %v\nwant %v", m.Name, expr, got, shown[m.Name])
		}
	}
	for name := range rules {
		t.Errorf("%s is recorded, and Luneo has no such metric", name)
	}
}

// TestNodeExporterTable holds the table of docs/host-metrics.md against the rules.
func TestNodeExporterTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "host-metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	rules := nodeExporterRules(t)
	for name, expr := range rules {
		if row := fmt.Sprintf("| `%s` | `%s` |\n", name, strings.ReplaceAll(expr, "|", `\|`)); !strings.Contains(string(page), row) {
			t.Errorf("missing: %s", row)
		}
	}
	if n := strings.Count(string(page), "\n| `luneo_host_"); n != len(rules) {
		t.Errorf("the table has %d rows, want %d", n, len(rules))
	}
}

func shownOfMachine(t *testing.T) (families []*dto.MetricFamily) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, machine())
		synctest.Wait()
		var err error
		if families, err = w.registry.Gather(); err != nil {
			t.Fatal(err)
		}
	})
	return families
}

// samplesOf are values by metric and labels.
func samplesOf(families []*dto.MetricFamily) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for _, f := range families {
		all[f.GetName()] = map[string]float64{}
		for _, m := range f.GetMetric() {
			b := labels.NewBuilder(labels.EmptyLabels())
			for _, l := range m.GetLabel() {
				b.Set(l.GetName(), l.GetValue())
			}
			all[f.GetName()][b.Labels().String()] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return all
}

// evaluator answers PromQL on testdata/node-exporter.txt, scraped from one machine.
func evaluator(t *testing.T) func(expr string) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/node-exporter.txt")
	if err != nil {
		t.Fatal(err)
	}
	textParser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := textParser.TextToMetricFamilies(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	script := "load 1m\n"
	for name, samples := range samplesOf(values(families)) {
		for l, v := range samples {
			l = strings.Replace(l, "{", `{job="node",instance="a:9100",`, 1)
			script += fmt.Sprintf("  %s%s %v\n", name, strings.Replace(l, ",}", "}", 1), v)
		}
	}
	store := promqltest.LoadedStorage(t, script)
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	return func(expr string) map[string]float64 {
		q, err := engine.NewInstantQuery(t.Context(), store, nil, expr, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		got := map[string]float64{}
		vector, err := q.Exec(t.Context()).Vector()
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		for _, s := range vector {
			got[withoutTarget(t, s)] = s.F
		}
		return got
	}
}

// withoutTarget are the labels of a recorded sample but for where it comes
// from, which has to be there.
func withoutTarget(t *testing.T, s promql.Sample) string {
	t.Helper()
	if s.Metric.Get("job") != "node" || s.Metric.Get("instance") != "a:9100" {
		t.Errorf("%v has lost its target", s.Metric)
	}
	return labels.NewBuilder(s.Metric).Del(model.MetricNameLabel, "job", "instance").Labels().String()
}

func values(families map[string]*dto.MetricFamily) (list []*dto.MetricFamily) {
	for _, f := range families {
		list = append(list, f)
	}
	return list
}
