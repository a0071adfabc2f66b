package web_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

func TestErrorMapping(t *testing.T) {
	t.Parallel()
	full := kpi.Errorf(kpi.KindUnavailable, "The disk is full.")
	full.RetryAfter, full.Err = 1500*time.Millisecond, errors.New("geheim cause")
	invalid := kpi.Errorf(kpi.KindInvalid, "No event was counted.")
	invalid.Violations = []kpi.Violation{kpi.Invalid("model", "is needed")}
	for name, tc := range map[string]struct {
		err    error
		status int
		detail string
	}{
		"malformed":        {kpi.Errorf(kpi.KindMalformed, "m"), 400, "m"},
		"unauthenticated":  {kpi.Errorf(kpi.KindUnauthenticated, "m"), 401, "m"},
		"forbidden":        {kpi.Errorf(kpi.KindForbidden, "m"), 403, "m"},
		"not found":        {kpi.Errorf(kpi.KindNotFound, "m"), 404, "m"},
		"method":           {kpi.Errorf(kpi.KindMethodNotAllowed, "m"), 405, "m"},
		"conflict":         {kpi.Errorf(kpi.KindConflict, "m"), 409, "m"},
		"too large":        {kpi.Errorf(kpi.KindTooLarge, "m"), 413, "m"},
		"unsupported":      {kpi.Errorf(kpi.KindUnsupported, "m"), 415, "m"},
		"invalid":          {invalid, 422, "No event was counted."},
		"rate limited":     {kpi.Errorf(kpi.KindRateLimited, "m"), 429, "m"},
		"unavailable":      {full, 503, "The disk is full."},
		"internal":         {kpi.Errorf(kpi.KindInternal, "m"), 500, "m"},
		"wrapped":          {fmt.Errorf("geheim: %w", kpi.Errorf(kpi.KindConflict, "m")), 409, "m"},
		"body past limit":  {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 7}), 413, "The body is larger than 7 bytes, which is the limit."},
		"body past time":   {fmt.Errorf("read: %w", os.ErrDeadlineExceeded), 400, "The body did not arrive in time."},
		"any other error":  {errors.New("geheim"), 500, "Something went wrong inside Luneo; its log says what."},
		"a kind not known": {kpi.Errorf("new", "m"), 500, "m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			o := options(web.Route{Method: "GET", Pattern: "/x", Handler: func(http.ResponseWriter, *http.Request) error { return tc.err }})
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			s, err := web.New(o)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			got := do(t, s, call{path: "/x"})
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			p := got.problem(t)
			if got.status != tc.status || p.Detail != tc.detail || strings.Contains(got.body, "geheim") {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if logged := strings.Contains(log.String(), "level=ERROR"); logged != (tc.status >= 500) {
				t.Errorf("logged as an error: %v: %s", logged, log.String())
			}
			if name == "unavailable" && (got.header.Get("Retry-After") != "2" || !strings.Contains(log.String(), "geheim cause")) {
				t.Errorf("Retry-After %q, log %q", got.header.Get("Retry-After"), log.String())
			}
			if name == "invalid" && (len(p.Errors) != 1 || p.Errors[0].Field != "model") {
				t.Errorf("errors %+v", p.Errors)
			}
		})
	}
}

func TestRouting(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	o := options(
		web.Route{Method: "GET", Pattern: "/things/{id}", Handler: whoami},
		web.Route{Method: "POST", Pattern: "/things/{id}", Handler: whoami},
		web.Route{Method: "GET", Pattern: "/own-policy", Handler: func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
			return whoami(w, r)
		}},
	)
	o.Registerer = reg
	s := start(t, o)
	const policy = "default-src 'none'; frame-ancestors 'none'"
	for _, tc := range []struct {
		method, path  string
		status        int
		allow, policy string
	}{
		{"GET", "/things/1", 200, "", policy},
		{"HEAD", "/things/1", 200, "", policy},
		{"POST", "/things/2", 200, "", policy},
		{"DELETE", "/things/2", 405, "GET, HEAD, POST", policy},
		{"GET", "/nothing", 404, "", policy},
		{"GET", "/own-policy", 200, "", "default-src 'self'"},
	} {
		got := do(t, s, call{method: tc.method, path: tc.path})
		h := got.header
		if got.status != tc.status || h.Get("Allow") != tc.allow || h.Get("Content-Security-Policy") != tc.policy ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s %s: %d %v", tc.method, tc.path, got.status, h)
		}
		if tc.status >= 400 {
			got.problem(t)
		}
	}
	want := `
# HELP luneo_http_server_requests_total Requests that Luneo answered.
# TYPE luneo_http_server_requests_total counter
luneo_http_server_requests_total{code="200",method="GET",route="/own-policy"} 1
luneo_http_server_requests_total{code="200",method="GET",route="/things/{id}"} 2
luneo_http_server_requests_total{code="200",method="POST",route="/things/{id}"} 1
luneo_http_server_requests_total{code="404",method="other",route="unmatched"} 1
luneo_http_server_requests_total{code="405",method="other",route="/things/{id}"} 1
`
	eventually(t, func() error {
		return testutil.GatherAndCompare(reg, strings.NewReader(want), "luneo_http_server_requests_total")
	})
	problems, err := testutil.GatherAndLint(reg)
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
}

// eventually polls a visible state: a request is counted after its answer.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick.C:
		}
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	o := options(
		web.Route{Method: "GET", Pattern: "/early", Handler: func(http.ResponseWriter, *http.Request) error { panic("geheim") }},
		web.Route{Method: "GET", Pattern: "/late", Handler: func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half an ans")
			panic("geheim")
		}},
		web.Route{Method: "GET", Pattern: "/fails-late", Handler: func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half an ans")
			return errors.New("geheim")
		}},
		web.Route{Method: "GET", Pattern: "/fine", Handler: whoami},
	)
	s := start(t, o)
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for _, tc := range []struct {
		path   string
		status int
	}{{"/early", 500}, {"/fine", 200}} { // on one connection
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", tc.path); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != tc.status || strings.Contains(string(body), "geheim") {
			t.Errorf("%s: %d %s %v", tc.path, resp.StatusCode, body, err)
		}
	}
	for _, path := range []string{"/late", "/fails-late"} {
		resp, err := http.Get(s.URL() + path) //nolint:noctx // the server ends with the test
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: half an answer looks whole", path)
		}
	}
}

func TestDrainFinishesRequests(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, err := web.New(options(web.Route{Method: "GET", Pattern: "/slow", Handler: func(w http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-release
		return whoami(w, r)
	}}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done, answered := make(chan error, 1), make(chan reply, 1)
	go func() { done <- s.Run(ctx) }()
	go func() { answered <- do(t, s, call{path: "/slow"}) }()
	<-entered
	cancel()
	eventually(t, func() error { // no new connection is taken
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			return nil
		}
		return errors.Join(errors.New("still listening"), conn.Close())
	})
	close(release)
	if got := <-answered; got.status != 200 {
		t.Errorf("the request in flight got %d", got.status)
	}
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestDrainCutsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	entered, ended := make(chan struct{}), make(chan struct{})
	o := options(web.Route{Method: "GET", Pattern: "/stuck", Handler: func(_ http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-r.Context().Done()
		close(ended)
		return r.Context().Err()
	}})
	o.ShutdownTimeout = 20 * time.Millisecond
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done, failed := make(chan error, 1), make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	go func() {
		resp, err := http.Get(s.URL() + "/stuck") //nolint:noctx // the server cuts it
		if err == nil {
			err = resp.Body.Close()
		}
		failed <- err
	}()
	<-entered
	cancel()
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("run: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
	<-ended
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestBodyDeadline(t *testing.T) {
	t.Parallel()
	o := options(web.Route{Method: "POST", Pattern: "/body", Handler: func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	}})
	o.BodyTimeout = 10 * time.Millisecond
	s := start(t, o)
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 400 {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	used := start(t, options())
	handler := web.Route{Method: "GET", Pattern: "/x", Handler: whoami}
	token := web.Token{Name: "a", Secret: "s", Scopes: []web.Scope{web.Read}}
	for name, tc := range map[string]struct {
		change func(*web.Options)
		want   string
	}{
		"a used port":          {func(o *web.Options) { o.Listen = used.Addr().String() }, "choose another with --listen"},
		"no credential":        {func(o *web.Options) { o.Listen = "0.0.0.0:0" }, "Do one of these: listen on 127.0.0.1 only"},
		"no credential, empty": {func(o *web.Options) { o.Listen = ":0" }, "no credential is configured"},
		"no file":              {func(o *web.Options) { o.WebConfigFile = "/nonexistent/web.yml" }, "/nonexistent/web.yml"},
		"a bad file":           {func(o *web.Options) { o.WebConfigFile = webFile(t, "basic_auth_user: {}\n") }, "basic_auth_user"},
		"a limit not ours":     {func(o *web.Options) { o.WebConfigFile = webFile(t, "rate_limit: {interval: 1s, burst: 2}\n") }, "rate_limit is not supported"},
		"no certificate":       {func(o *web.Options) { o.WebConfigFile = webFile(t, "tls_server_config: {cert_file: c, key_file: k}\n") }, "cert_file"},
		"a role without user":  {func(o *web.Options) { o.Credentials.Roles = map[string]string{"ops": "read"} }, "has a role but no password"},
		"a token twice":        {func(o *web.Options) { o.Credentials.Tokens = []web.Token{token, token} }, "the same name or the same token"},
		"an empty token":       {func(o *web.Options) { o.Credentials.Tokens = []web.Token{{Name: "a"}} }, "must not be empty"},
		"a route twice":        {func(o *web.Options) { o.Routes = []web.Route{handler, handler} }, "is there twice"},
		"patterns in conflict": {func(o *web.Options) {
			o.Routes = []web.Route{{Pattern: "/a/{x}", Handler: whoami}, {Pattern: "/{y}/b", Handler: whoami}}
		}, "table of routes"},
		"a scope not known": {func(o *web.Options) { o.Routes = []web.Route{{Pattern: "/a", Scope: "all", Handler: whoami}} }, `scope "all" is not allowed`},
	} {
		o := options(handler)
		tc.change(&o)
		s, err := web.New(o)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want …%s…", name, err, tc.want)
		}
	}
}

func TestPublicAddressWithCredentials(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]web.Credentials{
		"token":     {Tokens: []web.Token{{Name: "a", Secret: "s", Scopes: []web.Scope{web.Read}}}},
		"anonymous": {Anonymous: nobody()},
	} {
		o := options(scopedRoutes()...)
		o.Listen, o.Credentials = "0.0.0.0:0", c
		s := start(t, o)
		if got := do(t, s, call{path: "/read-route"}); got.status != 401 {
			t.Errorf("%s: without a credential from loopback: %d, want 401", name, got.status)
		}
		if err := s.Reload(web.Credentials{}); err == nil {
			t.Errorf("%s: a reload took all credentials away", name)
		}
	}
}

func TestTLSAndBasic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pool := certificate(t, dir)
	file := filepath.Join(dir, "web.yml")
	text := fmt.Sprintf("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nhttp_server_config: {headers: {Strict-Transport-Security: max-age=63072000}}\nbasic_auth_users: {ops: %q}\n", hash(t, "pw"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, http2 := range []bool{false, true} {
		o := options(append(scopedRoutes(), web.Route{Method: "POST", Pattern: "/echo", Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(w, r.Body)
			return err
		}})...)
		o.WebConfigFile = file
		o.Credentials.Roles = map[string]string{"ops": web.RoleAdmin}
		o.Credentials.Anonymous = nobody()
		s := start(t, o)
		transport := &http.Transport{ForceAttemptHTTP2: http2, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		client := &http.Client{Transport: transport}
		for range 2 { // the second from memory
			if got := do(t, s, call{path: "/admin-route", header: basic("ops", "pw"), client: client}); got.status != 200 || got.body != "ops" ||
				got.header.Get("Strict-Transport-Security") != "max-age=63072000" {
				t.Errorf("http2 %v: %d %s %v", http2, got.status, got.body, got.header)
			}
		}
		if got := do(t, s, call{path: "/admin-route", client: client}); got.status != 401 {
			t.Errorf("without a password: %d", got.status)
		}
		if got := do(t, s, call{method: "POST", path: "/echo", body: "hello", client: client}); got.body != "hello" {
			t.Errorf("echo: %d %s", got.status, got.body)
		}
		if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
			t.Errorf("URL %s", s.URL())
		}
		transport.CloseIdleConnections()
	}
}

// certificate writes cert.pem and key.pem for 127.0.0.1.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, data := range map[string][]byte{
		"cert.pem": cert, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}
