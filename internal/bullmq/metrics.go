package bullmq

import "github.com/prometheus/client_golang/prometheus"

// collector shows how the watch goes. What it shows of the queues themselves
// is others' to show, from Queues.
type collector struct{ watcher *Watcher }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe sends the descriptions.
func (c collector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

// Collect sends what is known now.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(desc("luneo_queue_remembered_jobs_limit", "Most unfinished jobs that are remembered of one Redis; of others Redis is asked when they start"), prometheus.GaugeValue, rememberedLimit)
	ch <- prometheus.MustNewConstMetric(desc("luneo_redis_queues_limit", "Most queues that are watched in all Redis together; more are skipped"), prometheus.GaugeValue, queueLimit)
	for _, s := range c.watcher.servers {
		d := s.describe()
		if s.origin == OriginDefault && d.Since.IsZero() || s.origin == OriginDefault && !d.Up && d.Version == "" {
			continue // nobody said that there is one
		}
		s.mu.Lock()
		took, remembered := s.lookTook, s.remembered
		s.mu.Unlock()
		up := 0.0
		if d.Up {
			up = 1
		}
		for _, g := range []struct {
			name, help string
			kind       prometheus.ValueType
			value      float64
		}{
			{"luneo_redis_up", "1 when the last look at a watched Redis succeeded, else 0", prometheus.GaugeValue, up},
			{"luneo_redis_queues", "Queues that are watched in a Redis", prometheus.GaugeValue, float64(d.Queues)},
			{"luneo_redis_queues_skipped", "Queues that are not watched for want of room", prometheus.GaugeValue, float64(d.Skipped)},
			{"luneo_redis_look_seconds", "How long the last look at queues took", prometheus.GaugeValue, took.Seconds()},
			{"luneo_redis_follow_lag_seconds", "Age of the oldest event of the last read, when it was read: how late events of queues are counted", prometheus.GaugeValue, float64(s.lag.Load()) / 1000},
			{"luneo_redis_errors_total", "Times that a watched Redis failed to answer", prometheus.CounterValue, s.health.count()},
			{"luneo_queue_remembered_jobs", "Unfinished jobs that are remembered, to know since when they wait", prometheus.GaugeValue, float64(remembered)},
		} {
			ch <- prometheus.MustNewConstMetric(desc(g.name, g.help, "redis"), g.kind, g.value, s.name)
		}
	}
}

func (h *health) count() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failures
}
