package app

import (
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
)

// Passing is what knows how calls pass: the gateway, or a model.
type Passing interface {
	State() kpi.GatewayState
}

// gatewayState is the answer of GET /api/gateway.
type gatewayState struct {
	At        time.Time       `json:"at"`
	Upstreams []upstreamState `json:"upstreams"`
	Limits    []rateLimit     `json:"limits"`
	// The seconds that the gateway itself added to half and to 99 of 100 calls, at
	// most; 0 while there was none.
	OverheadP50 float64 `json:"overheadP50"`
	OverheadP99 float64 `json:"overheadP99"`
	// Unknown counts the calls of which nobody knows what they consumed, by reason.
	Unknown map[string]float64 `json:"unknown"`
}

type upstreamState struct {
	Name       string     `json:"name"`
	Path       string     `json:"path"`
	Address    string     `json:"address"`
	Inject     bool       `json:"inject"`
	OwnKey     bool       `json:"ownKey"`
	InFlight   int64      `json:"inFlight"`
	Calls      int64      `json:"calls"` // since the start
	Failed     int64      `json:"failed"`
	LastAt     *time.Time `json:"lastAt"`
	LastStatus int        `json:"lastStatus"`
	Failure    string     `json:"failure"`
	FailureAt  *time.Time `json:"failureAt"`
}

type rateLimit struct {
	Upstream  string     `json:"upstream"`
	Model     string     `json:"model"`
	Scope     string     `json:"scope"`
	Resource  string     `json:"resource"`
	Limit     int64      `json:"limit"`
	Remaining int64      `json:"remaining"`
	Used      float64    `json:"used"` // of the limit, 0 to 1
	ResetsAt  *time.Time `json:"resetsAt"`
	SeenAt    time.Time  `json:"seenAt"`
}

func (a *App) gatewayStateRoutes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Pattern: "/api/gateway", Scope: web.Read, Handler: a.handleGateway}}
}

func (a *App) handleGateway(w http.ResponseWriter, _ *http.Request) error {
	now := time.Now().UTC()
	answer := gatewayState{At: now, Upstreams: []upstreamState{}, Limits: []rateLimit{}, Unknown: a.unknownUsage(now)}
	state := a.passing.State()
	answer.OverheadP50, answer.OverheadP99 = state.OverheadP50.Seconds(), state.OverheadP99.Seconds()
	for _, u := range state.Upstreams {
		answer.Upstreams = append(answer.Upstreams, upstreamState{
			Name: u.Name, Path: u.Path, Address: u.Address, Inject: u.Inject, OwnKey: u.OwnKey, InFlight: u.InFlight, Calls: u.Calls, Failed: u.Failed,
			LastAt: whenKnown(u.LastAt), LastStatus: u.LastStatus, Failure: u.Failure, FailureAt: whenKnown(u.FailureAt),
		})
	}
	for _, l := range state.Limits {
		left := l.Left(now)
		answer.Limits = append(answer.Limits, rateLimit{
			Upstream: l.Upstream, Model: l.Model, Scope: l.Scope, Resource: l.Resource, Limit: l.Limit, Remaining: left,
			Used: 1 - float64(left)/float64(l.Limit), ResetsAt: whenKnown(l.ResetsAt), SeenAt: l.SeenAt.UTC(),
		})
	}
	return reply.Now(w, answer)
}

// unknownUsage reads what the meter has counted.
func (a *App) unknownUsage(now time.Time) map[string]float64 {
	counts := map[string]float64{}
	a.meter.Visit(now, func(r kpi.Reading) {
		if r.Metric.ID == kpi.OpenAIUsageUnknown {
			counts[r.Labels[0]] = r.Value
		}
	})
	return counts
}

// whenKnown is nil for a moment that never was.
func whenKnown(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
