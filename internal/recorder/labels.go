package recorder

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// labelLimits bounds how many distinct values each label that a client can
// set may take, for each type of event. First come, first served; what comes
// later is counted as "other".
type labelLimits struct {
	limit int
	mu    sync.RWMutex
	dims  []*labelDim // by type * MaxDims + place, and at tagPlace
}

// tagPlace is that of the tags of OpenAI calls, which are none of their dims:
// no event has type 0.
const tagPlace = 0

type labelDim struct {
	schema  *kpi.Schema
	label   string
	values  map[string]struct{}
	limited prometheus.Counter // nil until metrics are made
}

func newLabelLimits(limit int) *labelLimits {
	l := &labelLimits{limit: limit}
	for _, s := range kpi.Schemas() {
		schema, _ := kpi.SchemaOf(s.Type)
		for i, d := range s.Dims {
			place := int(s.Type)*kpi.MaxDims + i
			for len(l.dims) <= place {
				l.dims = append(l.dims, nil)
			}
			if d.Limited {
				l.dims[place] = &labelDim{schema: schema, label: d.Label, values: map[string]struct{}{}}
			}
		}
	}
	openai, _ := kpi.SchemaOf(kpi.TypeOpenAI)
	l.dims[tagPlace] = &labelDim{schema: openai, label: "tag", values: map[string]struct{}{}}
	return l
}

// apply replaces the events' label values past the limits. The lock is taken
// once for all of them: readers on other cores want it too.
func (l *labelLimits) apply(events []kpi.Event) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for i := range events {
		l.applyOne(&events[i])
	}
}

// applyOne needs the read lock. A handshake that succeeded has no label but
// its status, so its shop takes no room.
func (l *labelLimits) applyOne(e *kpi.Event) {
	if e.Type == kpi.TypeEmbedHandshake && !e.Failed {
		e.Dims = kpi.Dims{}
		return
	}
	for i := range e.Dims {
		if v := e.Dims[i]; v != "" && !l.admit(int(e.Type)*kpi.MaxDims+i, v) {
			e.Dims[i] = kpi.LabelOther
		}
	}
	if c := e.Call; c != nil && c.Tag != "" && !l.admit(tagPlace, c.Tag) {
		c.Tag = kpi.LabelOther
	}
}

// admit reports whether a value may stand, and takes a place for a new one,
// for which it gives up the read lock meanwhile.
func (l *labelLimits) admit(place int, value string) bool {
	if place >= len(l.dims) { // no client sends its type; whoever does bounds its labels
		return true
	}
	d := l.dims[place]
	if d == nil || value == kpi.LabelOther || value == kpi.LabelUnknown {
		return true
	}
	if _, ok := d.values[value]; ok {
		return true
	}
	if len(d.values) < l.limit {
		l.mu.RUnlock()
		taken := l.take(d, value)
		l.mu.RLock()
		if taken {
			return true
		}
	}
	if d.limited != nil {
		d.limited.Inc()
	}
	return false
}

func (l *labelLimits) take(d *labelDim, value string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := d.values[value]; ok {
		return true
	}
	if len(d.values) >= l.limit {
		return false
	}
	d.values[strings.Clone(value)] = struct{}{}
	return true
}

// restore takes places for the values of an event that was counted before,
// whatever the limit is now: its series exist.
func (l *labelLimits) restore(e *kpi.Event) {
	for i, v := range e.Dims {
		if v != "" {
			l.restoreValue(int(e.Type)*kpi.MaxDims+i, v)
		}
	}
	if e.Call != nil && e.Call.Tag != "" {
		l.restoreValue(tagPlace, e.Call.Tag)
	}
}

func (l *labelLimits) restoreValue(place int, value string) {
	if place >= len(l.dims) || l.dims[place] == nil || value == kpi.LabelOther || value == kpi.LabelUnknown {
		return
	}
	l.dims[place].values[value] = struct{}{}
}

// labelValues is how the admitted values are written into a snapshot.
type labelValues struct {
	Event  string   `json:"event"`
	Label  string   `json:"label"`
	Values []string `json:"values"`
}

func (l *labelLimits) freeze() (list []labelValues) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, d := range l.dims {
		if d == nil {
			continue
		}
		v := labelValues{Event: d.schema.Name, Label: d.label}
		for value := range d.values {
			v.Values = append(v.Values, value)
		}
		list = append(list, v)
	}
	return list
}

// load replaces the admitted values by written ones.
func (l *labelLimits) load(list []labelValues) {
	for _, d := range l.dims {
		if d != nil {
			clear(d.values)
		}
	}
	for _, v := range list {
		for place, d := range l.dims {
			if d == nil || d.schema.Name != v.Event || d.label != v.Label {
				continue
			}
			for _, value := range v.Values {
				l.restoreValue(place, value)
			}
		}
	}
}

// each calls f for each limited label with the number of values it has.
func (l *labelLimits) each(f func(event, label string, values int)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, d := range l.dims {
		if d != nil {
			f(d.schema.Name, d.label, len(d.values))
		}
	}
}
