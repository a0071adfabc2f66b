// Package meter is the state behind /metrics: it turns events into the
// counters, histograms and gauges of the catalogue.
//
// It promises that the same events, applied at the same times, give the same
// state, whatever their order within a series: counts and sums are integers
// (durations in nanoseconds, money in millionths of a cent). A state written by
// Freeze and restored is equal, the series' start timestamps included, so that
// a Prometheus sees no restart. The number of series of each metric is bounded.
// With the first event of a kind its failures are shown too: "other", at 0.
//
// It does not remember events and keeps nothing on disk.
package meter

import (
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Options say what the meter keeps.
type Options struct {
	// Windows are those of luneo_ai_cost_current_cents.
	Windows []Window
	// MaxSeries is the most series of one metric; 10,000 when 0. Past it a
	// new series' client-set labels become "other".
	MaxSeries int
	// Zone is where days begin; UTC when nil.
	Zone *time.Location
	Now  func() time.Time
}

// Window is a rolling window of spend that ends now.
type Window struct {
	// Label is the value of time_window, as the user wrote it.
	Label string
	// Minutes it spans, the current one included.
	Minutes int
}

// currentWaitTTL is how long a queue's current wait is shown without renewal.
const currentWaitTTL = 2 * time.Minute

// maxShapes bounds a cache; it begins anew when full.
const maxShapes = 100_000

// Meter is safe for concurrent use.
type Meter struct {
	opts  Options
	waits iter.Seq2[string, time.Duration] // of followed queues; may be nil

	mu       sync.Mutex
	families []*family // by MetricID
	shapes   map[shapeKey]*shape
	spend    spend
	days     days
	unpriced map[kpi.UnpricedKey]*kpi.Unpriced
	touched  []*series
	key      []byte // scratch
}

// New makes an empty meter.
func New(opts Options) *Meter {
	if opts.MaxSeries == 0 {
		opts.MaxSeries = 10_000
	}
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	m := &Meter{opts: opts}
	m.clear()
	return m
}

// FollowWaits has the current waits of some queues, by name, asked for at each
// scrape: they are shown as they are then, kept nowhere, and take the place of
// what events said of the same queues. It is for use before the first scrape;
// current must not wait for anything.
func (m *Meter) FollowWaits(current iter.Seq2[string, time.Duration]) { m.waits = current }

// clear empties the state.
func (m *Meter) clear() {
	m.families = newFamilies()
	m.shapes = map[shapeKey]*shape{}
	m.spend, m.days = spend{}, days{}
	m.unpriced = map[kpi.UnpricedKey]*kpi.Unpriced{}
	m.touched = nil
}

// family is one metric with its series.
type family struct {
	kpi.Metric
	limited []bool // by label: a client can set it to anything
	series  map[string]*series
	folded  uint64 // series that became "other"
}

// series is one set of label values. Which fields count depends on the metric.
type series struct {
	family  *family
	labels  []string
	created int64 // milliseconds since 1970
	touched bool

	value  int64    // a count; Money; or nanoseconds of a current wait
	setAt  int64    // current wait: when it was last said, milliseconds
	counts []uint64 // histogram: by bucket, not cumulative, +Inf last
	sum    int64    // histogram: nanoseconds
}

func newFamilies() []*family {
	limited := map[string]bool{"tag": true} // of a call, and so none of its dims
	for _, s := range kpi.Schemas() {
		for _, d := range s.Dims {
			limited[d.Label] = limited[d.Label] || d.Limited
		}
	}
	var list []*family
	for _, metric := range kpi.Catalogue() {
		f := &family{Metric: metric, series: map[string]*series{}}
		for _, l := range metric.Labels {
			f.limited = append(f.limited, limited[l])
		}
		for len(list) <= int(metric.ID) {
			list = append(list, nil)
		}
		list[metric.ID] = f
	}
	return list
}

// seriesOf returns the series with these label values, made when it is new.
func (m *Meter) seriesOf(id kpi.MetricID, at time.Time, labels ...string) *series {
	f := m.families[id]
	if s, ok := f.series[string(m.keyOf(labels))]; ok {
		return s
	}
	if len(f.series) >= m.opts.MaxSeries {
		labels = f.fold(labels)
		if s, ok := f.series[string(m.keyOf(labels))]; ok {
			return s
		}
	}
	s := &series{family: f, labels: cloneStrings(labels), created: at.UnixMilli()}
	if f.Type == kpi.Histogram {
		s.counts = make([]uint64, len(f.Buckets)+1)
	}
	f.series[string(m.keyOf(labels))] = s
	return s
}

// keyOf joins label values by a byte that no valid UTF-8 holds.
func (m *Meter) keyOf(labels []string) []byte {
	m.key = m.key[:0]
	for _, l := range labels {
		m.key = append(append(m.key, l...), 0xFF)
	}
	return m.key
}

// fold replaces the label values that a client can choose by "other".
func (f *family) fold(labels []string) []string {
	f.folded++
	folded := slices.Clone(labels)
	for i := range folded {
		if f.limited[i] {
			folded[i] = kpi.LabelOther
		}
	}
	return folded
}

// cloneStrings makes labels independent of the buffers they were cut from.
func cloneStrings(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strings.Clone(s)
	}
	return out
}

// touch remembers that a series has changed since the last Marks.
func (m *Meter) touch(s *series) {
	if !s.touched {
		s.touched = true
		m.touched = append(m.touched, s)
	}
}

func (m *Meter) add(s *series, n int64) {
	s.value += n
	m.touch(s)
}

func (m *Meter) observe(s *series, d time.Duration, n int64) {
	s.counts[bucketOf(s.family.Buckets, d.Seconds())] += uint64(n)
	s.sum += n * int64(d)
	m.touch(s)
}

// bucketOf returns the first bucket whose upper bound is not below v.
func bucketOf(bounds []float64, v float64) int {
	for i, b := range bounds {
		if v <= b {
			return i
		}
	}
	return len(bounds)
}
