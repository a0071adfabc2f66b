package dashboard

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// query is one query of a panel.
type query struct {
	expr string
	// legend names its series; {{label}} is replaced.
	legend string
	format prometheus.PromQueryFormat // time series when empty
	// now asks for the last value alone.
	now bool
	// step is the shortest distance of two points; of rates minStep when empty.
	step string
}

const (
	// minStep is that of rates: over less than a minute, they are noise. Where a
	// query has one, Grafana takes it for the interval of scrapes: $__rate_interval
	// is four minutes at least, whatever the interval of the data source. So the
	// history of `luneo demo`, a sample a minute, and a Prometheus that scrapes
	// as seldom show rates too.
	minStep = "1m"
	// binStep is that of bars: what the reader chooses. Zoomed out, bars become
	// wider: each counts what happened in $__interval, the distance of two bars,
	// so that together they always count everything once.
	binStep = "$interval"
	bin     = "$__interval"
	// window is that of rates in lines: long enough for four scrapes.
	window = "$__rate_interval"
)

func (q query) target(ref string) prometheus.Dataquery {
	d := prometheus.Dataquery{
		RefId: &ref, Expr: q.expr, Datasource: source(), LegendFormat: &q.legend,
		EditorMode: new(prometheus.QueryEditorModeCode),
		Format:     new(prometheus.PromQueryFormatTimeSeries),
		Instant:    new(q.now), Range: new(!q.now),
	}
	if q.format != "" {
		d.Format = &q.format
	}
	if step := q.minStep(); step != "" {
		d.Interval = &step
	}
	return d
}

// minStep keeps rates and quantiles from being asked for more often than they mean something.
func (q query) minStep() string {
	switch {
	case q.now:
		return ""
	case q.step != "":
		return q.step
	case strings.Contains(q.expr, "rate(") || strings.Contains(q.expr, "increase("):
		return minStep
	}
	return ""
}

// minStep is that of the panel's first query that has one: for $__interval.
func (p panel) minStep() *string {
	for _, q := range p.queries {
		if step := q.minStep(); step != "" {
			return &step
		}
	}
	return nil
}

// now is the last value of an expression, one for each label set.
func now(expr, legend string) query { return query{expr: expr, legend: legend, now: true} }

// column is the last values of an expression as a column of a table.
func column(expr string) query {
	return query{expr: expr, now: true, format: prometheus.PromQueryFormatTable}
}

// bars are what happened between two points of the time axis.
func bars(expr, legend string) query { return query{expr: expr, legend: legend, step: binStep} }

// histogram selects the observations of a histogram.
type histogram struct {
	metric, filter string
	by             string // a label, or several
	over           string // the time that is looked back
}

// quantile is the value that a share of the observations stays below. What had
// no observation is missing, and not NaN.
func (h histogram) quantile(share float64) string {
	by := "le"
	if h.by != "" {
		by += ", " + h.by
	}
	return fmt.Sprintf("histogram_quantile(%g, sum by (%s) (rate(%s_bucket%s[%s]))) >= 0", share, by, h.metric, filter(h.filter), h.over)
}

// increase is how often something happened, for each value of labels.
func increase(metric, matchers, by, over string) string {
	return fmt.Sprintf("sum%s (increase(%s%s[%s]))", grouped(by), metric, filter(matchers), over)
}

// rate is how often something happens a second, for each value of labels.
func rate(metric, matchers, by string) string {
	return fmt.Sprintf("sum%s (rate(%s%s[%s]))", grouped(by), metric, filter(matchers), window)
}

// everSeen leaves out what never happened: a counter of failures is there at 0
// before the first, under a kind that need not exist.
func everSeen(expr, metric, matchers, by string) string {
	return fmt.Sprintf("%s and sum%s (%s%s) > 0", expr, grouped(by), metric, filter(matchers))
}

func grouped(by string) string {
	if by == "" {
		return ""
	}
	return " by (" + by + ")"
}

func filter(matchers string) string {
	if matchers == "" {
		return ""
	}
	return "{" + matchers + "}"
}
