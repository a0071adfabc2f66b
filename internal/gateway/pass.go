package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"time"
)

// prepare makes the headers of the outgoing request.
func prepare(out *http.Request, up *upstream) {
	header := make(http.Header, len(out.Header))
	endToEnd(header, out.Header)
	out.Header = header
	up.credentials(out.Header)
	out.Header.Del("Expect") // the body is here already
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = nil // none, and not Go's
	}
}

// upgrade passes a WebSocket on.
func (g *Gateway) upgrade(w http.ResponseWriter, out *http.Request, c *call) {
	c.sent = true
	proxy := httputil.ReverseProxy{
		Transport: g.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL, p.Out.Host = out.URL, ""
			c.upstream.credentials(p.Out.Header)
		},
		ModifyResponse: func(resp *http.Response) error {
			if c.status = resp.StatusCode; c.status >= http.StatusBadRequest {
				c.errorType = errorTypeOf(c.status, nil)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { g.refuse(w, r, err, c) },
	}
	proxy.ServeHTTP(w, out)
}

// send sends a request on and returns the answer's head.
func (g *Gateway) send(r, out *http.Request, c *call) (*http.Response, error) {
	reading := time.Now()
	b, err := readBody(r)
	waited := time.Since(reading)
	if err != nil {
		return nil, errBodyEnded
	}
	c.learn(r.Header.Get("Content-Type"), b.head)
	prepare(out, c.upstream)
	if c.asksForUsage() && b.whole {
		if b.head, c.injected = askForUsage(b.head); c.injected {
			out.Header.Set("Accept-Encoding", "identity") // or its extra event can't be taken out
		}
	}
	b.send(out)
	c.own = time.Since(c.began) - waited
	c.sent = true
	return g.way(c.upstream, b).RoundTrip(out)
}

// errBodyEnded is a request that its caller did not send to its end.
var errBodyEnded = errors.New("the request's body ended too early")

// way is how a request goes: HTTPS, proxies and large bodies are http.Transport's.
func (g *Gateway) way(up *upstream, b body) http.RoundTripper {
	const small = 32 << 10 // fits in the buffers of a connection
	if up.plain && b.whole && len(b.head) <= small {
		return g.wires
	}
	return g.transport
}

// refuse answers for an upstream that did not.
func (g *Gateway) refuse(w http.ResponseWriter, r *http.Request, err error, c *call) {
	c.errorType, c.status = failureOf(r.Context(), err), http.StatusBadGateway
	message := "The upstream can't be reached."
	switch {
	case errors.Is(err, errBodyEnded):
		c.errorType, c.status, message = errorClientClosed, http.StatusBadRequest, "The request's body ended too early."
	case c.errorType == errorTimeout:
		c.status, message = http.StatusGatewayTimeout, "The upstream has not answered in time."
	}
	writeError(w, c.status, message)
}

// answer copies status, headers, body and trailers.
func (g *Gateway) answer(w http.ResponseWriter, r *http.Request, resp *http.Response, c *call) {
	arrived := time.Now()
	c.status = resp.StatusCode
	tap := g.newTap(resp)
	announce(w.Header(), resp)
	if c.injected {
		tap.strip = newStripper(w.Header(), resp)
	}
	w.WriteHeader(resp.StatusCode)
	flush := flusher(w, resp, tap)
	flush()
	c.own += time.Since(arrived)
	err := g.copy(w, resp, tap, flush)
	for name, values := range resp.Trailer {
		w.Header()[name] = values
	}
	closing := time.Now()
	if !tap.close() || tap.broken && tap.events != nil {
		g.metrics.tapFailures.Inc()
	}
	c.said = tap.said
	c.errorType = outcome(r.Context(), resp.StatusCode, err, tap)
	g.headroom.learn(c.upstream.Name, c.modelLabel(), resp.Header, closing)
	c.own += tap.took + time.Since(closing)
	if err != nil {
		_ = http.NewResponseController(w).Flush() // what came, the caller gets
		panic(http.ErrAbortHandler)               // and must not take it for whole
	}
}

// announce sets the headers of the answer.
func announce(h http.Header, resp *http.Response) {
	endToEnd(h, resp.Header)
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

// flusher sends on what was written, for answers that come in pieces.
func flusher(w http.ResponseWriter, resp *http.Response, t *tap) func() {
	if t.events == nil && resp.ContentLength >= 0 {
		return func() {}
	}
	control := http.NewResponseController(w)
	return func() { _ = control.Flush() } // what can't be flushed comes later
}

// copy copies a body, each piece as it comes where it comes in pieces.
func (g *Gateway) copy(w http.ResponseWriter, resp *http.Response, t *tap, flush func()) error {
	buffers := &g.buffers
	if t.events != nil {
		buffers = &g.pieces
	}
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // only such are put there
	defer func() { buffers.Put(buffer) }()
	for {
		n, err := resp.Body.Read(*buffer)
		piece := (*buffer)[:n]
		if n == len(*buffer) && buffers == &g.pieces { // it comes faster than that
			defer buffers.Put(buffer)
			buffers = &g.buffers
			buffer = buffers.Get().(*[]byte) //nolint:forcetypeassert // only such are put there
		}
		if len(t.stripped(piece, err)) > 0 {
			if _, werr := w.Write(t.out); werr != nil {
				return gone{werr}
			}
			flush()
		}
		if n > 0 && !t.write(piece) {
			g.metrics.tapFailures.Inc()
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
	case err != nil && t.said.done && !t.said.failed:
		return "" // nothing was missing but the end of the connection
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
