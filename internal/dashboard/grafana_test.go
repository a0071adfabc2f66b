package dashboard_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// view is what Grafana knows when it asks: the page's time range, how wide a
// panel is and what the reader has chosen. It resolves queries as Grafana's
// Prometheus data source does (pkg/promlib/models/query.go: calculatePrometheusInterval,
// calculateRateInterval, InterpolateVariables; and public/app/plugins/datasource/prometheus
// for the values of variables).
type view struct {
	from, to time.Time
	scrape   time.Duration // jsonData.timeInterval of the data source
	points   int           // the panel's width in pixels
	chosen   map[string][]string
	allValue map[string]string
}

// resolve is a query of a panel as Prometheus is asked it, and the distance of
// two points: the range over the width, rounded to a time that people use, but
// not less than the shortest step. A query's own shortest step stands for the
// interval of scrapes.
func (v view) resolve(p panelJSON, q targetJSON) (expr string, step time.Duration) {
	scrape := v.duration(q.Interval, v.scrape)
	step = max(scrape, v.duration(p.Interval, v.scrape), rounded(v.to.Sub(v.from)/time.Duration(v.points)))
	return v.replace(q.Expr, map[string]string{
		"__rate_interval": max(step+scrape, 4*scrape).String(),
		"__interval":      step.String(),
		"__range":         fmt.Sprintf("%ds", int(v.to.Sub(v.from).Round(time.Second).Seconds())),
	}), step
}

func (v view) duration(text string, otherwise time.Duration) time.Duration {
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(v.replace(text, nil))
	if err != nil {
		panic(err)
	}
	return d
}

// rounded is Grafana's roundInterval, from a second to a day.
func rounded(d time.Duration) time.Duration {
	for _, r := range []struct{ below, is time.Duration }{
		{1500 * time.Millisecond, time.Second},
		{3500 * time.Millisecond, 2 * time.Second},
		{7500 * time.Millisecond, 5 * time.Second},
		{12500 * time.Millisecond, 10 * time.Second},
		{17500 * time.Millisecond, 15 * time.Second},
		{25 * time.Second, 20 * time.Second},
		{45 * time.Second, 30 * time.Second},
		{90 * time.Second, time.Minute},
		{210 * time.Second, 2 * time.Minute},
		{450 * time.Second, 5 * time.Minute},
		{750 * time.Second, 10 * time.Minute},
		{1050 * time.Second, 15 * time.Minute},
		{1500 * time.Second, 20 * time.Minute},
		{2700 * time.Second, 30 * time.Minute},
		{5400 * time.Second, time.Hour},
		{9000 * time.Second, 2 * time.Hour},
		{16200 * time.Second, 3 * time.Hour},
		{32400 * time.Second, 6 * time.Hour},
		{86400 * time.Second, 12 * time.Hour},
	} {
		if d < r.below {
			return r.is
		}
	}
	return 24 * time.Hour
}

// replace puts values in for variables, Grafana's own among them.
func (v view) replace(text string, own map[string]string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		name = strings.Trim(name, "${}")
		if value, ok := own[name]; ok {
			return value
		}
		if values, ok := v.chosen[name]; ok {
			return v.value(name, values)
		}
		panic("nobody knows $" + name)
	})
}

var variable = regexp.MustCompile(`\$(\w+|\{\w+\})`)

// value is a variable's in a query: the "all" of it as it is, one escaped for
// a regular expression within a string of PromQL, several as alternatives.
func (v view) value(name string, values []string) string {
	if slices.Equal(values, []string{"$__all"}) {
		return v.allValue[name]
	}
	if name == "interval" {
		return values[0]
	}
	var escaped []string
	for _, s := range values {
		s = strings.ReplaceAll(s, `\`, `\\\\`)
		escaped = append(escaped, special.ReplaceAllString(s, `\\$0`))
	}
	if len(escaped) == 1 {
		return escaped[0]
	}
	return "(" + strings.Join(escaped, "|") + ")"
}

var special = regexp.MustCompile(`[$^*{}\[\]'+?.()|]`)
