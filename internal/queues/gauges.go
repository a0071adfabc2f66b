package queues

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Gauges show the state of watched queues. A queue that is gone, or whose server
// does not answer, is absent.
type Gauges struct{ jobs, due, paused, workers, reason kpi.Metric }

// NewGauges makes them.
func NewGauges() *Gauges {
	gauge := func(name, help string, labels ...string) kpi.Metric {
		return kpi.Metric{Name: name, Type: kpi.Gauge, Help: help, Labels: append([]string{"queue_name"}, labels...)}
	}
	return &Gauges{
		jobs:    gauge("luneo_queue_jobs", "Jobs of a watched queue, by state; completed and failed ones as far as the queue keeps them", "state"),
		due:     gauge("luneo_queue_delayed_due_jobs", "Delayed jobs whose delay has ended and that no worker has moved on"),
		paused:  gauge("luneo_queue_paused", "1 when a watched queue is paused, else 0"),
		workers: gauge("luneo_queue_workers", "Workers that are connected to a watched queue; absent where Redis does not tell"),
		reason:  gauge("luneo_queue_wait_reason", "1 for the reason for which the jobs of a watched queue wait, 0 for the others; all 0 when none waits", "reason"),
	}
}

// Readings appends what the gauges show of some queues.
func (g *Gauges) Readings(states []kpi.QueueState, out []kpi.Reading) []kpi.Reading {
	for i := range states {
		out = g.of(&states[i], out)
	}
	return out
}

func (g *Gauges) of(s *kpi.QueueState, out []kpi.Reading) []kpi.Reading {
	add := func(m *kpi.Metric, value float64, labels ...string) {
		out = append(out, kpi.Reading{Metric: m, Labels: append([]string{s.Name}, labels...), Value: value})
	}
	d := s.Depth
	for _, state := range []struct {
		name string
		jobs int64
	}{
		{"waiting", d.Waiting},
		{"prioritized", d.Prioritized},
		{"paused", d.Paused},
		{"delayed", d.Delayed},
		{"active", d.Active},
		{"completed", d.Completed},
		{"failed", d.Failed},
		{"waiting_children", d.WaitingChildren},
	} {
		add(&g.jobs, float64(state.jobs), state.name)
	}
	add(&g.due, float64(s.Due))
	add(&g.paused, oneIf(s.Paused))
	if s.Workers >= 0 {
		add(&g.workers, float64(s.Workers))
	}
	for _, reason := range kpi.QueueReasons() {
		add(&g.reason, oneIf(s.Reason == reason), string(reason))
	}
	return out
}

// oneIf is a truth as a gauge shows it.
func oneIf(is bool) float64 { //nolint:revive // a truth is what it turns into a number
	if is {
		return 1
	}
	return 0
}

// Collector shows the watched queues to a Prometheus registry.
func (b *Board) Collector() prometheus.Collector {
	c := &collector{watched: b.o.Watched, gauges: NewGauges(), descs: map[*kpi.Metric]*prometheus.Desc{}}
	for _, m := range []*kpi.Metric{&c.gauges.jobs, &c.gauges.due, &c.gauges.paused, &c.gauges.workers, &c.gauges.reason} {
		c.descs[m] = prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
	}
	return c
}

type collector struct {
	watched Watched
	gauges  *Gauges
	descs   map[*kpi.Metric]*prometheus.Desc
}

// Describe sends the descriptions.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		ch <- d
	}
}

// Collect sends what is known now.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	states := c.watched.Queues()
	for _, r := range c.gauges.Readings(states[:min(len(states), maxWatched)], nil) {
		ch <- prometheus.MustNewConstMetric(c.descs[r.Metric], prometheus.GaugeValue, r.Value, r.Labels...)
	}
}
