package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// tokenHeader carries Luneo's token where Authorization belongs to someone else.
const tokenHeader = "X-Luneo-Token" //nolint:gosec // the name of a header, not what is in it

// The reasons in luneo_auth_failures_total.
const (
	reasonMissing     = "missing"
	reasonWrong       = "wrong"
	reasonScope       = "scope"
	reasonThrottled   = "throttled"
	reasonHost        = "host"
	reasonCrossOrigin = "cross_origin"
)

// presented is the credential that a request came with.
type presented struct {
	kind           credentialKind
	token          string
	user, password string
}

type credentialKind int

const (
	noCredential credentialKind = iota
	tokenCredential
	userCredential
	unreadable
)

// credentialOf reads the headers; X-Luneo-Token beats Authorization.
func credentialOf(r *http.Request) presented {
	if values := r.Header[tokenHeader]; len(values) > 0 {
		return presented{kind: tokenCredential, token: values[0]}
	}
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return presented{}
	}
	if user, password, ok := r.BasicAuth(); ok {
		return presented{kind: userCredential, user: user, password: password}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if strings.EqualFold(scheme, "Bearer") {
		return presented{kind: tokenCredential, token: strings.TrimSpace(token)}
	}
	return presented{kind: unreadable}
}

// asker is a request with the credential that it came with and what it needs.
type asker struct {
	*http.Request
	cred presented
	need Scope
}

// authorize returns who asks, or why the answer is no.
func (s *Server) authorize(w http.ResponseWriter, a asker) (kpi.Caller, error) {
	auth := s.auth.Load()
	r, cred, need := a.Request, a.cred, a.need
	client := clientOf(r)
	if cred.kind == noCredential {
		return s.authorizeAnonymous(w, r, anonymousRequest{auth, client, need})
	}
	g, err := s.identify(auth, client, cred)
	if err != nil {
		if err.Kind == kpi.KindUnauthenticated {
			challenge(w, auth)
		}
		return kpi.Caller{}, err
	}
	if !g.has(need) {
		s.metrics.authFailure(reasonScope)
		return kpi.Caller{}, kpi.Errorf(kpi.KindForbidden, "The credential %q does not have the scope %q, which this route needs.", g.caller.Credential, need)
	}
	if cred.kind == userCredential {
		if err := s.checkOrigin(r); err != nil {
			return kpi.Caller{}, err
		}
	}
	return g.caller, nil
}

// identify looks the credential up, within the limit on wrong ones. A token
// that can't be guessed is not held up by it: others behind the same address,
// a proxy or a NAT, may have failed.
func (s *Server) identify(auth *authenticator, client netip.Addr, cred presented) (*grant, *kpi.Error) {
	if cred.kind == tokenCredential && len(cred.token) >= unguessable {
		if g := auth.token(cred.token); g != nil {
			return g, nil
		}
	}
	if err := s.throttled(client); err != nil {
		return nil, err
	}
	var g *grant
	var late *kpi.Error
	switch cred.kind {
	case tokenCredential:
		g = auth.token(cred.token)
	case userCredential:
		if g = auth.users.known(cred.user, cred.password); g == nil {
			g = auth.users.verify(cred.user, cred.password, func() bool {
				late = s.throttled(client) // others of the same client may have failed meanwhile
				return late == nil
			})
		}
	}
	switch {
	case late != nil:
		return nil, late
	case g == nil:
		s.throttle.fail(client, time.Now())
		s.metrics.authFailure(reasonWrong)
		return nil, kpi.Errorf(kpi.KindUnauthenticated, "The credential is wrong.")
	}
	return g, nil
}

func (s *Server) throttled(client netip.Addr) *kpi.Error {
	wait := s.throttle.wait(client, time.Now())
	if wait == 0 {
		return nil
	}
	s.metrics.authFailure(reasonThrottled)
	err := kpi.Errorf(kpi.KindRateLimited, "Too many wrong credentials came from this address.")
	err.RetryAfter = wait
	return err
}

type anonymousRequest struct {
	auth   *authenticator
	client netip.Addr
	need   Scope
}

func (s *Server) authorizeAnonymous(w http.ResponseWriter, r *http.Request, a anonymousRequest) (kpi.Caller, error) {
	if !a.auth.allows(a.client, a.need) {
		s.metrics.authFailure(reasonMissing)
		challenge(w, a.auth)
		return kpi.Caller{}, kpi.Errorf(kpi.KindUnauthenticated, "This route needs a credential with the scope %q.", a.need)
	}
	if a.client.IsLoopback() && !s.trustedHost(r.Host) {
		s.metrics.authFailure(reasonHost)
		return kpi.Caller{}, kpi.Errorf(kpi.KindForbidden, "The Host header names neither this machine nor the configured public_url, "+
			"as when another site's name is pointed at it (DNS rebinding). Use localhost or an IP address, set public_url, or present a token.")
	}
	if err := s.checkOrigin(r); err != nil {
		return kpi.Caller{}, err
	}
	return a.auth.anonymous.caller, nil
}

// checkOrigin refuses what a browser sends for another site: it would add the
// user's address or password by itself. Tokens are never added by themselves.
func (s *Server) checkOrigin(r *http.Request) error {
	if r.Header.Get("Upgrade") != "" { // a page of any site may open a WebSocket, with a GET
		r = r.WithContext(r.Context())
		r.Method = http.MethodPost
	}
	if err := s.origins.Check(r); err != nil {
		s.metrics.authFailure(reasonCrossOrigin)
		return kpi.Errorf(kpi.KindForbidden, "The request changes something and comes from a page of another site. Present a token, or set public_url if this is your own page.")
	}
	return nil
}

// trustedHost reports whether no other site can have a name like this.
func (s *Server) trustedHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return slices.ContainsFunc(s.hosts, func(own string) bool { return own != "" && strings.EqualFold(own, host) })
}

// challenge says how to authenticate, as a 401 must (RFC 9110, section 11.6.1).
func challenge(w http.ResponseWriter, auth *authenticator) {
	w.Header().Add("WWW-Authenticate", `Bearer realm="luneo"`)
	if auth.users.any() {
		w.Header().Add("WWW-Authenticate", `Basic realm="luneo", charset="UTF-8"`)
	}
}

// clientOf is the address that the connection comes from.
func clientOf(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}
