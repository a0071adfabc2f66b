package host

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// probe is one thing that is read apart from the others, at most once at a
// time, since its reading may hang. Host.mu guards what changes.
type probe struct {
	part string
	// what is read, for the log
	name string
	read func(context.Context) ([]prometheus.Metric, error)
	// once: it does not change, so the first reading holds
	once bool

	busy    bool
	failing bool // since the last reading that succeeded
	at      time.Time
	shown   []prometheus.Metric
}

// fresh reports whether what was read may still be shown.
func (p *probe) fresh(now time.Time) bool {
	return !p.at.IsZero() && (p.once || now.Sub(p.at) <= maxAge)
}

// round reads what is idle and returns when all of that is read or the time is
// up. What then still hangs is left alone until it returns.
func (h *Host) round(ctx context.Context, probes []*probe) {
	// The end of Run does not cut a round short: it waits for its goroutines.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	for _, p := range h.hanging(probes) { // since an earlier round
		h.fail(p, errHangs)
	}
	started := h.begin(probes)
	done := make(chan struct{}, len(started))
	for _, p := range started {
		go func() {
			h.end(p, p.safely(ctx))
			done <- struct{}{}
		}()
	}
	for range started {
		select {
		case <-done:
		case <-ctx.Done():
			for _, p := range h.hanging(started) {
				h.fail(p, errHangs)
			}
			return
		}
	}
}

// hanging returns those that are being read.
func (h *Host) hanging(probes []*probe) (list []*probe) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range probes {
		if p.busy {
			list = append(list, p)
		}
	}
	return list
}

// begin marks those that are idle and due as busy and returns them.
func (h *Host) begin(probes []*probe) (started []*probe) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range probes {
		if !p.busy && (!p.once || p.at.IsZero()) {
			p.busy = true
			started = append(started, p)
		}
	}
	return started
}

// reading is what a probe brought.
type reading struct {
	metrics []prometheus.Metric
	err     error
}

// safely turns a panic into an error: a line that the system writes in a way
// that nobody expected must not end Luneo.
func (p *probe) safely(ctx context.Context) (r reading) {
	defer func() {
		if v := recover(); v != nil {
			r = reading{err: fmt.Errorf("panic: %v", v)}
		}
	}()
	metrics, err := p.read(ctx)
	return reading{metrics, err}
}

// end takes in what was read.
func (h *Host) end(p *probe, r reading) {
	if r.err != nil {
		h.fail(p, r.err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p.busy = false
	if r.err == nil {
		p.failing, p.at, p.shown = false, time.Now(), r.metrics
	}
}

// fail counts a failure. The log has the first of a row only, and is written
// without the lock: a log that nobody reads must not hold up a scrape.
func (h *Host) fail(p *probe, err error) {
	h.mu.Lock()
	first := !p.failing
	p.failing = true
	h.failures[p.part]++
	h.mu.Unlock()
	if first {
		h.logger.Warn("a part of the host can't be read; its metrics go", "part", p.part, "name", p.name, "err", err)
	}
}
