package app

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/chart"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/status"
)

const (
	// chartBefore is how much of the time before an alert its picture shows,
	// chartAfter how much after its end.
	chartBefore, chartAfter = 50 * time.Minute, 10 * time.Minute
	// chartPoints is about how many points a line of a picture has.
	chartPoints = 240
	// chartPatience is how long the history may take to answer.
	chartPatience = 10 * time.Second
)

// drawAlert draws the metric of an alert's rule with its limit. A rule that
// nobody knows here has no picture.
func (a *App) drawAlert(ctx context.Context, p notify.Pictured) (*notify.Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, chartPatience)
	defer cancel()
	page, err := a.status.Alerts(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(page.Rules, func(r status.AlertsRule) bool { return r.Name == p.Rule })
	if i < 0 || page.Rules[i].Query == "" {
		return nil, nil
	}
	rule := page.Rules[i]
	if rule.Query == rule.Expr { // one that nobody has words for: its comparison has no points below the limit
		guarded := prom.Guard(rule.Expr)
		rule.Query, rule.Limit = guarded.Query, guarded.Limit
	}
	c, err := a.chartOf(ctx, &rule, p)
	if err != nil {
		return nil, err
	}
	png, err := c.PNG()
	if err != nil {
		return nil, err
	}
	return &notify.Picture{PNG: png, Alt: c.Alt()}, nil
}

// chartOf asks the history for what a picture shows.
func (a *App) chartOf(ctx context.Context, rule *status.AlertsRule, p notify.Pictured) (*chart.Chart, error) {
	zone := a.opts.Config.Cost.Timezone.Location()
	span := chartSpan(p, time.Now().In(zone).Truncate(time.Millisecond)) // as the API reads it
	series, err := a.lines(ctx, rule.Query, span)
	if err != nil {
		return nil, fmt.Errorf("ask the history for the picture of %s: %w", rule.Name, err)
	}
	c := &chart.Chart{
		Title: rule.Title, Subtitle: subject(p.Labels), Unit: unitOf(rule.Unit), From: span.Start, To: span.End, Step: span.Step,
		Firing: []chart.Span{{From: p.From, To: p.To}},
	}
	if p.Dark {
		c.Theme = chart.Dark
	}
	for _, s := range series {
		if belongs(s.Metric, p.Labels) {
			c.Series = append(c.Series, line(s))
		}
	}
	c.Threshold, err = a.limitOf(ctx, rule, span)
	return c, err
}

// chartSpan is the time that a picture shows: about an hour, or all of an alert
// that lasted for longer.
func chartSpan(p notify.Pictured, now time.Time) v1.Range {
	end := now
	if !p.To.IsZero() && p.To.Add(chartAfter).Before(now) {
		end = p.To.Add(chartAfter).In(now.Location())
	}
	start := p.From.Add(-chartBefore)
	if latest := end.Add(-time.Hour); start.After(latest) {
		start = latest
	}
	step := max(end.Sub(start)/chartPoints, 5*time.Second).Truncate(time.Second)
	steps := end.Sub(start) / step
	return v1.Range{Start: end.Add(-steps * step), End: end, Step: step} // the last point is the newest
}

func (a *App) lines(ctx context.Context, query string, span v1.Range) (model.Matrix, error) {
	value, _, _, err := a.asks.QueryRange(ctx, query, span)
	if err != nil {
		return nil, err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("the answer is a %s", value.Type())
	}
	return matrix, nil
}

// limitOf is the rule's limit; of one that varies the last value.
func (a *App) limitOf(ctx context.Context, rule *status.AlertsRule, span v1.Range) (*float64, error) {
	if rule.LimitQuery == "" {
		return rule.Limit, nil
	}
	series, err := a.lines(ctx, rule.LimitQuery, span)
	if err != nil || len(series) == 0 || len(series[0].Values) == 0 {
		return nil, err
	}
	values := series[0].Values
	limit := float64(values[len(values)-1].Value)
	return &limit, nil
}

// belongs says whether a series is that of an alert with these labels; without
// any, all are.
func belongs(series model.Metric, labels map[string]string) bool {
	if len(labels) == 0 {
		return true
	}
	for name, value := range series {
		if has, ok := labels[string(name)]; ok && has != string(value) {
			return false
		}
	}
	return true
}

func line(s *model.SampleStream) chart.Series {
	out := chart.Series{Name: subject(texted(s.Metric)), Points: make([]chart.Point, 0, len(s.Values))}
	for _, v := range s.Values {
		if !math.IsNaN(float64(v.Value)) {
			out.Points = append(out.Points, chart.Point{At: v.Timestamp.Time(), Value: float64(v.Value)})
		}
	}
	return out
}

func texted(m model.Metric) map[string]string {
	out := make(map[string]string, len(m))
	for name, value := range m {
		out[string(name)] = string(value)
	}
	return out
}

// subject names what labels are about, without what every alert and series has.
func subject(labels map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		switch name {
		case "alertname", "severity", "component", "job", model.MetricNameLabel:
		default:
			parts = append(parts, labels[name])
		}
	}
	return strings.Join(parts, ", ")
}

// unitOf is the chart's word for a unit of the status.
func unitOf(name string) chart.Unit {
	switch name {
	case "s":
		return chart.Seconds
	case "percentunit":
		return chart.Ratio
	case "currencyCents":
		return chart.Cents
	case "bytes":
		return chart.Bytes
	default:
		return chart.Plain
	}
}
