package prom_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/prom"
)

// judged evaluates rules over a gauge that has the values given, a minute
// apart, and writes each episode as alert from-to peak, in minutes.
func judged(t *testing.T, rules string, values ...float64) (episodes []string) {
	t.Helper()
	j, err := prom.NewJudge(t.TempDir(), []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	gauge := &kpi.Metric{Name: "g", Type: kpi.Gauge, Labels: []string{"q"}}
	at := func(minute int) time.Time { return time.Unix(int64(60*minute), 0) }
	for i, v := range values {
		var shown []kpi.Reading
		if v >= 0 { // below: it is not shown
			shown = append(shown, kpi.Reading{Metric: gauge, Labels: []string{"a"}, Value: v})
		}
		if err := j.Record(at(i), shown); err != nil {
			t.Fatal(err)
		}
	}
	list, err := j.Episodes(context.Background(), at(0), at(len(values)-1), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		episodes = append(episodes, fmt.Sprintf("%s%v %d-%d %v", e.Alert, e.Labels, e.Starts.Unix()/60, e.Ends.Unix()/60, e.Peak))
	}
	return episodes
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const high = `groups: [{name: g, rules: [{alert: High, expr: g > 1, for: 2m, labels: {severity: critical}}]}]`
	const keep = `groups: [{name: g, rules: [{alert: High, expr: g > 1, keep_firing_for: 3m}]}]`
	const recorded = `groups: [{name: g, rules: [{record: "a:b", expr: g * 2}, {record: "a:b:c", expr: "a:b + 1"}, {alert: High, expr: "a:b:c > 5"}]}]`
	const own = `groups: [{name: g, rules: [{alert: Own, expr: vector(1), labels: {component: luneo}}]}]`
	for name, c := range map[string]struct {
		rules  string
		values []float64
		want   []string
	}{
		"holds for two minutes":         {high, []float64{0, 2, 2, 3, 2, 1, 0}, []string{"Highmap[q:a severity:critical] 3-5 3"}},
		"too short":                     {high, []float64{0, 2, 2, 1, 2, 2, 1}, nil},
		"still firing at the end":       {high, []float64{2, 2, 2}, []string{"Highmap[q:a severity:critical] 2-3 2"}},
		"gone is not high":              {high, []float64{2, 2, 2, -1, -1, 2, 2, 1}, []string{"Highmap[q:a severity:critical] 2-3 2"}},
		"keeps firing over a short low": {keep, []float64{2, 0, 0, 3, 0, 0, 0, 0, 0}, []string{"Highmap[q:a] 0-7 3"}},
		"recording rules":               {recorded, []float64{0, 2, 3, 2}, []string{"Highmap[q:a] 2-3 7"}},
		"alerts about Luneo":            {own, []float64{1, 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := judged(t, c.rules, c.values...); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestJudgeRefusesBrokenRules(t *testing.T) {
	t.Parallel()
	if _, err := prom.NewJudge(t.TempDir(), []byte("groups: [{name: g, rules: [{alert: A, expr: 'up >'}]}]")); err == nil {
		t.Error("no error")
	}
}
