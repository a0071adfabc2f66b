package web_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/crypto/bcrypt"

	"github.com/luneo-platform/luneo/internal/web"
)

func scopedRoutes() []web.Route {
	var routes []web.Route
	for _, s := range []web.Scope{web.Open, web.Ingest, web.OpenAI, web.Read, web.Admin} {
		routes = append(routes, web.Route{Pattern: "/" + string(s) + "-route", Scope: s, Handler: whoami})
	}
	return routes
}

func webFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func hash(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

// everyCredential configures tokens, users and anonymous callers.
func everyCredential(t *testing.T) web.Options {
	t.Helper()
	o := options(scopedRoutes()...)
	o.WebConfigFile = webFile(t, fmt.Sprintf("basic_auth_users: {boss: %q, guest: %q, unlisted: %q}\n", hash(t, "pw1"), hash(t, "pw2"), hash(t, "pw3")))
	o.Credentials = web.Credentials{
		Tokens: []web.Token{
			{Name: "worker", Secret: "t-worker", Scopes: []web.Scope{web.Ingest, web.OpenAI}},
			{Name: "graf", Secret: "t-graf", Scopes: []web.Scope{web.Read}},
			{Name: "root", Secret: "t-root", Scopes: []web.Scope{web.Ingest, web.OpenAI, web.Read, web.Admin}},
		},
		Roles:     map[string]string{"boss": web.RoleAdmin, "guest": web.RoleRead},
		Anonymous: loopbackOnly(web.Ingest),
	}
	return o
}

func TestCredentialByScope(t *testing.T) {
	t.Parallel()
	o := everyCredential(t)
	columns := []string{"/-route", "/ingest-route", "/openai-route", "/read-route", "/admin-route"}
	for _, tc := range []struct {
		name   string
		header http.Header
		caller string
		want   [5]int
	}{
		{"none", http.Header{}, "anonymous", [5]int{200, 200, 401, 401, 401}},
		{"worker token", bearer("t-worker"), "worker", [5]int{200, 200, 200, 403, 403}},
		{"read token", bearer("t-graf"), "graf", [5]int{200, 403, 403, 200, 403}},
		{"token of all scopes", bearer("t-root"), "root", [5]int{200, 200, 200, 200, 200}},
		{"scheme in small letters", http.Header{"Authorization": {"bearer t-graf"}}, "graf", [5]int{200, 403, 403, 200, 403}},
		{"token in its own header", http.Header{"X-Luneo-Token": {"t-graf"}}, "graf", [5]int{200, 403, 403, 200, 403}},
		{"own header beats Authorization", http.Header{"X-Luneo-Token": {"t-graf"}, "Authorization": {"Bearer sk-other"}}, "graf", [5]int{200, 403, 403, 200, 403}},
		{"admin user", basic("boss", "pw1"), "boss", [5]int{200, 200, 200, 200, 200}},
		{"read user", basic("guest", "pw2"), "guest", [5]int{200, 403, 403, 200, 403}},
		{"user without role", basic("unlisted", "pw3"), "unlisted", [5]int{200, 403, 403, 200, 403}},
		{"wrong token", bearer("t-graf2"), "", [5]int{200, 401, 401, 401, 401}},
		{"empty token", bearer(""), "", [5]int{200, 401, 401, 401, 401}},
		{"wrong password", basic("boss", "pw2"), "", [5]int{200, 401, 401, 401, 401}},
		{"unknown user", basic("who", "pw1"), "", [5]int{200, 401, 401, 401, 401}},
		{"other scheme", http.Header{"Authorization": {"Digest x"}}, "", [5]int{200, 401, 401, 401, 401}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			row := o
			row.Registerer = prometheus.NewRegistry()
			s := start(t, row) // its own server: wrong credentials are limited
			for i, path := range columns {
				got := do(t, s, call{path: path, header: tc.header.Clone()})
				if got.status != tc.want[i] {
					t.Errorf("%s: status %d, want %d: %s", path, got.status, tc.want[i], got.body)
					continue
				}
				switch {
				case got.status == 200 && path != "/-route" && got.body != tc.caller:
					t.Errorf("%s: caller %q, want %q", path, got.body, tc.caller)
				case got.status == 401 && len(got.header.Values("WWW-Authenticate")) != 2:
					t.Errorf("%s: WWW-Authenticate %q", path, got.header.Values("WWW-Authenticate"))
				case got.status == 403 && !strings.Contains(got.problem(t).Detail, strings.TrimSuffix(path[1:], "-route")):
					t.Errorf("%s: does not name the scope: %s", path, got.body)
				}
			}
		})
	}
}

func TestDefaultAnonymous(t *testing.T) {
	t.Parallel()
	s := start(t, options(scopedRoutes()...))
	for _, path := range []string{"/ingest-route", "/openai-route", "/read-route", "/admin-route"} {
		if got := do(t, s, call{path: path}); got.status != 200 || got.body != "anonymous" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestRebindingHost(t *testing.T) {
	t.Parallel()
	o := options(scopedRoutes()...)
	o.PublicURL = "https://luneo.example:8443/x"
	o.Credentials.Tokens = []web.Token{{Name: "graf", Secret: "t", Scopes: []web.Scope{web.Read}}}
	s := start(t, o)
	for host, want := range map[string]int{
		"": 200, "localhost": 200, "LOCALHOST:4000": 200, "a.localhost:1": 200, "10.1.2.3:80": 200, "[::1]:4000": 200, "[::1]": 200,
		"luneo.example": 200, "luneo.example:443": 200, "evil.example": 403, "evil.example:4000": 403, "localhost.evil.example": 403,
		"notlocalhost": 403, "127.0.0.1.evil.example": 403,
	} {
		got := do(t, s, call{path: "/read-route", host: host})
		if got.status != want {
			t.Errorf("%q: %d, want %d", host, got.status, want)
		}
		if want == 403 && !strings.Contains(got.problem(t).Detail, "rebinding") {
			t.Errorf("%q: does not say why: %s", host, got.body)
		}
		if got := do(t, s, call{path: "/read-route", host: host, header: bearer("t")}); got.status != 200 {
			t.Errorf("%q with a token: %d", host, got.status)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	o := options(scopedRoutes()...)
	o.PublicURL = "https://luneo.example"
	o.WebConfigFile = webFile(t, fmt.Sprintf("basic_auth_users: {boss: %q}\n", hash(t, "pw")))
	o.Credentials = web.Credentials{
		Tokens:    []web.Token{{Name: "root", Secret: "t", Scopes: []web.Scope{web.Admin}}},
		Roles:     map[string]string{"boss": web.RoleAdmin},
		Anonymous: loopbackOnly(web.Admin),
	}
	s := start(t, o)
	for name, tc := range map[string]struct {
		method, origin, site string
		header               http.Header
		want                 int
	}{
		"anonymous, no browser":     {"POST", "", "", http.Header{}, 200},
		"anonymous, other site":     {"POST", "https://evil.example", "cross-site", http.Header{}, 403},
		"anonymous, old browser":    {"POST", "https://evil.example", "", http.Header{}, 403},
		"anonymous, other site GET": {"GET", "https://evil.example", "cross-site", http.Header{}, 200},
		"anonymous, same origin":    {"POST", "", "same-origin", http.Header{}, 200},
		"anonymous, public URL":     {"POST", "https://luneo.example", "cross-site", http.Header{}, 200},
		"user, other site":          {"DELETE", "https://evil.example", "cross-site", basic("boss", "pw"), 403},
		"user, no browser":          {"DELETE", "", "", basic("boss", "pw"), 200},
		"token, other site":         {"POST", "https://evil.example", "cross-site", bearer("t"), 200},
	} {
		if tc.origin != "" {
			tc.header.Set("Origin", tc.origin)
		}
		if tc.site != "" {
			tc.header.Set("Sec-Fetch-Site", tc.site)
		}
		if got := do(t, s, call{method: tc.method, path: "/admin-route", header: tc.header}); got.status != tc.want {
			t.Errorf("%s: %d, want %d: %s", name, got.status, tc.want, got.body)
		}
	}
}

func TestWrongCredentialsAreLimited(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{"token": bearer("no"), "user": basic("boss", "no")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg := prometheus.NewRegistry()
			o := options(scopedRoutes()...)
			o.Registerer = reg
			o.WebConfigFile = webFile(t, fmt.Sprintf("basic_auth_users: {boss: %q}\n", hash(t, "pw")))
			o.Credentials.Tokens = []web.Token{{Name: "graf", Secret: "t", Scopes: []web.Scope{web.Read}}}
			s := start(t, o)
			for i := range 10 {
				if got := do(t, s, call{path: "/read-route", header: header.Clone()}); got.status != 401 {
					t.Fatalf("attempt %d: %d", i, got.status)
				}
			}
			for _, h := range []http.Header{header, bearer("t"), basic("boss", "pw")} {
				got := do(t, s, call{path: "/read-route", header: h.Clone()})
				if got.status != 429 || got.header.Get("Retry-After") == "" || got.header.Get("Retry-After") == "0" {
					t.Errorf("%v: %d %v", h, got.status, got.header)
				}
			}
			if got := do(t, s, call{path: "/read-route"}); got.status != 200 {
				t.Errorf("without a credential: %d", got.status)
			}
			want := `
# HELP luneo_auth_failures_total Requests that were refused for their credential
# TYPE luneo_auth_failures_total counter
luneo_auth_failures_total{reason="cross_origin"} 0
luneo_auth_failures_total{reason="host"} 0
luneo_auth_failures_total{reason="missing"} 0
luneo_auth_failures_total{reason="scope"} 0
luneo_auth_failures_total{reason="throttled"} 3
luneo_auth_failures_total{reason="wrong"} 10
`
			if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "luneo_auth_failures_total"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLongTokensAreNotLockedOut has a worker with a stale token and one with a
// good token behind the same address.
func TestLongTokensAreNotLockedOut(t *testing.T) {
	t.Parallel()
	const long, short = "abcdefghij0123456789", "abcdefghij012345678"
	o := options(scopedRoutes()...)
	o.WebConfigFile = webFile(t, fmt.Sprintf("basic_auth_users: {boss: %q}\n", hash(t, "pw")))
	o.Credentials.Tokens = []web.Token{
		{Name: "long", Secret: long, Scopes: []web.Scope{web.Read}},
		{Name: "short", Secret: short, Scopes: []web.Scope{web.Read}},
	}
	s := start(t, o)
	stale := bearer("stale-stale-stale-stale")
	for i := range 11 {
		want := 401
		if i == 10 {
			want = 429
		}
		if got := do(t, s, call{path: "/read-route", header: stale.Clone()}); got.status != want {
			t.Fatalf("attempt %d: %d, want %d", i, got.status, want)
		}
	}
	for _, tc := range []struct {
		name   string
		path   string
		header http.Header
		want   int
	}{
		{"long token", "/read-route", bearer(long), 200},
		{"long token in its own header", "/read-route", http.Header{"X-Luneo-Token": {long}}, 200},
		{"long token without the scope", "/admin-route", bearer(long), 403},
		{"short token", "/read-route", bearer(short), 429},
		{"user", "/read-route", basic("boss", "pw"), 429},
		{"stale token", "/read-route", stale, 429},
	} {
		if got := do(t, s, call{path: tc.path, header: tc.header.Clone()}); got.status != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got.status, tc.want)
		}
	}
}

func TestReloadSwapsCredentials(t *testing.T) {
	t.Parallel()
	tokens := func(secret string) web.Credentials {
		return web.Credentials{Anonymous: nobody(), Tokens: []web.Token{
			{Name: "always", Secret: "always", Scopes: []web.Scope{web.Read}},
			{Name: "graf", Secret: secret, Scopes: []web.Scope{web.Read}},
		}}
	}
	o := options(scopedRoutes()...)
	o.Credentials = tokens("old")
	s := start(t, o)
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := do(t, s, call{path: "/read-route", header: bearer("always")}); got.status != 200 {
					t.Errorf("during a reload: %d", got.status)
					return
				}
			}
		})
	}
	for range 20 {
		for _, c := range []web.Credentials{tokens("new"), tokens("old"), tokens("new")} {
			if err := s.Reload(c); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	clients.Wait()
	bad := tokens("bad")
	bad.Tokens[0].Scopes = []web.Scope{"everything"}
	if err := s.Reload(bad); err == nil {
		t.Error("took a scope that does not exist")
	}
	for token, want := range map[string]int{"new": 200, "old": 401, "bad": 401} {
		if got := do(t, s, call{path: "/read-route", header: bearer(token)}); got.status != want {
			t.Errorf("%s: %d, want %d", token, got.status, want)
		}
	}
}
