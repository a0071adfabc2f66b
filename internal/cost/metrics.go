package cost

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Collector returns what shows the baselines to a Prometheus registry. It
// shows what was last computed and waits for nothing.
func (k *Keeper) Collector() prometheus.Collector {
	byWindow := []string{"time_window"}
	c := &collector{
		keeper:   k,
		days:     prometheus.NewDesc("luneo_ai_cost_baseline_windows", "Windows of past days that the baseline is made of, the trimmed ones included; season: the same time of day, or of week", []string{"time_window", "season"}, nil),
		ready:    prometheus.NewDesc("luneo_ai_cost_baseline_ready_timestamp_seconds", "When there will be enough history for a baseline; 0 once there is", byWindow, nil),
		samples:  prometheus.NewDesc("luneo_ai_cost_history_samples", "Samples of the window's history that are held in memory", byWindow, nil),
		limit:    prometheus.NewDesc("luneo_ai_cost_history_samples_limit", "Most samples of a window's history that are held in memory", nil, nil),
		success:  prometheus.NewDesc("luneo_ai_cost_history_last_success_timestamp_seconds", "When the history was last read to its end; 0 if never since the start", nil, nil),
		failures: prometheus.NewDesc("luneo_ai_cost_history_failures_total", "Times since the start that the history could not be read", nil, nil),
		marks:    prometheus.NewDesc("luneo_ai_cost_expected_spikes", "Spans of spend that are marked as expected", nil, nil),
		most:     prometheus.NewDesc("luneo_ai_cost_expected_spikes_limit", "Most spans of spend that can be marked as expected", nil, nil),
	}
	c.baseline, c.usual = descOf(kpi.AICostBaseline), descOf(kpi.AICostUsual)
	return c
}

func descOf(id kpi.MetricID) *prometheus.Desc {
	m := kpi.MetricOf(id)
	return prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
}

type collector struct {
	keeper *Keeper

	baseline, usual, days, ready, samples, limit, success, failures, marks, most *prometheus.Desc
}

// Describe sends every description.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.baseline, c.usual, c.days, c.ready, c.samples, c.limit, c.success, c.failures, c.marks, c.most} {
		ch <- d
	}
}

// Collect sends what was last computed.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	k := c.keeper
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(c.marks, float64(len(k.marks.list())))
	gauge(c.most, maxMarks)
	k.mu.Lock()
	defer k.mu.Unlock()
	stale := k.stale(k.o.Now())
	for _, w := range k.windows {
		gauge(c.samples, float64(w.past.Len()), w.Label)
		gauge(c.days, float64(w.estimate.Days), w.Label, string(w.estimate.Season))
		gauge(c.ready, seconds(w.estimate.ReadyAt), w.Label)
		if w.estimate.Ready && !stale {
			gauge(c.baseline, w.estimate.Cents, w.Label)
			gauge(c.usual, w.estimate.LowCents, w.Label, "low")
			gauge(c.usual, w.estimate.HighCents, w.Label, "high")
		}
	}
	gauge(c.limit, float64(k.windows[0].past.limit()))
	gauge(c.success, seconds(k.success))
	ch <- prometheus.MustNewConstMetric(c.failures, prometheus.CounterValue, float64(k.failed))
}

// seconds since 1970; 0 for no time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
