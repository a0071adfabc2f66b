package meter

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// refusalsOf returns what counts a call that was refused for its caller's
// limits, or nil. With the first call of a model both reasons begin, at 0.
func (m *Meter) refusalsOf(at time.Time, e *kpi.Event) (refused *series) {
	reason := ""
	if e.Failed {
		reason = kpi.LimitOf(e.Dim("error_type"))
	}
	for _, r := range []string{kpi.LimitWait, kpi.LimitMoney} {
		s := m.seriesOf(kpi.OpenAIRateLimited, at, e.Dim("model"), r)
		m.touch(s)
		if r == reason {
			refused = s
		}
	}
	return refused
}

// applyCall counts what only the gateway saw of n calls.
func (m *Meter) applyCall(at time.Time, e *kpi.Event, n int64) {
	c := e.Call
	if c == nil {
		return
	}
	if c.Upstream != "" {
		m.beginStatus(at, c.Upstream)
		m.add(m.seriesOf(kpi.OpenAIUpstreamRequests, at, c.Upstream, e.Status()), n)
	}
	if c.Unknown != "" {
		m.add(m.seriesOf(kpi.OpenAIUsageUnknown, at, string(c.Unknown)), n)
	}
	if c.Retry > 0 {
		m.add(m.seriesFor(kpi.OpenAIRetries, at, e), n)
		m.add(m.seriesFor(kpi.OpenAIRetryTime, at, e), n*int64(e.Duration))
	}
	if c.FirstToken > 0 {
		m.observe(m.seriesFor(kpi.OpenAITimeToFirstToken, at, e), c.FirstToken, n)
		m.applySpeed(at, e, n)
	}
}

// beginStatus makes both series of an upstream, so that failures begin at 0.
func (m *Meter) beginStatus(at time.Time, upstream string) {
	for _, status := range []string{kpi.StatusSuccess, kpi.StatusError} {
		m.touch(m.seriesOf(kpi.OpenAIUpstreamRequests, at, upstream, status))
	}
}

// applySpeed counts how fast the tokens of a stream came.
func (m *Meter) applySpeed(at time.Time, e *kpi.Event, n int64) {
	took := e.Duration - e.Call.FirstToken
	if e.Usage == nil || e.Usage.Output == 0 || e.Failed || took <= 0 {
		return
	}
	speed := min(float64(e.Usage.Output)/took.Seconds(), fastest)
	m.observe(m.seriesFor(kpi.OpenAIOutputSpeed, at, e), time.Duration(speed*float64(time.Second)), n)
}

// fastest is the most tokens a second that are believed: what came at once has
// no speed.
const fastest = 1e6

// tagOf says on whose behalf a call was made; "" when nobody knows.
func tagOf(e *kpi.Event) string {
	if e.Call == nil {
		return ""
	}
	return e.Call.Tag
}

// applyShares books a cost to those that it is a share of.
func (m *Meter) applyShares(at time.Time, e *kpi.Event, cost int64) {
	c := e.Call
	if c == nil {
		return
	}
	if c.Tag != "" {
		m.add(m.seriesOf(kpi.OpenAITagCost, at, c.Tag), cost)
	}
	if c.Upstream != "" {
		m.add(m.seriesOf(kpi.OpenAIUpstreamCost, at, c.Upstream), cost)
	}
	if c.Retry > 0 {
		m.add(m.seriesFor(kpi.OpenAIRetryCost, at, e), cost)
	}
}
