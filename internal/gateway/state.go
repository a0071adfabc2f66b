package gateway

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// tally is what is known of the calls to one upstream. It is safe for
// concurrent use.
type tally struct {
	mu       sync.Mutex
	inFlight int64
	calls    int64
	failed   int64
	last     time.Time
	status   int
	failure  string
	failedAt time.Time
}

func (t *tally) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight++
}

func (t *tally) end(c *call, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight--
	t.calls++
	t.last, t.status = at, c.status
	if c.errorType != "" {
		t.failed++
		t.failure, t.failedAt = c.errorType, at
	}
}

// Allow takes over what somebody else knows of limits.
func (g *Gateway) Allow(limits []kpi.RateLimit) {
	for _, l := range limits {
		g.headroom.set(l)
	}
}

// State is how the upstreams and the gateway get on.
func (g *Gateway) State() kpi.GatewayState {
	s := kpi.GatewayState{Limits: g.headroom.list(time.Now())}
	s.OverheadP50, s.OverheadP99 = g.metrics.overheadAt(0.5), g.metrics.overheadAt(0.99)
	for _, u := range g.upstreams {
		s.Upstreams = append(s.Upstreams, u.state())
	}
	slices.SortFunc(s.Upstreams, func(a, b kpi.UpstreamState) int { return strings.Compare(a.Name, b.Name) })
	return s
}

func (u *upstream) state() kpi.UpstreamState {
	path := Prefix + u.Name
	if u.Name == DefaultUpstream {
		path = Prefix + version
	}
	u.tally.mu.Lock()
	defer u.tally.mu.Unlock()
	return kpi.UpstreamState{
		Name: u.Name, Path: path, Address: u.base.String(), Inject: u.InjectUsage, OwnKey: u.Key != "",
		InFlight: u.tally.inFlight, Calls: u.tally.calls, Failed: u.tally.failed,
		LastAt: u.tally.last, LastStatus: u.tally.status, Failure: u.tally.failure, FailureAt: u.tally.failedAt,
	}
}
