package gateway

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// headroom is what upstreams said last of how much may still be asked of them
// (the x-ratelimit headers of developers.openai.com/api/docs/guides/rate-limits).
// It is safe for concurrent use.
type headroom struct {
	mu    sync.Mutex
	known map[limitKey]kpi.RateLimit
}

type limitKey struct{ upstream, model, scope, resource string }

const (
	// mostLimits bounds what is known; past it nothing new is.
	mostLimits = 500
	// limitReach is how long what was said holds: who is not asked any more has
	// nothing to say.
	limitReach = time.Hour
)

// limitHeaders are the headers of a limit, by scope and resource.
var limitHeaders = [...]struct{ limit, remaining, reset, scope, resource string }{
	{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests", kpi.ScopeKey, "requests"},
	{"X-Ratelimit-Limit-Tokens", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens", kpi.ScopeKey, "tokens"},
	{"X-Ratelimit-Limit-Project-Requests", "X-Ratelimit-Remaining-Project-Requests", "X-Ratelimit-Reset-Project-Requests", kpi.ScopeProject, "requests"},
	{"X-Ratelimit-Limit-Project-Tokens", "X-Ratelimit-Remaining-Project-Tokens", "X-Ratelimit-Reset-Project-Tokens", kpi.ScopeProject, "tokens"},
}

// learn takes over what an answer says. What is absent, negative or no number
// is unknown, never 0, and so is a limit of 0: some upstreams say so on every
// answer.
func (h *headroom) learn(upstream, model string, answer http.Header, now time.Time) {
	for _, l := range limitHeaders {
		if len(answer[l.limit]) == 0 {
			continue
		}
		limit, ok := whole(answer.Get(l.limit))
		remaining, told := whole(answer.Get(l.remaining))
		if !ok || !told || limit == 0 {
			continue
		}
		h.set(kpi.RateLimit{
			Upstream: upstream, Model: model, Scope: l.scope, Resource: l.resource, Limit: limit, Remaining: remaining,
			ResetsAt: resetAt(answer.Get(l.reset), now), SeenAt: now,
		})
	}
}

func whole(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil && n >= 0
}

// resetAt reads "6m0s", "17ms" or a number of seconds; zero for anything else.
func resetAt(text string, now time.Time) time.Time {
	d, err := time.ParseDuration(text)
	if err != nil {
		if d, err = time.ParseDuration(text + "s"); err != nil {
			return time.Time{}
		}
	}
	if d < 0 || d > 31*24*time.Hour {
		return time.Time{}
	}
	return now.Add(d)
}

func (h *headroom) set(l kpi.RateLimit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := limitKey{l.Upstream, l.Model, l.Scope, l.Resource}
	if _, ok := h.known[key]; !ok && len(h.known) >= mostLimits {
		h.forget(l.SeenAt)
		if len(h.known) >= mostLimits {
			return
		}
	}
	if h.known == nil {
		h.known = map[limitKey]kpi.RateLimit{}
	}
	key.model = strings.Clone(key.model)
	l.Model = key.model
	h.known[key] = l
}

// forget needs the lock.
func (h *headroom) forget(now time.Time) {
	for key, l := range h.known {
		if now.Sub(l.SeenAt) > limitReach {
			delete(h.known, key)
		}
	}
}

// list is what holds, in order.
func (h *headroom) list(now time.Time) []kpi.RateLimit {
	h.mu.Lock()
	h.forget(now)
	list := make([]kpi.RateLimit, 0, len(h.known))
	for _, l := range h.known {
		list = append(list, l)
	}
	h.mu.Unlock()
	slices.SortFunc(list, func(a, b kpi.RateLimit) int {
		return cmp.Or(cmp.Compare(a.Upstream, b.Upstream), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Resource, b.Resource))
	})
	return list
}

// limitCollector shows the headroom on /metrics.
type limitCollector struct {
	headroom         *headroom
	limit, remaining *prometheus.Desc
}

func newLimitCollector(h *headroom) *limitCollector {
	labels := []string{"upstream", "model", "scope", "resource"}
	return &limitCollector{
		headroom:  h,
		limit:     prometheus.NewDesc("luneo_openai_ratelimit_limit", "Requests or tokens that may be asked of an API, by what it said last (x-ratelimit-limit-*)", labels, nil),
		remaining: prometheus.NewDesc("luneo_openai_ratelimit_remaining", "Requests or tokens that may still be asked of an API; all of them when the limit was renewed since it said so", labels, nil),
	}
}

// Describe sends the descriptions.
func (c *limitCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.limit
	ch <- c.remaining
}

// Collect sends what holds now.
func (c *limitCollector) Collect(ch chan<- prometheus.Metric) {
	now := time.Now()
	for _, l := range c.headroom.list(now) {
		labels := []string{l.Upstream, l.Model, l.Scope, l.Resource}
		ch <- prometheus.MustNewConstMetric(c.limit, prometheus.GaugeValue, float64(l.Limit), labels...)
		ch <- prometheus.MustNewConstMetric(c.remaining, prometheus.GaugeValue, float64(l.Left(now)), labels...)
	}
}
