package gateway

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// mostIdle bounds the connections that are kept for an upstream.
	mostIdle = 256
	// idleTimeout is how long one is kept.
	idleTimeout = 60 * time.Second
)

// pool keeps connections to upstreams that are called over plain HTTP/1.1. It is
// an http.RoundTripper, safe for concurrent use, for requests whose body is small
// and in memory: it is written before the answer is read.
type pool struct {
	dialer net.Dialer
	out    sync.Pool // of *bufio.Writer, for requests

	mu     sync.Mutex
	idle   map[string][]*wire // by address, the one used last at the end
	closed bool
}

func newPool() *pool {
	p := &pool{dialer: net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}, idle: map[string][]*wire{}}
	p.out.New = func() any { return bufio.NewWriterSize(nil, wireOut) }
	return p
}

// RoundTrip makes one call. It is made again where nothing can have come of it: a
// request without a body that may be repeated, on a connection that the upstream
// had closed meanwhile.
func (p *pool) RoundTrip(req *http.Request) (*http.Response, error) {
	addr := address(req)
	w := p.take(addr)
	if w == nil {
		return p.fresh(req, addr)
	}
	resp, err := p.call(w, req, addr)
	if err != nil && req.Context().Err() == nil && repeatable(req) {
		return p.fresh(req, addr)
	}
	return resp, err
}

// fresh makes a call over a new connection.
func (p *pool) fresh(req *http.Request, addr string) (*http.Response, error) {
	conn, err := p.dialer.DialContext(req.Context(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return p.call(newWire(conn), req, addr)
}

// repeatable reports whether a request has no effect (RFC 9110, section 9.2.1).
func repeatable(req *http.Request) bool {
	return (req.Method == http.MethodGet || req.Method == http.MethodHead) && (req.Body == nil || req.Body == http.NoBody)
}

func (p *pool) call(w *wire, req *http.Request, addr string) (*http.Response, error) {
	stop := w.watch(req.Context())
	out := p.out.Get().(*bufio.Writer) //nolint:forcetypeassert // only such are put there
	resp, err := w.exchange(req, out)
	out.Reset(nil)
	p.out.Put(out)
	if err != nil {
		stop()
		_ = w.conn.Close() // it failed
		if cause := req.Context().Err(); cause != nil {
			err = cause
		}
		return nil, err
	}
	body := &wireBody{ReadCloser: resp.Body, wire: w, stop: stop}
	if !resp.Close && !req.Close {
		body.keep = func(w *wire) { p.put(addr, w) }
	}
	if resp.Body == http.NoBody {
		body.finish()
	}
	resp.Body = body
	return resp, nil
}

// take is a kept connection that still stands; nil when there is none.
func (p *pool) take(addr string) *wire {
	for {
		w := p.pop(addr)
		if w == nil {
			return nil
		}
		if time.Since(w.idle) < idleTimeout && alive(w.conn) {
			return w
		}
		_ = w.conn.Close() // the upstream has, or will
	}
}

func (p *pool) pop(addr string) *wire {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[addr]
	if len(list) == 0 {
		return nil
	}
	w := list[len(list)-1]
	list[len(list)-1] = nil
	p.idle[addr] = list[:len(list)-1]
	return w
}

func (p *pool) put(addr string, w *wire) {
	w.idle = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle[addr]) >= mostIdle {
		_ = w.conn.Close() // there is no room for it
		return
	}
	p.idle[addr] = append(p.idle[addr], w)
}

// run closes what has been idle for too long until ctx ends, then all.
func (p *pool) run(ctx context.Context) {
	tick := time.NewTicker(idleTimeout / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			p.close()
			return
		case now := <-tick.C:
			p.reap(now)
		}
	}
}

// reap closes those that nobody has used for too long: the first of each list.
func (p *pool) reap(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for addr, list := range p.idle {
		old := 0
		for old < len(list) && now.Sub(list[old].idle) >= idleTimeout {
			_ = list[old].conn.Close() // nobody wants it
			old++
		}
		p.idle[addr] = append([]*wire(nil), list[old:]...)
	}
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, list := range p.idle {
		for _, w := range list {
			_ = w.conn.Close() // the end
		}
	}
	clear(p.idle)
}

// address is the host and port of a request.
func address(req *http.Request) string {
	if req.URL.Port() != "" {
		return req.URL.Host
	}
	return net.JoinHostPort(req.URL.Hostname(), "80")
}
