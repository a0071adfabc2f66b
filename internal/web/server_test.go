package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/web"
)

// routedRequests is what TestRouting leaves in the metrics.
const routedRequests = `
# HELP luneo_http_server_requests_total Requests that Luneo answered; code aborted: the connection was broken off before an answer began
# TYPE luneo_http_server_requests_total counter
luneo_http_server_requests_total{code="200",method="GET",route="/own-policy"} 1
luneo_http_server_requests_total{code="200",method="GET",route="/things/{id}"} 2
luneo_http_server_requests_total{code="200",method="POST",route="/things/{id}"} 1
luneo_http_server_requests_total{code="404",method="other",route="unmatched"} 1
luneo_http_server_requests_total{code="405",method="other",route="/things/{id}"} 1
`

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
	eventually(t, func() error {
		return testutil.GatherAndCompare(reg, strings.NewReader(routedRequests), "luneo_http_server_requests_total")
	})
	problems, err := testutil.GatherAndLint(reg)
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
}

// panickedRequests is what TestPanic leaves in the metrics.
const panickedRequests = `
# HELP luneo_http_server_errors_total Requests that were answered with a problem, by its kind
# TYPE luneo_http_server_errors_total counter
luneo_http_server_errors_total{kind="internal"} 2
# HELP luneo_http_server_panics_total Panics in handlers
# TYPE luneo_http_server_panics_total counter
luneo_http_server_panics_total 2
# HELP luneo_http_server_requests_total Requests that Luneo answered; code aborted: the connection was broken off before an answer began
# TYPE luneo_http_server_requests_total counter
luneo_http_server_requests_total{code="200",method="GET",route="/aborts-late"} 1
luneo_http_server_requests_total{code="200",method="GET",route="/fails-late"} 1
luneo_http_server_requests_total{code="200",method="GET",route="/fine"} 1
luneo_http_server_requests_total{code="200",method="GET",route="/late"} 1
luneo_http_server_requests_total{code="500",method="GET",route="/early"} 1
luneo_http_server_requests_total{code="aborted",method="GET",route="/aborts"} 1
`

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
		web.Route{Method: "GET", Pattern: "/aborts", Handler: func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }},
		web.Route{Method: "GET", Pattern: "/aborts-late", Handler: func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half an ans")
			panic(http.ErrAbortHandler)
		}},
		web.Route{Method: "GET", Pattern: "/fine", Handler: whoami},
	)
	reg := prometheus.NewRegistry()
	o.Registerer = reg
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
	for _, path := range []string{"/late", "/fails-late", "/aborts", "/aborts-late"} {
		resp, err := http.Get(s.URL() + path) //nolint:noctx // the server ends with the test
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: half an answer looks whole", path)
		}
	}
	eventually(t, func() error {
		return testutil.GatherAndCompare(reg, strings.NewReader(panickedRequests), "luneo_http_server_requests_total", "luneo_http_server_errors_total", "luneo_http_server_panics_total")
	})
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
	if err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	const usedPort = "choose another with --listen"
	used := start(t, options())
	handler := web.Route{Method: "GET", Pattern: "/x", Handler: whoami}
	token := web.Token{Name: "a", Secret: "s", Scopes: []web.Scope{web.Read}}
	for name, tc := range map[string]struct {
		change func(*web.Options)
		want   string
	}{
		"a used port":          {func(o *web.Options) { o.Listen = used.Addr().String() }, usedPort},
		"no public URL":        {func(o *web.Options) { o.PublicURL = "luneo.example" }, "the public URL can't be read"},
		"a public file":        {func(o *web.Options) { o.PublicURL = "ftp://luneo.example" }, "the public URL can't be read"},
		"a public path":        {func(o *web.Options) { o.PublicURL = "http://a b/" }, "the public URL can't be read"},
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
		if err := web.Check(o); tc.want != usedPort && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: the check says %v, want …%s…", name, err, tc.want)
		}
	}
	if err := web.Check(web.Options{Listen: used.Addr().String(), PublicURL: "https://luneo.example"}); err != nil {
		t.Errorf("the check refuses a port in use, or more: %v", err)
	}
}

// TestNewAfterFailure fails at each step past the checks, each with something
// to undo, and then takes the same registry and port.
func TestNewAfterFailure(t *testing.T) {
	t.Parallel()
	used := start(t, options())
	o := options(web.Route{Method: "GET", Pattern: "/x", Handler: whoami})
	free := o.Listen
	o.Listen = used.Addr().String()
	if _, err := web.New(o); err == nil {
		t.Fatal("took a used port")
	}
	o.Listen = free
	taken := prometheus.NewGauge(prometheus.GaugeOpts{Name: "luneo_http_server_connections", Help: "Open connections"})
	o.Registerer.MustRegister(taken)
	if _, err := web.New(o); err == nil {
		t.Fatal("took a name that is in use")
	}
	o.Registerer.Unregister(taken)
	s := start(t, o)
	if got := do(t, s, call{path: "/x"}); got.status != 200 {
		t.Errorf("after two failures: %d", got.status)
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
