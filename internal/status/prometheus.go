package status

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// Prometheus is what rules and figures are asked of. It may be called
// concurrently, and gives up when the context ends.
type Prometheus interface {
	// Rules lists the alert rules with their alerts, in the order of their files.
	Rules(ctx context.Context) ([]Rule, error)
	// Range evaluates an expression at from and every step until to, both
	// included. A time at which a series has no value is left out of it.
	Range(ctx context.Context, query string, span Span) ([]Series, error)
}

// Span is a time and how it is divided; a zero Step asks for To alone.
type Span struct {
	From, To time.Time
	Step     time.Duration
}

// Rule is an alert rule as its Prometheus has it.
type Rule struct {
	Name, Group, Expr   string
	For                 time.Duration
	Interval            time.Duration
	Labels, Annotations map[string]string
	Alerts              []Alert
	// LastError is of the last evaluation; empty when it went well.
	LastError string
	// LastEvaluation is zero before the first.
	LastEvaluation time.Time
}

// Alert is one alert of a rule.
type Alert struct {
	Labels, Annotations map[string]string
	Firing              bool
	ActiveAt            time.Time
	// Value is of the last evaluation; NaN when it is not known.
	Value float64
}

// Series is one series of an answer, its samples in the order of time.
type Series struct {
	Labels  map[string]string
	Samples []Sample
}

// Sample is one value.
type Sample struct {
	At    time.Time
	Value float64
}

// last is the newest value.
func (s Series) last() float64 { return s.Samples[len(s.Samples)-1].Value }

// API is a Prometheus behind its HTTP API.
type API struct{ api v1.API }

// NewPrometheus asks through a client of Prometheus' HTTP API.
func NewPrometheus(client v1.API) *API { return &API{client} }

// Rules asks /api/v1/rules.
func (p *API) Rules(ctx context.Context) (rules []Rule, err error) {
	answer, err := p.api.Rules(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("asking the Prometheus API for its rules: %w", err)
	}
	for _, group := range answer.Groups {
		for _, r := range group.Rules {
			if alerting, ok := r.(v1.AlertingRule); ok {
				rules = append(rules, ruleOf(&group, &alerting))
			}
		}
	}
	return rules, nil
}

func ruleOf(group *v1.RuleGroup, r *v1.AlertingRule) Rule {
	rule := Rule{
		Name: r.Name, Group: group.Name, Expr: r.Query, LastError: r.LastError, LastEvaluation: r.LastEvaluation,
		For: durationOf(r.Duration), Interval: durationOf(group.Interval),
		Labels: labelsOf(r.Labels), Annotations: labelsOf(r.Annotations),
	}
	for _, a := range r.Alerts {
		if a.State != v1.AlertStateInactive {
			rule.Alerts = append(rule.Alerts, Alert{
				Labels: labelsOf(a.Labels), Annotations: labelsOf(a.Annotations), Firing: a.State == v1.AlertStateFiring, ActiveAt: a.ActiveAt,
				Value: numberOf(a.Value),
			})
		}
	}
	return rule
}

func numberOf(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func durationOf(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second))
}

func labelsOf[M ~map[model.LabelName]model.LabelValue](set M) map[string]string {
	out := make(map[string]string, len(set))
	for n, v := range set {
		out[string(n)] = string(v)
	}
	return out
}

// maxSeries is how many series an answer may have, where Prometheus honours it.
const maxSeries = 10_000

// Range asks /api/v1/query_range, or /api/v1/query for one moment.
func (p *API) Range(ctx context.Context, query string, span Span) ([]Series, error) {
	var value model.Value
	var err error
	if span.Step == 0 {
		value, _, _, err = p.api.Query(ctx, query, span.To, v1.WithLimit(maxSeries))
	} else {
		value, _, _, err = p.api.QueryRange(ctx, query, v1.Range{Start: span.From, End: span.To, Step: span.Step}, v1.WithLimit(maxSeries))
	}
	if err != nil {
		return nil, fmt.Errorf("asking the Prometheus API: %w", err)
	}
	switch v := value.(type) {
	case model.Matrix:
		return seriesOfMatrix(v), nil
	case model.Vector:
		return seriesOfVector(v), nil
	case *model.Scalar:
		return []Series{{Samples: []Sample{{v.Timestamp.Time(), float64(v.Value)}}}}, nil
	}
	return nil, fmt.Errorf("the Prometheus API answered with a %s, expected a matrix or a vector", value.Type())
}

func seriesOfMatrix(m model.Matrix) (out []Series) {
	for _, stream := range m {
		s := Series{Labels: labelsOf(stream.Metric)}
		for _, v := range stream.Values {
			s.Samples = append(s.Samples, Sample{v.Timestamp.Time(), float64(v.Value)})
		}
		if len(s.Samples) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func seriesOfVector(v model.Vector) (out []Series) {
	for _, s := range v {
		out = append(out, Series{Labels: labelsOf(s.Metric), Samples: []Sample{{s.Timestamp.Time(), float64(s.Value)}}})
	}
	return out
}
