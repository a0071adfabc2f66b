package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
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
	Upstreams  []Upstream
	Recorder   Recorder
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// QueueLength bounds the calls that wait to be recorded; 10,000 when 0.
	// Past it calls go on and are not counted, but for the number of them.
	QueueLength int
}

// Gateway passes calls on. It is safe for concurrent use.
type Gateway struct {
	upstreams map[string]*upstream
	transport *http.Transport
	books     *books
	buffers   sync.Pool
	metrics   *metrics
}

// New makes a gateway whose books are kept while Run runs.
func New(o Options) (*Gateway, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.QueueLength == 0 {
		o.QueueLength = 10_000
	}
	g := &Gateway{upstreams: map[string]*upstream{}, transport: newTransport(), metrics: newMetrics(o.Registerer)}
	g.books = newBooks(o, g.metrics)
	g.buffers.New = func() any { b := make([]byte, 32<<10); return &b }
	for _, one := range o.Upstreams {
		u, err := newUpstream(one)
		if err != nil {
			return nil, err
		}
		g.upstreams[u.Name] = u
	}
	return g, nil
}

// Run records calls until ctx ends and what had come by then is recorded.
func (g *Gateway) Run(ctx context.Context) error {
	defer g.transport.CloseIdleConnections()
	return g.books.run(ctx)
}

// ServeHTTP passes one call on.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{began: time.Now()}
	up, rest := g.find(r)
	if up == nil {
		writeError(w, http.StatusNotFound, requestID(), "There is no upstream of this name in Luneo's configuration.")
		return
	}
	target, err := up.target(rest, r.URL.RawQuery)
	if err != nil {
		writeError(w, http.StatusBadRequest, requestID(), "The path of the request can't be passed on.")
		return
	}
	c.operation = operationOf(r.Method, rest)
	c.model = orElse(up.deployment(rest), r.URL.Query().Get("model"))
	out := r.Clone(r.Context())
	out.URL, out.Host, out.RequestURI, out.Close = target, "", "", false
	g.metrics.inFlight.Inc()
	defer g.metrics.inFlight.Dec()
	defer g.settle(c)
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		g.upgrade(w, out, up)
		return
	}
	g.pass(w, r, out, up, c)
}

// settle books a call, also one that was broken off.
func (g *Gateway) settle(c *call) {
	c.ended = time.Since(c.began)
	g.books.add(c)
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

// prepare makes the headers of the outgoing request.
func prepare(out *http.Request, up *upstream) {
	out.Header = endToEnd(out.Header)
	for _, name := range ours() {
		out.Header.Del(name)
	}
	out.Header.Del("Expect") // the body is here already
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = nil // none, and not Go's
	}
	if up.Key != "" {
		out.Header.Set("Authorization", "Bearer "+up.Key)
	}
}

// upgrade passes a WebSocket on.
func (g *Gateway) upgrade(w http.ResponseWriter, out *http.Request, up *upstream) {
	proxy := httputil.ReverseProxy{
		Transport: g.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL, p.Out.Host = out.URL, ""
			for _, name := range ours() {
				p.Out.Header.Del(name)
			}
			if up.Key != "" {
				p.Out.Header.Set("Authorization", "Bearer "+up.Key)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			writeError(w, http.StatusBadGateway, requestID(), "The upstream can't be reached.")
		},
	}
	proxy.ServeHTTP(w, out)
}

// pass sends a request on and copies the answer.
func (g *Gateway) pass(w http.ResponseWriter, r, out *http.Request, up *upstream, c *call) {
	b, err := readBody(r)
	if err != nil {
		c.errorType = errorClientClosed
		writeError(w, http.StatusBadRequest, requestID(), "The request's body ended too early.")
		return
	}
	c.learn(r.Header.Get("Content-Type"), b.head)
	prepare(out, up)
	out.Body = io.NopCloser(b.reader())
	if b.whole {
		out.ContentLength = int64(len(b.head))
		out.TransferEncoding = nil
		if len(b.head) == 0 {
			out.Body = http.NoBody
		}
	}
	resp, err := g.transport.RoundTrip(out)
	if err != nil {
		g.unreachable(w, r, err, c)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // it was read to its end, or is given up
	g.answer(w, r, resp, c)
}

// unreachable answers for an upstream that did not.
func (g *Gateway) unreachable(w http.ResponseWriter, r *http.Request, err error, c *call) {
	c.errorType = failureOf(r.Context(), err)
	status, message := http.StatusBadGateway, "The upstream can't be reached."
	if c.errorType == errorTimeout {
		status, message = http.StatusGatewayTimeout, "The upstream has not answered in time."
	}
	writeError(w, status, requestID(), message)
}

// answer copies status, headers, body and trailers.
func (g *Gateway) answer(w http.ResponseWriter, r *http.Request, resp *http.Response, c *call) {
	tap := newTap(resp)
	announce(w.Header(), resp)
	w.WriteHeader(resp.StatusCode)
	err := g.copy(w, resp, tap)
	for name, values := range resp.Trailer {
		w.Header()[name] = values
	}
	if !tap.close() || tap.broken && tap.events != nil {
		g.metrics.tapFailures.Inc()
	}
	c.said = tap.said
	c.errorType = outcome(r.Context(), resp.StatusCode, err, tap)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller must not take it for whole
	}
}

// announce sets the headers of the answer.
func announce(h http.Header, resp *http.Response) {
	for name, values := range endToEnd(resp.Header) {
		h[name] = values
	}
	if _, ok := resp.Header["Content-Type"]; !ok {
		h["Content-Type"] = nil // none, and not a guess
	}
	if _, ok := resp.Header["Date"]; !ok {
		h["Date"] = nil
	}
	for name := range resp.Trailer {
		h.Add("Trailer", name)
	}
}

// copy copies a body, each piece as it comes where it comes in pieces.
func (g *Gateway) copy(w http.ResponseWriter, resp *http.Response, t *tap) error {
	buffer := g.buffers.Get().(*[]byte) //nolint:forcetypeassert // only such are put there
	defer g.buffers.Put(buffer)
	flush := func() {}
	if t.events != nil || resp.ContentLength < 0 {
		control := http.NewResponseController(w)
		flush = func() { _ = control.Flush() } // what can't be flushed comes later
		flush()
	}
	for {
		n, err := resp.Body.Read(*buffer)
		if n > 0 {
			if _, werr := w.Write((*buffer)[:n]); werr != nil {
				return gone{werr}
			}
			flush()
			if !t.write((*buffer)[:n]) {
				g.metrics.tapFailures.Inc()
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// gone is a caller that has hung up.
type gone struct{ error }

// outcome names what went wrong with an answer that has begun; empty for nothing.
func outcome(ctx context.Context, status int, err error, t *tap) string {
	var left gone
	switch {
	case errors.As(err, &left), err != nil && ctx.Err() != nil:
		return errorClientClosed
	case err != nil:
		return errorInterrupted
	case status >= 400, t.said.failed:
		return errorTypeOf(status, t.said.failure)
	default:
		return ""
	}
}

// requestID names an answer of the gateway's own.
func requestID() string { return "req_luneo_" + rand.Text() }
