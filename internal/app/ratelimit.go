package app

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/luneo-platform/luneo/internal/config"
)

// rateLimits limits the events a second of each credential.
type rateLimits struct {
	batch int // most events of a batch, all of which must fit at once

	mu           sync.Mutex
	perSecond    int // 0: unlimited
	byCredential map[string]*rate.Limiter
}

func newRateLimits(l config.Limits) *rateLimits {
	r := &rateLimits{batch: l.BatchEvents}
	r.set(l.IngestRate)
	return r
}

// set changes the limit; every credential begins anew.
func (r *rateLimits) set(perSecond int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.perSecond = perSecond
	r.byCredential = map[string]*rate.Limiter{}
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
	burst := max(r.perSecond, r.batch)
	l, ok := r.byCredential[credential]
	if !ok {
		l = rate.NewLimiter(rate.Limit(r.perSecond), burst)
		r.byCredential[credential] = l
	}
	take := l.ReserveN(time.Now(), min(events, burst))
	if wait := take.Delay(); wait > 0 {
		take.Cancel()
		return wait, false
	}
	return 0, true
}
