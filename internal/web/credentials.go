package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Scope is what a credential may do. The empty scope of a route is open to all.
type Scope string

// The scopes.
const (
	Open   Scope = ""
	Ingest Scope = "ingest"
	OpenAI Scope = "openai"
	Read   Scope = "read"
	Admin  Scope = "admin"
)

// The roles of web users: RoleRead has the scope read, RoleAdmin every scope.
const (
	RoleRead  = "read"
	RoleAdmin = "admin"
)

func allScopes() []Scope { return []Scope{Ingest, OpenAI, Read, Admin} }

// Credentials says who may do what.
type Credentials struct {
	Tokens []Token
	// Roles are the roles of web users by name. A user of the web
	// configuration file that is not here has RoleRead; a name here that the
	// file does not have is an error.
	Roles map[string]string
	// Anonymous is what callers without a credential may do; nil is the
	// default: everything from loopback addresses when the listener is on one,
	// else nothing.
	Anonymous *Anonymous
}

// Token is a bearer token.
type Token struct {
	Name, Secret string
	Scopes       []Scope
}

// Anonymous gives scopes to callers without a credential, by address.
type Anonymous struct {
	Scopes []Scope
	From   []netip.Prefix
}

// grant is one credential and what it may do.
type grant struct {
	caller kpi.Caller
}

func newGrant(credential string, scopes []Scope) grant {
	g := grant{kpi.Caller{Credential: credential}}
	g.allow(scopes)
	return g
}

func (g *grant) allow(scopes []Scope) {
	g.caller.Scopes = make([]string, len(scopes))
	for i, s := range scopes {
		g.caller.Scopes[i] = string(s)
	}
}

func (g *grant) has(s Scope) bool { return slices.Contains(g.caller.Scopes, string(s)) }

type tokenGrant struct {
	grant
	sum [sha256.Size]byte
}

// authenticator holds one set of credentials; it never changes.
type authenticator struct {
	tokens    []tokenGrant
	users     *users
	anonymous grant
	from      []netip.Prefix
}

// newAuthenticator validates credentials for a listener on an address.
func newAuthenticator(c Credentials, file *webFile, listen net.IP) (*authenticator, error) {
	if !listen.IsLoopback() && len(c.Tokens) == 0 && len(file.config.Users) == 0 && c.Anonymous == nil {
		return nil, errors.New("the listen address can be reached from other machines, but no credential is configured. Do one of these: " +
			"listen on 127.0.0.1 only (--listen 127.0.0.1:4000); " +
			"configure tokens, or users by a web_config_file with basic_auth_users; " +
			"say by the key anonymous which addresses need no credential, such as anonymous: {scopes: [ingest], from: [10.0.0.0/8]}")
	}
	a := &authenticator{}
	if err := errors.Join(a.setTokens(c.Tokens), a.setUsers(c, file), a.setAnonymous(c.Anonymous, listen)); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *authenticator) setTokens(tokens []Token) error {
	for i, t := range tokens {
		if t.Name == "" || t.Secret == "" {
			return fmt.Errorf("tokens[%d]: name and token must not be empty", i)
		}
		if err := checkScopes(t.Scopes); err != nil {
			return fmt.Errorf("token %q: %w", t.Name, err)
		}
		sum := sha256.Sum256([]byte(t.Secret))
		for _, earlier := range a.tokens {
			if earlier.caller.Credential == t.Name || earlier.sum == sum {
				return fmt.Errorf("tokens %q and %q have the same name or the same token", earlier.caller.Credential, t.Name)
			}
		}
		a.tokens = append(a.tokens, tokenGrant{newGrant(t.Name, t.Scopes), sum})
	}
	return nil
}

func (a *authenticator) setUsers(c Credentials, file *webFile) error {
	grants := map[string]*grant{}
	for name := range file.config.Users {
		if slices.ContainsFunc(a.tokens, func(t tokenGrant) bool { return t.caller.Credential == name }) || name == kpi.Anonymous {
			return fmt.Errorf("web user %q: the name is that of a token or of anonymous callers; rename one", name)
		}
		g := newGrant(name, []Scope{Read})
		grants[name] = &g
	}
	for name, role := range c.Roles {
		g, ok := grants[name]
		if !ok {
			return fmt.Errorf("user %q has a role but no password: add it to basic_auth_users of the web_config_file, or remove it from users", name)
		}
		switch role {
		case RoleRead:
		case RoleAdmin:
			g.allow(allScopes())
		default:
			return fmt.Errorf("user %q: role %q is not allowed: must be read or admin", name, role)
		}
	}
	var err error
	a.users, err = newUsers(grants, file.config.Users)
	return err
}

func (a *authenticator) setAnonymous(rule *Anonymous, listen net.IP) error {
	a.anonymous = newGrant(kpi.Anonymous, nil)
	if rule == nil {
		if !listen.IsLoopback() {
			return nil
		}
		rule = &Anonymous{Scopes: allScopes(), From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	}
	if err := checkScopes(rule.Scopes); err != nil {
		return fmt.Errorf("anonymous: %w", err)
	}
	a.anonymous.allow(rule.Scopes)
	for _, p := range rule.From {
		a.from = append(a.from, p.Masked())
	}
	return nil
}

func checkScopes(scopes []Scope) error {
	for _, s := range scopes {
		if !slices.Contains(allScopes(), s) {
			return fmt.Errorf("scope %q is not allowed: must be one of ingest, openai, read, admin", s)
		}
	}
	return nil
}

// token returns the grant of a token, or nil. It looks at every token whatever
// it finds, so that the time says nothing.
func (a *authenticator) token(secret string) *grant {
	sum := sha256.Sum256([]byte(secret))
	found := -1
	for i := range a.tokens {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(sum[:], a.tokens[i].sum[:]), i, found)
	}
	if found < 0 {
		return nil
	}
	return &a.tokens[found].grant
}

// allows reports whether anonymous callers from the address have the scope.
func (a *authenticator) allows(addr netip.Addr, s Scope) bool {
	return a.anonymous.has(s) && slices.ContainsFunc(a.from, func(p netip.Prefix) bool { return p.Contains(addr) })
}
