package dashboard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/monitoring"
)

// guards are the alert rules by name: their expressions.
func guards(t *testing.T) map[string]parser.Expr {
	t.Helper()
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(monitoring.Alerts()), &rules); err != nil {
		t.Fatal(err)
	}
	alerts := map[string]parser.Expr{}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				alerts[r.Alert] = parse(t, r.Expr)
			}
		}
	}
	return alerts
}

func parse(t *testing.T, query string) parser.Expr {
	t.Helper()
	e, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return e
}

// limitOf is what a rule compares with first: a number, or a multiple of
// something, whose factor it is then.
func limitOf(e parser.Expr) (limit float64, isFactor bool) {
	for {
		binary, ok := e.(*parser.BinaryExpr)
		if !ok {
			return 0, false
		}
		if !binary.Op.IsComparisonOperator() {
			e = binary.LHS
			continue
		}
		switch right := binary.RHS.(type) {
		case *parser.NumberLiteral:
			return right.Val, false
		case *parser.BinaryExpr:
			if factor, ok := right.LHS.(*parser.NumberLiteral); ok && right.Op == parser.MUL {
				return factor.Val, true
			}
		}
		return 0, false
	}
}

// TestLimitsAreThoseOfTheRules: a panel that a rule guards draws the rule's
// limit, in the rule's unit, or has the multiple as a curve; a panel that no
// rule guards draws none.
func TestLimitsAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	rules := guards(t)
	guarded := map[string]int{}
	for _, f := range files(t) {
		for _, p := range f.Panels {
			alert := guardOf(p)
			if steps := thresholdsOf(p); alert == "" && len(steps) > 0 {
				t.Errorf("%s: %q has the limits %v of no rule", f.UID, p.Title, steps)
			}
			if alert == "" {
				continue
			}
			rule, ok := rules[alert]
			if !ok {
				t.Errorf("%s: %q is guarded by %s, which is no rule", f.UID, p.Title, alert)
				continue
			}
			guarded[alert]++
			checkLimit(t, f.UID, p, rule)
		}
	}
	for _, alert := range []string{"QueueWaitTimeHigh", "ErrorRateHigh", "CostSpikeDetected"} {
		if guarded[alert] == 0 {
			t.Errorf("no panel is guarded by %s", alert)
		}
	}
}

func checkLimit(t *testing.T, uid string, p panelJSON, rule parser.Expr) {
	t.Helper()
	limit, isFactor := limitOf(rule)
	switch steps := thresholdsOf(p); {
	case limit == 0:
		t.Errorf("%s has no limit that can be read", rule)
	case isFactor && len(steps) > 0:
		t.Errorf("%s: %q has a flat limit, the rule's moves", uid, p.Title)
	case isFactor:
		if p.Type == "timeseries" && !slices.ContainsFunc(p.Targets, func(q targetJSON) bool { return strings.HasPrefix(q.Expr, fmt.Sprintf("%g * max(", limit)) }) {
			t.Errorf("%s: %q has no curve of %g times", uid, p.Title, limit)
		}
	case p.Type == "heatmap": // it can't draw one in Grafana
	case !slices.Equal(steps, []float64{limit}):
		t.Errorf("%s: %q has the limits %v, the rule %v", uid, p.Title, steps, limit)
	}
}

func guardOf(p panelJSON) string {
	for _, l := range p.Links {
		if alert, ok := strings.CutPrefix(l.URL, "${luneo}/runbooks/"); ok {
			return alert
		}
	}
	return ""
}

func thresholdsOf(p panelJSON) (steps []float64) {
	if p.FieldConfig.Defaults.Thresholds == nil {
		return nil
	}
	for _, s := range p.FieldConfig.Defaults.Thresholds.Steps {
		if s.Value != nil {
			steps = append(steps, *s.Value)
		}
	}
	return steps
}

// TestRedIsForLimits: no series is red but the curve of a limit.
func TestRedIsForLimits(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		for _, p := range f.Panels {
			for _, o := range p.FieldConfig.Overrides {
				for _, property := range o.Properties {
					if strings.Contains(fmt.Sprint(property.Value), "red") && !strings.HasPrefix(o.Matcher.Options, "fires above") {
						t.Errorf("%s: %q has a red series %q", f.UID, p.Title, o.Matcher.Options)
					}
				}
			}
		}
	}
}
