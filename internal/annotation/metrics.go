package annotation

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// shown and shownFor bound the series: the newest marks of the last 30 days.
	shown    = 100
	shownFor = 30 * 24 * time.Hour
)

// Collector returns what shows the marks to a Prometheus registry. A chart
// draws them with an annotation query and useValueForTime, for which Grafana
// wants milliseconds: luneo_annotation_timestamp_seconds * 1000.
func (s *Store) Collector() prometheus.Collector {
	return &collector{
		store: s,
		at:    prometheus.NewDesc("luneo_annotation_timestamp_seconds", "When a mark was set on the charts, seconds since 1970: the newest 100 of the last 30 days", []string{"text", "tags"}, nil),
		count: prometheus.NewDesc("luneo_annotations", "Annotations that are kept", nil, nil),
		limit: prometheus.NewDesc("luneo_annotations_limit", "Most annotations that are kept; a new one takes the place of the oldest", nil, nil),
	}
}

type collector struct {
	store            *Store
	at, count, limit *prometheus.Desc
}

// Describe sends every description.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.at
	ch <- c.count
	ch <- c.limit
}

// Collect sends the marks. Of two that read the same the newer one is shown;
// the older one is in the history.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	type series struct{ text, tags string }
	seen := map[series]bool{}
	for _, a := range c.store.newest(c.store.o.Now().Add(-shownFor), shown) {
		key := series{a.Text, strings.Join(a.Tags, ",")}
		if !seen[key] {
			seen[key] = true
			gauge(c.at, float64(a.Time)/1000, key.text, key.tags)
		}
	}
	gauge(c.count, float64(c.store.len()))
	gauge(c.limit, Limit)
}
