package prom

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// selfTarget serves Luneo's metrics to the scrape manager over connections
// that never leave the process, so that neither a full listener nor TLS nor
// credentials stand between Luneo and its own history.
type selfTarget struct {
	listener *pipeListener
	server   *http.Server
}

func newSelfTarget(metrics http.Handler) *selfTarget {
	const headerTimeout = 10 * time.Second
	return &selfTarget{
		listener: &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})},
		server:   &http.Server{Handler: metrics, ReadHeaderTimeout: headerTimeout},
	}
}

// run serves until close.
func (t *selfTarget) run() error {
	if err := t.server.Serve(t.listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// close ends run and every connection. It may be called twice.
func (t *selfTarget) close() error { return errors.Join(t.listener.Close(), t.server.Close()) }

// dial connects to the target, and to every other address over the network.
func (t *selfTarget) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if address != selfAddress {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	return t.listener.dial(ctx)
}

// pipeListener accepts what dial connects.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a dial.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is a name, not an address of any network.
func (l *pipeListener) Addr() net.Addr { return selfAddr{} }

type selfAddr struct{}

// Network names no network.
func (selfAddr) Network() string { return "pipe" }

// String is the target's address.
func (selfAddr) String() string { return selfAddress }
