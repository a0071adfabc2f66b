package cost

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Contributor is what one model and operation added to a window's cost.
type Contributor struct {
	Model     string `json:"model"`
	Operation string `json:"operation"`
	// Cents it added; Share is its part of all that was added.
	Cents float64 `json:"cents"`
	Share float64 `json:"share"`
}

// maxContributors is how many are named.
const maxContributors = 5

// contributors are the dearest models and operations of the window that ends
// at a time: how far luneo_openai_cost_cents, which only grows, has grown. It
// counts calls by when they were acknowledged, the window by when they were
// made, so that the two may differ by calls reported late.
func (k *Keeper) contributors(ctx context.Context, end time.Time, window time.Duration) ([]Contributor, error) {
	query := "sum by (model, operation) (" + kpi.MetricOf(kpi.OpenAICost).Name + ")"
	series, err := k.ask(ctx, query, end.Add(-window), end, window)
	if err != nil {
		return nil, err
	}
	var list []Contributor
	var total float64
	for _, s := range series {
		if cents := growth(s.Samples, end); cents > 0 {
			list = append(list, Contributor{Model: s.Labels["model"], Operation: s.Labels["operation"], Cents: cents})
			total += cents
		}
	}
	for i := range list {
		list[i].Share = list[i].Cents / total
	}
	slices.SortFunc(list, func(a, b Contributor) int {
		return cmp.Or(cmp.Compare(b.Cents, a.Cents), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Operation, b.Operation))
	})
	return list[:min(len(list), maxContributors)], nil
}

// growth is from the sample at the window's start, or from 0 when the series
// is younger, to the one at its end. After a data loss it may be lower than
// it was; then it began anew.
func growth(samples []Sample, end time.Time) float64 {
	if len(samples) == 0 {
		return 0
	}
	last := samples[len(samples)-1]
	if len(samples) == 1 {
		if last.At.Before(end.Add(-time.Second)) {
			return 0 // it is gone
		}
		return last.Cents
	}
	if first := samples[0]; first.Cents <= last.Cents {
		return last.Cents - first.Cents
	}
	return last.Cents
}
