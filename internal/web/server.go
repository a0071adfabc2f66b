package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil"
)

// The limits of every connection; see Options for those that can be chosen.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// DefaultConnections is the default of Options.MaxConnections.
const DefaultConnections = 12_000

// Options configures a Server. Listen, Routes, Registerer and Logger are needed.
type Options struct {
	// Listen is host:port; port 0 takes a free one.
	Listen string
	// PublicURL is where people reach this server; empty when it is the
	// listen address. Its host is trusted as Host and as Origin.
	PublicURL string
	// WebConfigFile is exporter-toolkit's file (TLS, basic_auth_users, headers,
	// http2); empty for none. Its rate_limit section is refused.
	WebConfigFile string
	Credentials   Credentials
	Routes        []Route
	// ShutdownTimeout bounds the drain; 15 s when 0.
	ShutdownTimeout time.Duration
	// ForeignTimeout bounds the drain of what passes on to somebody else;
	// ShutdownTimeout when 0 or less than that.
	ForeignTimeout time.Duration
	// BodyTimeout bounds the reading of a request's body; 30 s when 0.
	BodyTimeout time.Duration
	// MaxConnections bounds the simultaneous connections; DefaultConnections when 0. More
	// wait in the kernel's queue.
	MaxConnections int
	Registerer     prometheus.Registerer
	Logger         *slog.Logger
}

// Server is the listener and its routes. Its methods are safe for concurrent use.
type Server struct {
	o        Options
	file     *webFile
	listener net.Listener
	addr     *net.TCPAddr // to listen on; without an IP it is every address
	http     *http.Server
	metrics  *metrics
	headers  []header
	auth     atomic.Pointer[authenticator]
	throttle *throttle
	foreign  *passing
	origins  *http.CrossOriginProtection
	hosts    []string

	closeOnce sync.Once
	closeErr  error
}

// header is one header of every answer; its values are shared, never changed.
type header struct {
	name   string
	values []string
}

// New validates everything and binds the listener; it accepts no connection.
// Whoever does not call Run calls Close.
// When it fails nothing is left bound or registered.
func New(o Options) (*Server, error) {
	s, handler, err := prepare(o)
	if err != nil {
		return nil, err
	}
	s.http = s.httpServer(handler)
	l, err := bind(s.addr, s.o.Listen)
	if err != nil {
		return nil, err
	}
	if err := s.metrics.register(s.o.Registerer); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.listener = netutil.LimitListener(l, s.o.MaxConnections)
	return s, nil
}

// prepare validates everything and acquires nothing.
func prepare(o Options) (*Server, http.Handler, error) {
	file, err := readWebFile(o.WebConfigFile)
	if err != nil {
		return nil, nil, err
	}
	addr, err := net.ResolveTCPAddr("tcp", o.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("listen %q: %w", o.Listen, err)
	}
	s := &Server{
		o: o.withDefaults(), file: file, addr: addr, metrics: newMetrics(), throttle: newThrottle(), foreign: newPassing(),
		headers: answerHeaders(file.config.HTTPConfig.Header),
	}
	if err := s.trust(); err != nil {
		return nil, nil, err
	}
	auth, err := newAuthenticator(o.Credentials, file, addr.IP)
	if err != nil {
		return nil, nil, err
	}
	s.auth.Store(auth)
	handler, err := s.mux(o.Routes)
	return s, handler, err
}

func (o Options) withDefaults() Options {
	const (
		shutdown = 15 * time.Second
		body     = 30 * time.Second
	)
	if o.ShutdownTimeout == 0 {
		o.ShutdownTimeout = shutdown
	}
	o.ForeignTimeout = max(o.ForeignTimeout, o.ShutdownTimeout)
	if o.BodyTimeout == 0 {
		o.BodyTimeout = body
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = DefaultConnections
	}
	return o
}

func answerHeaders(configured map[string]string) []header {
	headers := []header{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"no-referrer"}},
		{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
	}
	for name, value := range configured {
		headers = append(headers, header{http.CanonicalHeaderKey(name), []string{value}})
	}
	return headers
}

// trust prepares the hosts and origins that browsers may name.
func (s *Server) trust() error {
	s.origins = http.NewCrossOriginProtection()
	if host, _, err := net.SplitHostPort(s.o.Listen); err == nil {
		s.hosts = append(s.hosts, host)
	}
	if s.o.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(s.o.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("the public URL can't be read: must be an http:// or https:// URL")
	}
	s.hosts = append(s.hosts, u.Hostname())
	if err := s.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return fmt.Errorf("trust the public URL as an origin: %w", err)
	}
	return nil
}

func (s *Server) httpServer(handler http.Handler) *http.Server {
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelDebug),
		ConnState:         s.metrics.connState,
		TLSConfig:         s.file.tls,
	}
	if !s.file.config.HTTPConfig.HTTP2 {
		srv.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	return srv
}

// Addr is the address that the listener is bound to.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is where this machine reaches the server: scheme, host and port.
func (s *Server) URL() string {
	scheme := "http"
	if s.file.tls != nil {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(s.Addr().String())
	if err != nil {
		return scheme + "://" + s.Addr().String()
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Run serves until the context ends, then takes no more connections, finishes
// the requests in flight and returns. Those that take longer than
// ShutdownTimeout are cut off, which is an error; their handlers see their
// context end but are not waited for.
func (s *Server) Run(ctx context.Context) error {
	var failure error // of serving; http.ErrServerClosed after a shutdown
	served := make(chan struct{})
	go func() {
		defer close(served)
		failure = s.serve()
	}()
	select {
	case <-served:
		return errors.Join(fmt.Errorf("serve %s: %w", s.Addr(), failure), s.Close())
	case <-ctx.Done():
	}
	err := errors.Join(s.drain(context.WithoutCancel(ctx)), s.Close())
	s.foreign.cutOff()
	<-served
	return err
}

// drain waits for the requests in flight: for Luneo's own and for those that
// pass on to somebody else, each as long as they have.
func (s *Server) drain(ctx context.Context) error {
	own, cancel := context.WithTimeout(ctx, s.o.ShutdownTimeout)
	defer cancel()
	foreign, cancelForeign := context.WithTimeout(ctx, s.o.ForeignTimeout)
	defer cancelForeign()
	err := s.http.Shutdown(own)
	if !s.foreign.wait(foreign) {
		return fmt.Errorf("calls were still passing %v after the stop and were cut off: %w", s.o.ForeignTimeout, foreign.Err())
	}
	if err != nil { // since then others may have ended, and the last pieces are to go out
		last, cancelLast := context.WithTimeout(ctx, aMoment)
		defer cancelLast()
		err = s.http.Shutdown(last)
	}
	if err != nil {
		return fmt.Errorf("requests were still running %v after the stop and were cut off: %w", s.o.ShutdownTimeout, err)
	}
	return nil
}

func (s *Server) serve() error {
	if s.file.tls != nil {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// Close frees the listener and cuts every connection. It is safe to call twice.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		s.closeErr = s.http.Close()
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.closeErr = errors.Join(s.closeErr, err)
		}
	})
	return s.closeErr
}

// Reload takes new credentials and reads the web users again. When anything is
// wrong nothing changes. Certificates are read anew for every connection; other
// settings of TLS need a restart.
func (s *Server) Reload(c Credentials) error {
	file, err := readWebFile(s.o.WebConfigFile)
	if err != nil {
		return err
	}
	auth, err := newAuthenticator(c, file, s.addr.IP)
	if err != nil {
		return err
	}
	s.auth.Store(auth)
	return nil
}

// Check finds what New would refuse without binding the listener. Registerer
// and Logger are not needed.
func Check(o Options) error {
	_, _, err := prepare(o)
	return err
}
