package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// unguessable is the length from which a token can't be guessed, however many
// attempts there are.
const unguessable = 20

const (
	failureBurst  = 10
	failureEvery  = 6 * time.Second
	maxThrottled  = 4096
	ipv6ClientLen = 64
)

// throttle limits wrong credentials for each client address (an IPv6 client is
// a /64). The number of addresses is bounded; past it the one that can best be
// spared is forgotten.
type throttle struct {
	mu      sync.Mutex
	clients map[netip.Addr]*rate.Limiter
}

func newThrottle() *throttle { return &throttle{clients: map[netip.Addr]*rate.Limiter{}} }

// wait is how long the client has to wait before its next attempt; 0 when it need not.
func (t *throttle) wait(client netip.Addr, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.clients[throttleKey(client)]
	if !ok {
		return 0
	}
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing * float64(failureEvery))
}

// fail notes a wrong credential.
func (t *throttle) fail(client netip.Addr, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := throttleKey(client)
	l, ok := t.clients[key]
	if !ok {
		if len(t.clients) >= maxThrottled {
			t.forget(now)
		}
		l = rate.NewLimiter(rate.Every(failureEvery), failureBurst)
		t.clients[key] = l
	}
	l.AllowN(now, 1)
}

// forget drops the clients that have all their attempts back, or else the one
// that has the most.
func (t *throttle) forget(now time.Time) {
	var best netip.Addr
	most := -1.0
	for client, l := range t.clients {
		tokens := l.TokensAt(now)
		if tokens >= failureBurst {
			delete(t.clients, client)
		}
		if tokens > most {
			best, most = client, tokens
		}
	}
	delete(t.clients, best)
}

func throttleKey(client netip.Addr) netip.Addr {
	if client.Is6() {
		if p, err := client.Prefix(ipv6ClientLen); err == nil {
			return p.Addr()
		}
	}
	return client
}
