package testkit

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// OpenAIOptions says how a FakeOpenAI behaves.
type OpenAIOptions struct {
	// TLS has it speak TLS, and HTTP/2 with clients that want it.
	TLS bool
	// HTTP1 keeps a TLS server from speaking HTTP/2.
	HTTP1 bool
	// Keys are the API keys that are taken; with none every key is.
	Keys []string
	// Fake is the X-Fake of the requests that come without one.
	Fake string
}

// FakeOpenAI stands in for the OpenAI API, in the shape of its specification
// 2.3.0 and of recorded answers. What it counts follows from the request alone:
// four bytes of text are an input token (rounded up over the whole request), a
// picture or a sound is 85, and each piece of the answer is an output token. Its log is
// what others are held against. It is safe for concurrent use.
//
// A request asks for a fault in the header X-Fake; see Faults.
type FakeOpenAI struct {
	// URL has no path: the API is under /v1, Azure's under /openai/deployments.
	URL string

	options OpenAIOptions
	server  *httptest.Server
	closed  chan struct{}
	log     seenLog
	store   objectStore
	mu      sync.Mutex
	held    chan struct{}
	holds   int
	holding chan struct{} // closed when holds changes
}

// OpenAI starts a fake OpenAI API on a free port. It ends with the test.
func OpenAI(t testing.TB, o OpenAIOptions) *FakeOpenAI {
	t.Helper()
	f := &FakeOpenAI{options: o, closed: make(chan struct{}), held: make(chan struct{}), holding: make(chan struct{})}
	f.log.changed = make(chan struct{})
	f.server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that leave are part of the tests
	f.server.EnableHTTP2 = o.TLS && !o.HTTP1
	if o.TLS {
		f.server.StartTLS()
	} else {
		f.server.Start()
	}
	f.URL = f.server.URL
	t.Cleanup(f.close)
	return f
}

// close lets what stalls end, else the server would wait for it.
func (f *FakeOpenAI) close() {
	close(f.closed)
	f.server.CloseClientConnections()
	f.server.Close()
}

// Client trusts the fake's certificate and has a pool of its own.
func (f *FakeOpenAI) Client() *http.Client {
	transport := &http.Transport{ForceAttemptHTTP2: !f.options.HTTP1, TLSClientConfig: &tls.Config{RootCAs: f.Roots()}}
	return &http.Client{Transport: transport}
}

// Roots has the fake's certificate; nil without TLS.
func (f *FakeOpenAI) Roots() *x509.CertPool {
	if !f.options.TLS {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AddCert(f.server.Certificate())
	return roots
}

// Certificate is the fake's certificate in PEM; empty without TLS.
func (f *FakeOpenAI) Certificate() []byte {
	if !f.options.TLS {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.server.Certificate().Raw})
}

// Release lets the streams go on that are held (X-Fake: hold-at=N).
func (f *FakeOpenAI) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.held)
	f.held = make(chan struct{})
}

// Fake changes what requests without an X-Fake get from now on.
func (f *FakeOpenAI) Fake(words string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.options.Fake = words
}

func (f *FakeOpenAI) byDefault() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.options.Fake
}

// Holding waits until n streams are held.
func (f *FakeOpenAI) Holding(t testing.TB, n int) {
	t.Helper()
	guard := time.After(HangGuard)
	for {
		f.mu.Lock()
		holds, changed := f.holds, f.holding
		f.mu.Unlock()
		if holds == n {
			return
		}
		select {
		case <-changed:
		case <-guard:
			t.Fatalf("%d streams are held, want %d", holds, n)
		}
	}
}

// hold books one more stream that is held, or with -1 one less, and returns
// what it waits for.
func (f *FakeOpenAI) hold(more int) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holds += more
	close(f.holding)
	f.holding = make(chan struct{})
	return f.held
}

// RefusedURL is an address of this machine where nobody listens.
func RefusedURL(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it is to be gone
	return "http://" + l.Addr().String()
}

// serve answers one request and books it, also where the answer is cut.
func (f *FakeOpenAI) serve(w http.ResponseWriter, r *http.Request) {
	c := &fakeCall{f: f, w: w, r: r, seen: f.log.begin(r)}
	c.fault = faultOf(r, f.byDefault())
	c.out = newOutlet(c)
	defer func() {
		c.seen.Sent = c.out.sent
		if !c.whole && !c.seen.Stream {
			c.seen.Usage = nil // the client has no whole JSON
		}
		c.seen.Aborted = !c.whole && !c.out.cut && (c.out.failed || r.Context().Err() != nil)
		f.log.end(c.seen)
	}()
	if !c.fault.has("early") && !c.readBody() {
		return
	}
	c.place()
	c.out.before()
	c.headers()
	if !c.authorized() || c.refused() {
		return
	}
	c.route()
	c.finish()
}

// fakeCall is one request that is being answered.
type fakeCall struct {
	f     *FakeOpenAI
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	path  string // behind /v1/
	azure string // the deployment
	fault fault
	seen  *Seen
	out   *outlet
	whole bool
}

// maxRequest bounds what a request may send.
const maxRequest = 512 << 20

func (c *fakeCall) readBody() bool {
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest))
	c.body = body
	c.seen.BodyBytes = len(body)
	c.seen.Body = body[:min(len(body), 1<<20)]
	return err == nil
}

// place finds what the path is behind the prefixes that servers have:
// /v1, /openai/v1, /api/v1, /openai/deployments/{name}.
func (c *fakeCall) place() {
	path := c.r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/openai/deployments/"); ok {
		c.azure, c.path, _ = strings.Cut(rest, "/")
	} else if _, rest, ok := strings.Cut(path, "/v1/"); ok {
		c.path = rest
	}
	c.seen.Operation = operationOf(c.path)
}

func (c *fakeCall) authorized() bool {
	key := strings.TrimPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if c.azure != "" && key == "" {
		key = c.r.Header.Get("Api-Key")
	}
	if key == "" {
		key = keyOfSubprotocol(c.r)
	}
	if key == "" {
		c.fail(problem{401, "invalid_request_error", "", "", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth."})
		return false
	}
	if len(c.f.options.Keys) == 0 {
		return true
	}
	for _, known := range c.f.options.Keys {
		if key == known {
			return true
		}
	}
	c.fail(problem{401, "invalid_request_error", "invalid_api_key", "", "Incorrect API key provided: " + key[:min(3, len(key))] + "***. You can find your API key at https://platform.openai.com/account/api-keys."})
	return false
}
