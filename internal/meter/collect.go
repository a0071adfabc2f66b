package meter

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Collector returns what shows the meter's state to a Prometheus registry.
// Values are copied under the lock and formatted outside it.
func (m *Meter) Collector() prometheus.Collector {
	c := &collector{meter: m}
	for _, metric := range kpi.Catalogue() {
		for len(c.descs) <= int(metric.ID) {
			c.descs = append(c.descs, nil)
		}
		if metric.Computed {
			continue
		}
		c.descs[metric.ID] = prometheus.NewDesc(metric.Name, metric.Help, metric.Labels, nil)
	}
	c.series = prometheus.NewDesc("luneo_meter_series", "Series that each metric fed by events has now", []string{"metric"}, nil)
	c.limit = prometheus.NewDesc("luneo_meter_series_limit", "Most series of one metric; past it new ones become other", nil, nil)
	c.folded = prometheus.NewDesc("luneo_meter_series_folded_total", "Times that new label values became other since the start, for want of room for a series", []string{"metric"}, nil)
	return c
}

type collector struct {
	meter                 *Meter
	descs                 []*prometheus.Desc // by MetricID
	series, limit, folded *prometheus.Desc
}

// Describe sends every description, so that a registry can check them.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		if d != nil {
			ch <- d
		}
	}
	ch <- c.series
	ch <- c.limit
	ch <- c.folded
}

// Collect sends the state as of now.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	m := c.meter
	now := m.opts.Now()
	followed := m.followed(c.descs)
	m.mu.Lock()
	samples := m.copySamples(now, c.descs)
	type size struct {
		name      string
		n, folded int
	}
	var sizes []size
	for _, f := range m.families {
		if f != nil && !f.Computed && f.ID != kpi.AICostCurrent && f.ID != kpi.OpenAIUnpricedRemaining {
			sizes = append(sizes, size{f.Name, len(f.series), int(f.folded)})
		}
	}
	m.mu.Unlock()

	for i := range samples {
		if s := &samples[i]; s.metric.ID != kpi.QueueWaitTimeCurrent || followed[s.labels[0]] == nil {
			ch <- s
		}
	}
	for _, s := range followed {
		ch <- s
	}
	for _, s := range sizes {
		ch <- prometheus.MustNewConstMetric(c.series, prometheus.GaugeValue, float64(s.n), s.name)
		ch <- prometheus.MustNewConstMetric(c.folded, prometheus.CounterValue, float64(s.folded), s.name)
	}
	ch <- prometheus.MustNewConstMetric(c.limit, prometheus.GaugeValue, float64(m.opts.MaxSeries))
}

// followed are the current waits of followed queues, by name.
func (m *Meter) followed(descs []*prometheus.Desc) map[string]*sample {
	list := map[string]*sample{}
	if m.waits == nil {
		return list
	}
	metric := kpi.MetricOf(kpi.QueueWaitTimeCurrent)
	for queue, wait := range m.waits {
		list[queue] = &sample{desc: descs[metric.ID], metric: &metric, labels: []string{queue}, value: int64(wait)}
	}
	return list
}

// copySamples copies what is shown at the given time.
func (m *Meter) copySamples(now time.Time, descs []*prometheus.Desc) []sample {
	var samples []sample
	for _, f := range m.families {
		if f == nil {
			continue
		}
		for _, s := range f.series {
			if !s.shown(now) {
				continue
			}
			samples = append(samples, sample{
				desc: descs[f.ID], metric: &f.Metric, labels: s.labels,
				created: s.created, value: s.value, sum: s.sum, counts: slices.Clone(s.counts),
			})
		}
	}
	current := m.families[kpi.AICostCurrent]
	for _, w := range m.opts.Windows {
		samples = append(samples, sample{
			desc: descs[current.ID], metric: &current.Metric,
			labels: []string{w.Label}, value: int64(m.spend.sum(now, w)),
		})
	}
	left := m.families[kpi.OpenAIUnpricedRemaining]
	for model, calls := range m.remaining() {
		samples = append(samples, sample{desc: descs[left.ID], metric: &left.Metric, labels: []string{model}, value: calls})
	}
	return samples
}

// shown is false for the current wait of a queue that nobody has renewed.
func (s *series) shown(now time.Time) bool {
	return s.family.ID != kpi.QueueWaitTimeCurrent || now.UnixMilli()-s.setAt <= currentWaitTTL.Milliseconds()
}

// sample is one series as it was when it was copied. It is a prometheus.Metric
// of its own since client_golang's counters can't be set, and its const
// histograms want a map for each.
type sample struct {
	desc       *prometheus.Desc
	metric     *kpi.Metric
	labels     []string
	created    int64
	value, sum int64
	counts     []uint64
}

// Desc is the metric's description.
func (s *sample) Desc() *prometheus.Desc { return s.desc }

// Write fills in the wire form. Counters and histograms carry their start
// timestamp, so that a scraper that uses it sees a first event as an increase.
func (s *sample) Write(out *dto.Metric) error {
	out.Label = s.pairs()
	switch s.metric.Type {
	case kpi.Counter:
		out.Counter = &dto.Counter{Value: proto.Float64(inUnits(s.metric.ID, s.value)), CreatedTimestamp: stamp(s.created)}
	case kpi.Gauge:
		out.Gauge = &dto.Gauge{Value: proto.Float64(inUnits(s.metric.ID, s.value))}
	case kpi.Histogram:
		out.Histogram = s.histogram()
	}
	return nil
}

func stamp(ms int64) *timestamppb.Timestamp { return timestamppb.New(time.UnixMilli(ms)) }

// inUnits is a value as it is shown: money in cents, times in seconds, counts.
func inUnits(id kpi.MetricID, value int64) float64 {
	switch id {
	case kpi.QueueWaitTimeCurrent, kpi.OpenAIRetryTime:
		return time.Duration(value).Seconds()
	case kpi.OpenAICost, kpi.AICostCurrent, kpi.OpenAITagCost, kpi.OpenAIUpstreamCost, kpi.OpenAIRetryCost, kpi.OpenAICostCorrections:
		return kpi.Money(value).Cents()
	default:
		return float64(value)
	}
}

func (s *sample) histogram() *dto.Histogram {
	h := &dto.Histogram{
		SampleSum:        proto.Float64(time.Duration(s.sum).Seconds()),
		Bucket:           make([]*dto.Bucket, len(s.metric.Buckets)),
		CreatedTimestamp: stamp(s.created),
	}
	var n uint64
	for i, bound := range s.metric.Buckets {
		n += s.counts[i]
		h.Bucket[i] = &dto.Bucket{UpperBound: proto.Float64(bound), CumulativeCount: proto.Uint64(n)}
	}
	h.SampleCount = proto.Uint64(n + s.counts[len(s.metric.Buckets)])
	return h
}

// pairs lists the labels in the order of their names, as the formats want it.
func (s *sample) pairs() []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(s.labels))
	for i, v := range s.labels {
		pairs[i] = &dto.LabelPair{Name: proto.String(s.metric.Labels[i]), Value: proto.String(v)}
	}
	slices.SortFunc(pairs, func(a, b *dto.LabelPair) int {
		if a.GetName() < b.GetName() {
			return -1
		}
		return 1
	})
	return pairs
}
