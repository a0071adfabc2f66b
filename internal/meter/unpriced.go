package meter

import (
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// maxUnpriced bounds the kinds of call whose usage is kept for a price to come.
const maxUnpriced = 10_000

// keepUnpriced keeps the usage of n calls without a price, so that one that is
// added later finds it. What counts as "other" model never has a price.
func (m *Meter) keepUnpriced(e *kpi.Event, n int64) {
	model := e.Dim("model")
	if e.Usage.Zero() || model == kpi.LabelOther || model == kpi.LabelUnknown {
		return
	}
	key := unpricedKeyOf(e)
	kept := m.unpriced[key]
	if kept == nil {
		if len(m.unpriced) >= maxUnpriced {
			return
		}
		kept = &kpi.Unpriced{UnpricedKey: cloneKey(key), Usage: kpi.Usage{ImageSize: key.ImageSize, ImageQuality: key.ImageQuality, Tier: key.Tier}}
		m.unpriced[kept.UnpricedKey] = kept
	}
	kept.Calls += n
	kept.Usage.Add(*e.Usage, n)
}

func unpricedKeyOf(e *kpi.Event) kpi.UnpricedKey {
	key := kpi.UnpricedKey{
		Model: e.Dim("model"), Operation: e.Dim("operation"),
		ImageSize: e.Usage.ImageSize, ImageQuality: e.Usage.ImageQuality, Tier: e.Usage.Tier, Long: kpi.LongClass(e.Usage.Input),
	}
	if c := e.Call; c != nil {
		key.Upstream, key.Tag, key.Retry = c.Upstream, c.Tag, c.Retry > 0
	}
	return key
}

// cloneKey makes a key independent of the buffers it was cut from.
func cloneKey(key kpi.UnpricedKey) kpi.UnpricedKey {
	for _, s := range []*string{&key.Model, &key.Operation, &key.Upstream, &key.Tag, &key.Tier, &key.ImageSize, &key.ImageQuality} {
		*s = strings.Clone(*s)
	}
	return key
}

// Unpriced lists what is kept for prices to come, in no order.
func (m *Meter) Unpriced() []kpi.Unpriced {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]kpi.Unpriced, 0, len(m.unpriced))
	for _, u := range m.unpriced {
		list = append(list, *u)
	}
	return list
}

// Correct books what calls of the past cost after all. The windows of spend,
// which are about what is spent now, stay as they are.
func (m *Meter) Correct(at time.Time, corrections []kpi.Correction) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range corrections {
		m.correct(at, c)
	}
}

func (m *Meter) correct(at time.Time, c kpi.Correction) {
	kept := m.unpriced[c.UnpricedKey]
	if kept == nil {
		return // it was corrected before: a snapshot may know more than the record before it
	}
	delete(m.unpriced, c.UnpricedKey)
	e := kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{c.Model, c.Operation}, Call: &kpi.Call{Upstream: c.Upstream, Tag: c.Tag}}
	if c.Retry {
		e.Call.Retry = 1
	}
	m.add(m.seriesFor(kpi.OpenAICost, at, &e), int64(c.Cost))
	m.add(m.seriesOf(kpi.OpenAICostCorrections, at, c.Model), int64(c.Cost))
	m.applyShares(at, &e, int64(c.Cost))
}

// remaining is the number of calls whose usage is kept, by model.
func (m *Meter) remaining() map[string]int64 {
	calls := map[string]int64{}
	for key, u := range m.unpriced {
		calls[key.Model] += u.Calls
	}
	return calls
}
