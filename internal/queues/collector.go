package queues

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Collector shows the watched queues as gauges. A queue that is gone, or whose
// server does not answer, is absent.
func (b *Board) Collector() prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, append([]string{"queue_name"}, labels...), nil)
	}
	return &collector{
		watched: b.o.Watched,
		jobs:    desc("luneo_queue_jobs", "Jobs of a watched queue, by state; completed and failed ones as far as the queue keeps them", "state"),
		due:     desc("luneo_queue_delayed_due_jobs", "Delayed jobs whose delay has ended and that no worker has moved on"),
		paused:  desc("luneo_queue_paused", "1 when a watched queue is paused, else 0"),
		workers: desc("luneo_queue_workers", "Workers that are connected to a watched queue; absent where Redis does not tell"),
		reason:  desc("luneo_queue_wait_reason", "1 for the reason for which the jobs of a watched queue wait, 0 for the others; all 0 when none waits", "reason"),
	}
}

type collector struct {
	watched                            Watched
	jobs, due, paused, workers, reason *prometheus.Desc
}

// Describe sends the descriptions.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.jobs, c.due, c.paused, c.workers, c.reason} {
		ch <- d
	}
}

// Collect sends what is known now.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	queues := c.watched.Queues()
	for i := range queues[:min(len(queues), maxWatched)] {
		c.collect(ch, &queues[i])
	}
}

func (c *collector) collect(ch chan<- prometheus.Metric, s *kpi.QueueState) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{s.Name}, labels...)...)
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
		gauge(c.jobs, float64(state.jobs), state.name)
	}
	gauge(c.due, float64(s.Due))
	gauge(c.paused, oneIf(s.Paused))
	if s.Workers >= 0 {
		gauge(c.workers, float64(s.Workers))
	}
	for _, reason := range kpi.QueueReasons() {
		gauge(c.reason, oneIf(s.Reason == reason), string(reason))
	}
}

// oneIf is a truth as a gauge shows it.
func oneIf(is bool) float64 { //nolint:revive // a truth is what it turns into a number
	if is {
		return 1
	}
	return 0
}
