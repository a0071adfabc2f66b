package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Upstream is an API that calls are passed on to.
type Upstream struct {
	// Name is what stands in the path: /openai/{name}/…; DefaultUpstream also
	// answers at /openai/v1/….
	Name string
	// BaseURL is what the rest of the path is appended to.
	BaseURL string
	// Key, when not empty, takes the place of the caller's credentials.
	Key string
	// KeyHeader is where Key goes: Authorization, as a bearer token, which is the
	// default, or as it is in another header, such as Azure's api-key.
	KeyHeader string
	// InjectUsage has the gateway ask for the usage of streamed chats that do
	// not ask themselves, and take the extra event out of the answer.
	InjectUsage bool
	// Models says which model an Azure deployment has, by the deployment's name.
	Models map[string]string
}

// DefaultUpstream is the name of the one that answers at /openai/v1/.
const DefaultUpstream = "openai"

// version is no upstream's name: /openai/v1/ is where SDKs expect the API.
const version = "v1"

type upstream struct {
	Upstream
	base  *url.URL
	plain bool // it is called over plain HTTP, and directly
	tally tally

	inFlight prometheus.Gauge
}

func newUpstream(u Upstream) (*upstream, error) {
	base, err := url.Parse(u.BaseURL)
	switch {
	case u.Name == "" || u.Name == version || strings.ContainsAny(u.Name, "/%?#"):
		return nil, fmt.Errorf("upstream %q: must have a name without / and other than %s", u.Name, version)
	case err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil:
		return nil, fmt.Errorf("upstream %s: base_url must be an http:// or https:// URL without query and user", u.Name)
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: base})
	return &upstream{Upstream: u, base: base, plain: base.Scheme == "http" && proxy == nil && err == nil}, nil
}

// azureKeyHeader is where Azure OpenAI takes keys.
const azureKeyHeader = "Api-Key"

// credentials takes Luneo's own headers out, and puts the key in where Luneo has
// one: then the caller's is for Luneo.
func (u *upstream) credentials(h http.Header) {
	h.Del(tokenHeader)
	h.Del(tagHeader)
	if u.Key == "" {
		return
	}
	h.Del("Authorization")
	h.Del(azureKeyHeader)
	if u.KeyHeader == "" || strings.EqualFold(u.KeyHeader, "Authorization") {
		h.Set("Authorization", "Bearer "+u.Key)
	} else {
		h.Set(u.KeyHeader, u.Key)
	}
}

// target is the URL of a call: the base and the rest of the path as the caller
// wrote it, with the query.
func (u *upstream) target(rest, query string) (*url.URL, error) {
	whole := u.base.Scheme + "://" + u.base.Host + u.base.EscapedPath() + rest
	if query != "" {
		whole += "?" + query
	}
	t, err := url.Parse(whole)
	if err != nil || t.Host != u.base.Host {
		return nil, fmt.Errorf("the path can't be passed on")
	}
	return t, nil
}

// deploymentOf is the Azure deployment that a path names, or "".
func deploymentOf(rest string) string {
	_, after, ok := strings.Cut(rest, "/deployments/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(after, "/")
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	return name
}

// model is the model of a deployment, or the name itself where it is none.
func (u *upstream) model(name string) string {
	if model := u.Models[name]; model != "" {
		return model
	}
	return name
}

// newTransport keeps connections to upstreams. It changes nothing of what
// passes: no compression of its own. Answers may take as long as they like, since
// callers have time-outs of their own.
func newTransport(roots *x509.CertPool) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is one
	t.DisableCompression = true
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 1024, 256
	t.IdleConnTimeout = 60 * time.Second
	t.ResponseHeaderTimeout = 0
	t.WriteBufferSize, t.ReadBufferSize = 16<<10, 16<<10
	return t
}

// hopByHop reports whether a header is of one connection (RFC 9110, section
// 7.6.1), so that it is not passed on.
func hopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	default:
		return false
	}
}

// endToEnd copies headers without those of the connection. Values are shared.
func endToEnd(to, from http.Header) {
	for name, values := range from {
		if !hopByHop(name) {
			to[name] = values
		}
	}
	for _, line := range from["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			delete(to, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
}

// Luneo's own headers, which end here.
const (
	tokenHeader = "X-Luneo-Token" //nolint:gosec // the name of a header, not what is in it
	tagHeader   = "X-Luneo-Tag"
)
