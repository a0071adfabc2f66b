package app

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/luneo-platform/luneo/internal/config"
)

// rateLimits limits the events a second of each credential.
type rateLimits struct {
	mu         sync.Mutex
	perSecond  int // 0: unlimited
	burst      int
	byCredence map[string]*rate.Limiter
}

func newRateLimits(l config.Limits) *rateLimits {
	r := &rateLimits{}
	r.set(l)
	return r
}

// set changes the limit; every credential begins anew.
func (r *rateLimits) set(l config.Limits) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.perSecond = l.IngestRate
	r.burst = max(l.IngestRate, l.BatchEvents) // a whole batch must fit
	r.byCredence = map[string]*rate.Limiter{}
}

// Allow takes the events from the credential's allowance, or says when there
// will be room for them. The credentials are those of the configuration, so
// there is no need to bound their number here.
func (r *rateLimits) Allow(credential string, events int) (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.perSecond == 0 {
		return 0, true
	}
	l, ok := r.byCredence[credential]
	if !ok {
		l = rate.NewLimiter(rate.Limit(r.perSecond), r.burst)
		r.byCredence[credential] = l
	}
	take := l.ReserveN(time.Now(), min(events, r.burst))
	if wait := take.Delay(); wait > 0 {
		take.Cancel()
		return wait, false
	}
	return 0, true
}
