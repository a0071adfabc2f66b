package workload

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Calls is what a gateway would see of the platform's OpenAI calls. A Platform
// that has it in its Options tells it of every call. It is safe for concurrent use.
type Calls struct {
	now func() time.Time

	mu      sync.Mutex
	made    int        // so far
	calls   []seenCall // by their end; those that are over for more than a minute are gone
	ended   map[string]*kpi.UpstreamState
	counted time.Time // up to when they were told
}

// seenCall is one call and when it ends.
type seenCall struct {
	end time.Time
	kpi.Event
}

// NewCalls makes the view of calls that end after a moment.
func NewCalls(from time.Time) *Calls {
	c := &Calls{now: time.Now, ended: map[string]*kpi.UpstreamState{}, counted: from}
	for _, u := range []kpi.UpstreamState{
		{Name: upstreamOpenAI, Path: "/openai/v1", Address: "https://api.openai.com/v1"},
		{Name: upstreamAzure, Path: "/openai/azure", Address: "https://demo.openai.azure.com", OwnKey: true},
	} {
		c.ended[u.Name] = &u
	}
	return c
}

// The platform's upstreams, as they would stand in its configuration.
const (
	upstreamOpenAI = "openai"
	upstreamAzure  = "azure"
)

// callOf is what a gateway sees of the n-th call: on whose behalf it is made, where
// it goes, and when its first token comes. It follows from the number alone, so
// that it changes nothing of what is left to chance.
func callOf(e *kpi.Event, n int) *kpi.Call {
	c := &kpi.Call{Upstream: upstreamOpenAI, Tag: tagOf(e.Dims[0], n)}
	if e.Dims[0] == "gpt-4o" && n%4 == 0 {
		c.Upstream = upstreamAzure
	}
	if n%70 == 0 {
		c.Retry = 1
	}
	if first := firstToken + time.Duration(n%9)*45*time.Millisecond; e.Dims[1] == "chat" && !e.Failed && first < e.Duration {
		c.FirstToken = first
	}
	return c
}

// tagOf is the part of the product that a call is made for.
func tagOf(model string, n int) string {
	switch {
	case model == "dall-e-3":
		return "product-images"
	case model == "text-embedding-3-small":
		return "catalogue-search"
	case model == "gpt-4o-mini" && n%3 > 0:
		return "design-checks"
	case model == "gpt-4-turbo":
		return "product-texts"
	default:
		return "shop-assistant"
	}
}

// add takes in a call.
func (c *Calls) add(end time.Time, e kpi.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	e.Call, e.Time = callOf(&e, c.made), end
	at, _ := slices.BinarySearchFunc(c.calls, end, func(s seenCall, t time.Time) int { return s.end.Compare(t) })
	c.calls = slices.Insert(c.calls, at, seenCall{end, e})
}

// Run tells record every second which calls have ended, until ctx ends. What can't
// be recorded is not told again: it is a model.
func (c *Calls) Run(ctx context.Context, record func(context.Context, []kpi.Event) error) {
	tell(ctx, c.due, record)
}

// due are the calls that have ended and were not told yet.
func (c *Calls) due() (list []kpi.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for _, s := range c.calls {
		if s.end.After(c.counted) && !s.end.After(now) {
			list = append(list, s.Event)
			c.settle(s)
		}
	}
	c.counted = now
	c.calls = slices.DeleteFunc(c.calls, func(s seenCall) bool { return now.Sub(s.end) > time.Minute })
	return list
}

func (c *Calls) settle(s seenCall) {
	u := c.ended[s.Call.Upstream]
	u.Calls++
	u.LastAt, u.LastStatus = s.end, 200
	if s.Failed {
		u.Failed++
		u.LastStatus, u.Failure, u.FailureAt = 429, s.Dims[2], s.end
	}
}

// State is how the upstreams do, and what they still allow.
func (c *Calls) State() kpi.GatewayState {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	var state kpi.GatewayState
	for _, u := range c.ended {
		copied := *u
		for _, s := range c.calls {
			if s.Call.Upstream == u.Name && s.end.After(now) && !s.end.Add(-s.Duration).After(now) {
				copied.InFlight++
			}
		}
		state.Upstreams = append(state.Upstreams, copied)
	}
	slices.SortFunc(state.Upstreams, func(a, b kpi.UpstreamState) int { return cmp.Compare(a.Name, b.Name) })
	state.Limits = c.limits(now)
	return state
}

// allowed is what an upstream allows of a model in a minute. Chosen.
var allowed = []kpi.RateLimit{
	{Upstream: upstreamAzure, Model: "gpt-4o", Scope: kpi.ScopeKey, Resource: "tokens", Limit: 1_000_000},
	{Upstream: upstreamOpenAI, Model: "dall-e-3", Scope: kpi.ScopeKey, Resource: "requests", Limit: 50},
	{Upstream: upstreamOpenAI, Model: "gpt-4o", Scope: kpi.ScopeKey, Resource: "tokens", Limit: 2_000_000},
	{Upstream: upstreamOpenAI, Model: "gpt-4o", Scope: kpi.ScopeProject, Resource: "requests", Limit: 1000},
	{Upstream: upstreamOpenAI, Model: "gpt-4o-mini", Scope: kpi.ScopeKey, Resource: "requests", Limit: 1000},
	{Upstream: upstreamOpenAI, Model: "gpt-4o-mini", Scope: kpi.ScopeKey, Resource: "tokens", Limit: 1_000_000},
}

// limits are what is left of a minute's.
func (c *Calls) limits(now time.Time) []kpi.RateLimit {
	list := slices.Clone(allowed)
	for i := range list {
		l := &list[i]
		used := c.used(now, *l)
		l.Remaining = max(0, l.Limit-used)
		l.SeenAt, l.ResetsAt = now, now.Add(time.Duration(float64(time.Minute)*min(1, float64(used)/float64(l.Limit))))
	}
	return list
}

// used is what was used of a limit in the last minute.
func (c *Calls) used(now time.Time, l kpi.RateLimit) (used int64) {
	for _, s := range c.calls {
		if s.Call.Upstream != l.Upstream || s.Dims[0] != l.Model || s.end.After(now) || now.Sub(s.end) > time.Minute {
			continue
		}
		if l.Resource == "requests" {
			used++
		} else if s.Usage != nil {
			used += s.Usage.Input + s.Usage.Output
		}
	}
	return used
}
