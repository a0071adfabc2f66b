package dashboard_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveBinary()
	os.Exit(code)
}

// TestQueriesReturnWhatPanelsExpect executes every query of every panel,
// variable and annotation against a Luneo with some days of history behind it
// and events arriving, as Grafana would: with everything chosen, and with
// every value chosen one by one.
func TestQueriesReturnWhatPanelsExpect(t *testing.T) {
	t.Parallel()
	luneo := startLuneo(t)
	for _, f := range files(t) {
		t.Run(f.UID, func(t *testing.T) {
			v := luneo.view(t, f)
			for _, a := range f.Annotations.List {
				t.Run("annotation "+a.Name, func(t *testing.T) {
					if a.Name == "Marks" {
						luneo.mark(t)
					}
					v := luneo.view(t, f) // it ends after the mark
					luneo.result(t, luneo.rangeQuery(v, v.replace(a.Target.Expr, nil), time.Minute))
				})
			}
			single := luneo.oneByOne(t, f, v)
			for _, p := range f.Panels {
				for _, q := range p.Targets {
					t.Run(p.Title+" "+q.RefID, func(t *testing.T) {
						t.Parallel()
						all := luneo.ask(t, v, p, q)
						checkSeries(t, p, q, all)
						if one := luneo.ask(t, single, p, q); len(one) != len(all) {
							t.Errorf("%d series with every value chosen by itself, %d with all", len(one), len(all))
						}
					})
				}
			}
		})
	}
}

// ask executes a query of a panel.
func (l *luneo) ask(t *testing.T, v view, p panelJSON, q targetJSON) []series {
	t.Helper()
	expr, step := v.resolve(p, q)
	parse(t, expr)
	if q.Instant {
		return l.result(t, l.instantQuery(v, expr))
	}
	return l.result(t, l.rangeQuery(v, expr, step))
}

// checkSeries: the labels are those that legend or columns name, no more and no
// less, so that no two series look alike; values are within what the unit can be.
func checkSeries(t *testing.T, p panelJSON, q targetJSON, all []series) {
	t.Helper()
	want := labelsOf(p, q)
	for _, s := range all {
		have := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Metric)), func(name string) bool { return s.Metric[name] == "" })
		if q.Format == "table" {
			have = slices.DeleteFunc(have, func(name string) bool { return name == "about" }) // not every alert has one
		}
		if !slices.Equal(have, slices.DeleteFunc(slices.Clone(want), func(name string) bool { return name == "about" && q.Format == "table" })) {
			t.Errorf("a series has the labels %v, the panel shows %v", s.Metric, want)
		}
		for _, value := range s.values(t) {
			if least, most := plausible(unitOf(p, q)); !(value >= least && value <= most) {
				t.Errorf("%v: %v %s is not plausible", s.Metric, value, unitOf(p, q))
				break
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

// labelsOf are the labels that a panel shows of a query, sorted.
func labelsOf(p panelJSON, q targetJSON) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(q.LegendFormat, -1) {
		names = append(names, m[1])
	}
	for _, tr := range p.Transformations {
		for name := range tr.Options.RenameByName {
			if !strings.HasPrefix(name, "Value") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unitOf is a query's unit: that of its column, or that of the panel.
func unitOf(p panelJSON, q targetJSON) string {
	for _, tr := range p.Transformations {
		column, ok := tr.Options.RenameByName["Value #"+q.RefID]
		for _, o := range p.FieldConfig.Overrides {
			for _, property := range o.Properties {
				if ok && o.Matcher.Options == column && property.ID == "unit" {
					return fmt.Sprint(property.Value) + " " + column
				}
			}
		}
	}
	return p.FieldConfig.Defaults.Unit
}

// plausible is the range that values of a unit are in here.
func plausible(unit string) (least, most float64) {
	switch unit {
	case "percentunit":
		return 0, 1
	case "percentunit vs usual":
		return -0.9, 20
	case "s", "s Median", "s p95", "s p99":
		return 0, 3600
	case "currencyUSD":
		return 0, 1e5
	case "suffix:¢ Per call":
		return 0, 1000
	case "reqps":
		return 0, 1e4
	}
	return 0, 1e13
}
