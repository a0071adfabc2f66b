package meter

import (
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// feed says which metrics an event of a type feeds; 0 is none.
type feed struct {
	duration, total, failed kpi.MetricID
}

func feedOf(t kpi.Type) feed {
	switch t {
	case kpi.TypeOpenAI:
		return feed{kpi.OpenAIRequestDuration, kpi.OpenAIRequests, kpi.OpenAIRequestErrors}
	case kpi.TypeRender:
		return feed{kpi.RenderDuration, kpi.Renders, kpi.RenderErrors}
	case kpi.TypeEmbedHandshake:
		return feed{kpi.EmbedHandshakeDuration, kpi.EmbedHandshakes, kpi.EmbedHandshakeFailures}
	case kpi.TypeARConversion:
		return feed{kpi.ARConversionDuration, kpi.ARConversions, kpi.ARConversionErrors}
	case kpi.TypeQueueWait:
		return feed{duration: kpi.QueueWaitTime}
	case kpi.TypeHTTPRequest:
		return feed{duration: kpi.HTTPRequestDuration}
	case kpi.TypeQueueJob:
		return feed{kpi.QueueJobDuration, kpi.QueueJobsProcessed, kpi.QueueJobsFailed}
	case kpi.TypeQueueAdded:
		return feed{total: kpi.QueueJobsAdded}
	case kpi.TypeQueueRetry:
		return feed{total: kpi.QueueJobRetries}
	case kpi.TypeQueueStall:
		return feed{total: kpi.QueueJobsStalled}
	case kpi.TypeQueueMiss:
		return feed{total: kpi.QueueEventsMissed}
	default:
		return feed{}
	}
}

// shapeKey is all of an event that decides which series it feeds.
type shapeKey struct {
	kind   kpi.Type
	failed bool
	dims   kpi.Dims
}

// shape holds the series that events of one shapeKey feed, so that they are
// looked up once. Those that not every event feeds are found when needed.
type shape struct {
	total, failed, refused           *series
	duration, oldest, cost, unpriced *series
	tokens                           [tokenTypes]*series
}

// Apply counts events that were acknowledged at the given time.
func (m *Meter) Apply(at time.Time, events []kpi.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range events {
		m.apply(at, &events[i], 1)
	}
}

// ApplyTallies counts events of the past at the given time.
func (m *Meter) ApplyTallies(at time.Time, tallies []kpi.Tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range tallies {
		m.apply(at, &tallies[i].Event, int64(tallies[i].Times))
	}
}

// apply counts n events that are alike.
func (m *Meter) apply(at time.Time, e *kpi.Event, n int64) {
	s := m.shapeOf(at, e)
	n *= max(1, e.Count)
	if e.HasDuration {
		if s.duration == nil {
			s.duration = m.seriesFor(feedOf(e.Type).duration, at, e)
		}
		m.observe(s.duration, e.Duration, n)
	}
	if s.total != nil {
		m.add(s.total, n)
	}
	if s.failed != nil {
		m.add(s.failed, n)
	}
	if s.refused != nil {
		m.add(s.refused, n)
	}
	if e.HasOldest {
		m.applyOldest(at, s, e)
	}
	if e.Type == kpi.TypeOpenAI {
		m.applyCost(at, s, e, n)
		m.applyTokens(at, s, e, n)
		m.applyCall(at, e, n)
	}
}

func (m *Meter) shapeOf(at time.Time, e *kpi.Event) *shape {
	key := shapeKey{e.Type, e.Failed, e.Dims}
	if s, ok := m.shapes[key]; ok {
		return s
	}
	if len(m.shapes) >= maxShapes {
		clear(m.shapes)
	}
	feed := feedOf(e.Type)
	s := &shape{}
	if feed.total != 0 {
		s.total = m.seriesFor(feed.total, at, e)
	}
	if feed.failed != 0 {
		m.beginFailures(feed, at, e)
		if e.Failed {
			s.failed = m.seriesFor(feed.failed, at, e)
		}
	}
	if e.Type == kpi.TypeOpenAI {
		s.refused = m.refusalsOf(at, e)
	}
	for i, d := range key.dims { // the key outlives the request's buffer
		key.dims[i] = strings.Clone(d)
	}
	m.shapes[key] = s
	return s
}

// beginFailures makes the series that counts the failures of an event's kind
// under "other", at 0, unless it exists: a ratio of failures to attempts is
// then 0 before the first failure, not absent. Where no room for series is
// left it does nothing, since no count depends on it.
func (m *Meter) beginFailures(feed feed, at time.Time, e *kpi.Event) {
	f := m.families[feed.failed]
	var values [4]string
	labels := values[:0]
	for _, name := range f.Labels {
		if slices.Contains(m.families[feed.total].Labels, name) {
			labels = append(labels, e.Dim(name))
		} else { // what tells failures apart
			labels = append(labels, kpi.LabelOther)
		}
	}
	if _, ok := f.series[string(m.keyOf(labels))]; !ok && len(f.series) < m.opts.MaxSeries {
		m.touch(m.seriesOf(feed.failed, at, labels...)) // it is shown, so a mark keeps its start
	}
}

// seriesFor returns the series of a metric whose labels the event sets.
func (m *Meter) seriesFor(id kpi.MetricID, at time.Time, e *kpi.Event) *series {
	var values [4]string
	labels := values[:0]
	for _, name := range m.families[id].Labels {
		if name == "status" {
			labels = append(labels, e.Status())
		} else {
			labels = append(labels, e.Dim(name))
		}
	}
	return m.seriesOf(id, at, labels...)
}

func (m *Meter) applyOldest(at time.Time, s *shape, e *kpi.Event) {
	if s.oldest == nil {
		s.oldest = m.seriesFor(kpi.QueueWaitTimeCurrent, at, e)
	}
	s.oldest.value, s.oldest.setAt = int64(e.Oldest), at.UnixMilli()
}

// applyCost counts what n calls cost, or that nobody knows.
func (m *Meter) applyCost(at time.Time, s *shape, e *kpi.Event, n int64) {
	switch e.Basis {
	case kpi.CostUnknown:
		if s.unpriced == nil {
			s.unpriced = m.seriesFor(kpi.OpenAIUnpriced, at, e)
		}
		m.add(s.unpriced, n)
		m.keepUnpriced(e, n)
	case kpi.CostStated, kpi.CostPriced:
		if s.cost == nil {
			s.cost = m.seriesFor(kpi.OpenAICost, at, e)
		}
		m.add(s.cost, n*int64(e.Cost))
		when := e.Time
		if when.IsZero() {
			when = at
		}
		m.spend.add(at, when, kpi.Money(n)*e.Cost)
		m.addDay(at, when, tagOf(e), kpi.Money(n)*e.Cost)
		m.applyShares(at, e, n*int64(e.Cost))
	case kpi.CostNone:
	}
}

const tokenTypes = 8

// tokensOf lists a usage's tokens by token_type, in a fixed order.
func tokensOf(u *kpi.Usage) [tokenTypes]struct {
	name string
	n    int64
} {
	return [tokenTypes]struct {
		name string
		n    int64
	}{
		{"input", u.Input},
		{"output", u.Output},
		{"cached_input", u.CachedInput},
		{"cache_write", u.CacheWriteInput},
		{"reasoning", u.Reasoning},
		{"audio_input", u.AudioInput},
		{"audio_output", u.AudioOutput},
		{"image", u.ImageInput + u.ImageOutput},
	}
}

func (m *Meter) applyTokens(at time.Time, s *shape, e *kpi.Event, n int64) {
	if e.Usage == nil {
		return
	}
	for i, t := range tokensOf(e.Usage) {
		if t.n == 0 {
			continue
		}
		if s.tokens[i] == nil {
			s.tokens[i] = m.seriesOf(kpi.OpenAITokens, at, e.Dim("model"), e.Dim("operation"), t.name)
		}
		m.add(s.tokens[i], n*t.n)
	}
}
