package bullmq

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// health is how a server has answered lately. It writes one line to the log
// when that changes, and not one for each failure. Safe for concurrent use.
type health struct {
	log  *slog.Logger
	name string
	now  func() time.Time
	// guessed servers are not named by anybody: that one is not there is no
	// reason to worry.
	guessed bool

	mu       sync.Mutex
	up       bool
	looked   bool
	since    time.Time
	problem  string
	at       time.Time
	failures float64
	row      int // failures since the last success
}

// succeeded notes an answer.
func (h *health) succeeded() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.row = 0
	if h.up {
		return
	}
	if h.looked {
		h.log.Info("Redis answers again", "redis", h.name, "was_away", h.now().Sub(h.since).Round(time.Second).String())
	} else {
		h.log.Info("Redis is watched", "redis", h.name)
	}
	h.up, h.looked, h.since, h.problem = true, true, h.now(), ""
}

// failed notes what went wrong.
func (h *health) failed(err error) {
	sentence := Explain(err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures++
	h.row++
	h.at = h.now()
	if h.up || sentence != h.problem {
		level := slog.LevelWarn
		if h.guessed {
			level = slog.LevelInfo
		}
		h.log.Log(context.Background(), level, "Redis can't be watched", "redis", h.name, "err", sentence)
	}
	if h.up || !h.looked {
		h.since = h.at
	}
	h.up, h.looked, h.problem = false, true, sentence
}

// inARow is how many failures came since the last success.
func (h *health) inARow() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.row
}

func (h *health) isUp() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.up
}
