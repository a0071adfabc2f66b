package prom

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// seriesOf lists the labels of a reading's series, with those of its target:
// one, or those of a classic histogram: buckets, sum and count.
func seriesOf(target labels.Labels, r *kpi.Reading) (list []labels.Labels) {
	base := labels.NewBuilder(target).Set(model.MetricNameLabel, r.Metric.Name)
	for i, value := range r.Labels {
		base.Set(r.Metric.Labels[i], value)
	}
	if r.Metric.Type != kpi.Histogram {
		return []labels.Labels{base.Labels()}
	}
	for i := range r.Counts {
		le := "+Inf"
		if i < len(r.Metric.Buckets) {
			le = labels.FormatOpenMetricsFloat(r.Metric.Buckets[i])
		}
		list = append(list, base.Set(model.MetricNameLabel, r.Metric.Name+"_bucket").Set(labels.BucketLabel, le).Labels())
	}
	base.Del(labels.BucketLabel)
	return append(list,
		base.Set(model.MetricNameLabel, r.Metric.Name+"_sum").Labels(),
		base.Set(model.MetricNameLabel, r.Metric.Name+"_count").Labels())
}

// appendValues appends the values of a reading's series, in the order of seriesOf.
func appendValues(values []float64, r *kpi.Reading) []float64 {
	if r.Metric.Type != kpi.Histogram {
		return append(values, r.Value)
	}
	var n uint64
	for _, count := range r.Counts {
		n += count
		values = append(values, float64(n))
	}
	return append(values, r.Sum, float64(n))
}
