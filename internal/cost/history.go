package cost

import (
	"context"
	"fmt"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// Series is one series of an answer, its samples in the order of time.
type Series struct {
	Labels  map[string]string
	Samples []Sample
}

// History is what the past is read from. Range evaluates a PromQL expression
// at start and every step until end, both included; at most 11,000 times,
// which is what Prometheus allows. A time at which a series has no value is
// left out of it. Range may be called concurrently.
type History interface {
	Range(ctx context.Context, query string, start, end time.Time, step time.Duration) ([]Series, error)
}

// Prometheus is a History behind Prometheus' HTTP API: the embedded one, or
// any that speaks it. Gaps of less than the server's lookback, 5 minutes, are
// bridged by the server unless it knows that the target was gone.
type Prometheus struct{ api v1.API }

// NewPrometheus makes a History of a client of Prometheus' HTTP API.
func NewPrometheus(client v1.API) *Prometheus { return &Prometheus{client} }

// Range asks /api/v1/query_range.
func (p *Prometheus) Range(ctx context.Context, query string, start, end time.Time, step time.Duration) ([]Series, error) {
	value, _, _, err := p.api.QueryRange(ctx, query, v1.Range{Start: start, End: end, Step: step})
	if err != nil {
		return nil, fmt.Errorf("asking the Prometheus API: %w", err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("the Prometheus API answered with a %s, expected a matrix", value.Type())
	}
	out := make([]Series, len(matrix))
	for i, stream := range matrix {
		out[i] = seriesOf(stream)
	}
	return out, nil
}

func seriesOf(stream *model.SampleStream) Series {
	s := Series{Labels: make(map[string]string, len(stream.Metric)), Samples: make([]Sample, len(stream.Values))}
	for name, value := range stream.Metric {
		s.Labels[string(name)] = string(value)
	}
	for i, v := range stream.Values {
		s.Samples[i] = Sample{At: v.Timestamp.Time(), Cents: float64(v.Value)}
	}
	return s
}
