package gateway

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Prefix is where the gateway's paths begin.
const Prefix = "/openai/"

// Recorder makes events durable and counts them.
type Recorder interface {
	Record(ctx context.Context, sub kpi.Submission) (kpi.Receipt, error)
}

// Options say where calls go and who counts them.
type Options struct {
	Upstreams []Upstream
	// Roots are the authorities whose certificates upstreams may have; the
	// system's when nil.
	Roots      *x509.CertPool
	Recorder   Recorder
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// QueueLength bounds the calls that wait to be recorded; 10,000 when 0.
	// Past it calls go on and are not counted, but for the number of them.
	QueueLength int
	// DrainTimeout bounds how long the last calls are tried to be recorded at the
	// end; 10 s when 0.
	DrainTimeout time.Duration
}

// Gateway passes calls on. It is safe for concurrent use.
type Gateway struct {
	upstreams map[string]*upstream
	transport *http.Transport
	wires     *pool
	books     *books
	buffers   sync.Pool // of *[]byte, for answers that come whole
	pieces    sync.Pool // and for those that come in pieces, which hold them long
	headroom  headroom
	metrics   *metrics
	newTap    func(*http.Response) *tap // newTap; tests break it
}

// New makes a gateway whose books are kept while Run runs.
func New(o Options) (*Gateway, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.QueueLength == 0 {
		o.QueueLength = 10_000
	}
	if o.DrainTimeout == 0 {
		o.DrainTimeout = 10 * time.Second
	}
	g := &Gateway{upstreams: map[string]*upstream{}, transport: newTransport(o.Roots), wires: newPool(), newTap: newTap}
	g.metrics = newMetrics(o.Registerer, &g.headroom)
	g.books = newBooks(o, g.metrics)
	g.buffers.New = func() any { b := make([]byte, 32<<10); return &b }
	g.pieces.New = func() any { b := make([]byte, 1<<10); return &b }
	for _, one := range o.Upstreams {
		u, err := newUpstream(one)
		if err != nil {
			return nil, err
		}
		g.upstreams[u.Name] = u
		u.inFlight = g.metrics.inFlight.WithLabelValues(u.Name) // at 0 until the first call
	}
	return g, nil
}

// Run records calls until ctx ends and what had come by then is recorded.
func (g *Gateway) Run(ctx context.Context) error {
	defer g.transport.CloseIdleConnections()
	var beside sync.WaitGroup
	beside.Go(func() { g.wires.run(ctx) })
	defer beside.Wait()
	return g.books.run(ctx)
}

// ServeHTTP passes one call on.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	up, rest := g.find(r)
	if up == nil {
		writeError(w, http.StatusNotFound, "There is no upstream of this name in Luneo's configuration.")
		return
	}
	target, err := up.target(rest, r.URL.RawQuery)
	if err != nil {
		writeError(w, http.StatusBadRequest, "The path of the request can't be passed on.")
		return
	}
	c := newCall(r, up, rest)
	c.began = began
	out := outgoing(r, target)
	g.begin(c)
	defer g.settle(c)
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		g.upgrade(w, out, c)
		return
	}
	resp, err := g.send(r, out, c)
	if err != nil {
		g.refuse(w, r, err, c)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // it was read to its end, or is given up
	g.answer(w, r, resp, c)
}

// outgoing is the request to the upstream, as far as its headers go.
func outgoing(r *http.Request, target *url.URL) *http.Request {
	out := &http.Request{
		Method: r.Method, URL: target, Host: target.Host, Header: r.Header, Body: r.Body, ContentLength: r.ContentLength,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	return out.WithContext(r.Context())
}

// newCall is what a request's head says of it.
func newCall(r *http.Request, up *upstream, rest string) *call {
	c := &call{upstream: up, operation: operationOf(r.Method, rest), tag: tagOf(r)}
	c.model, c.deployment = r.URL.Query().Get("model"), deploymentOf(rest)
	if n, err := strconv.Atoi(r.Header.Get("X-Stainless-Retry-Count")); err == nil && n > 0 {
		c.retry = min(n, 1000)
	}
	return c
}

// tagOf says on whose behalf a request is made: what it says itself, else the
// name of the token that it came with.
func tagOf(r *http.Request) string {
	if tag := strings.TrimSpace(r.Header.Get(tagHeader)); tag != "" {
		return label(tag)
	}
	if caller := kpi.CallerFrom(r.Context()); caller.Credential != kpi.Anonymous {
		return caller.Credential
	}
	return ""
}

func (g *Gateway) begin(c *call) {
	c.upstream.tally.begin()
	c.upstream.inFlight.Inc()
}

// settle books a call, also one that was broken off.
func (g *Gateway) settle(c *call) {
	now := time.Now()
	c.took = now.Sub(c.began)
	c.upstream.inFlight.Dec()
	g.metrics.overhead.Observe(c.own.Seconds())
	c.upstream.tally.end(c, now)
	g.books.add(c)
}

// Token is Luneo's token of a request to an upstream whose key Luneo keeps: it
// comes where the key would, so that an SDK needs no header of its own.
func (g *Gateway) Token(r *http.Request) string {
	up, _ := g.find(r)
	if up == nil || up.Key == "" {
		return ""
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(token)
	}
	return r.Header.Get(azureKeyHeader)
}

// find is the upstream that a path names, and the rest of the path as it was
// written.
func (g *Gateway) find(r *http.Request) (*upstream, string) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	name, rest, _ := strings.Cut(path, "/")
	if name == version {
		name = DefaultUpstream
	}
	return g.upstreams[name], "/" + rest
}
