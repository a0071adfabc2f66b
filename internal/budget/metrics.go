package budget

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector shows the budgets to a Prometheus registry. A forecast is absent
// while too little is known.
func (b *Book) Collector() prometheus.Collector {
	labels := []string{"budget", "period", "tag"}
	return &collector{
		book:     b,
		limit:    prometheus.NewDesc("luneo_openai_budget_limit_cents", "What calls may cost in a period, in cents; it holds up none", labels, nil),
		spent:    prometheus.NewDesc("luneo_openai_budget_spent_cents", "What calls have cost in the period that runs, in cents", labels, nil),
		forecast: prometheus.NewDesc("luneo_openai_budget_forecast_cents", "What calls are going to cost in the period that runs, in cents, if it goes on like the days before", labels, nil),
	}
}

type collector struct {
	book                   *Book
	limit, spent, forecast *prometheus.Desc
}

// Describe sends the descriptions.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.limit
	ch <- c.spent
	ch <- c.forecast
}

// Collect sends how the budgets stand now.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	for _, u := range c.book.Uses(time.Now()) {
		labels := []string{u.Name, string(u.Period), u.Tag}
		ch <- prometheus.MustNewConstMetric(c.limit, prometheus.GaugeValue, u.Cents, labels...)
		ch <- prometheus.MustNewConstMetric(c.spent, prometheus.GaugeValue, u.SpentCents, labels...)
		if u.ForecastCents != nil {
			ch <- prometheus.MustNewConstMetric(c.forecast, prometheus.GaugeValue, *u.ForecastCents, labels...)
		}
	}
}
