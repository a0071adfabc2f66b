package meter

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Readings appends what is shown at the given time. It is for whoever needs
// the numbers of many moments: it formats nothing. The readings share the
// meter's memory and hold until it counts again: while it may, use Visit.
func (m *Meter) Readings(now time.Time, out []kpi.Reading) []kpi.Reading {
	m.Visit(now, func(r kpi.Reading) { out = append(out, r) })
	return out
}

// Visit calls see with each series that is shown at the given time, in no
// order. What it gets holds until it returns; nothing is counted meanwhile, so
// it must be quick and must not call the meter.
func (m *Meter) Visit(now time.Time, see func(kpi.Reading)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.families {
		if f == nil {
			continue
		}
		for _, s := range f.series {
			if s.shown(now) {
				see(s.reading())
			}
		}
	}
	current := m.families[kpi.AICostCurrent]
	for i := range m.opts.Windows {
		w := &m.opts.Windows[i]
		see(kpi.Reading{Metric: &current.Metric, Labels: []string{w.Label}, Value: m.spend.sum(now, *w).Cents()})
	}
	left := m.families[kpi.OpenAIUnpricedRemaining]
	for model, calls := range m.remaining() {
		see(kpi.Reading{Metric: &left.Metric, Labels: []string{model}, Value: float64(calls)})
	}
}

func (s *series) reading() kpi.Reading {
	r := kpi.Reading{Metric: &s.family.Metric, Labels: s.labels}
	switch s.family.Type {
	case kpi.Counter:
		r.Since, r.Value = time.UnixMilli(s.created), inUnits(s.family.ID, s.value)
	case kpi.Gauge:
		r.Value = inUnits(s.family.ID, s.value)
	case kpi.Histogram:
		r.Since, r.Sum, r.Counts = time.UnixMilli(s.created), time.Duration(s.sum).Seconds(), s.counts
	}
	return r
}
