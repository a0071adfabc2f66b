package config

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/net/http/httpguts"
)

// Header is sent along with queries to an external Prometheus.
type Header struct {
	Name      string `yaml:"name"`
	Value     Secret `yaml:"value"`
	ValueFile Path   `yaml:"value_file"`
	// Content is the value itself, from value or read from value_file by Load.
	Content Secret `yaml:"-"`
}

// maxHeaders bounds what goes along with each query.
const maxHeaders = 16

// checkHeaders reads the headers' files and refuses what HTTP or the API's
// client has for itself.
func (l *loader) checkHeaders() {
	p := &l.cfg.Prometheus
	if len(p.QueryHeaders) > maxHeaders {
		l.complain("prometheus.query_headers", "has %d headers; at most %d are allowed", len(p.QueryHeaders), maxHeaders)
	}
	if len(p.QueryHeaders) > 0 && p.Mode == "embedded" {
		l.complain("prometheus.query_headers", "is for prometheus.mode external; the embedded Prometheus is asked by itself")
	}
	seen := map[string]string{}
	for i := range p.QueryHeaders {
		h := &p.QueryHeaders[i]
		path := fmt.Sprintf("prometheus.query_headers[%d]", i)
		l.checkHeaderName(path+".name", h.Name, seen)
		seen[http.CanonicalHeaderKey(h.Name)] = path
		l.readHeader(path, h)
	}
}

func (l *loader) checkHeaderName(path, name string, seen map[string]string) {
	canonical := http.CanonicalHeaderKey(name)
	taken := []string{"Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Host", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}
	switch first, twice := seen[canonical]; {
	case name == "":
		l.complain(path, "is needed")
	case !httpguts.ValidHeaderFieldName(name):
		l.complain(path, "%s is not allowed: must be the name of an HTTP header", shown(name))
	case slices.Contains(taken, canonical):
		l.complain(path, "%s is not allowed: the connection sets it by itself", shown(name))
	case twice:
		l.complain(path, "%s is the name of %s already", shown(name), first)
	case canonical == "Authorization" && hasUser(l.cfg.Prometheus.QueryURL):
		l.complain(path, "%s stands beside a user in prometheus.query_url: write one of them", shown(name))
	}
}

func hasUser(u URL) bool {
	parsed, err := url.Parse(string(u))
	return err == nil && parsed.User != nil
}

func (l *loader) readHeader(path string, h *Header) {
	h.Content = l.readSecret(path, secret{key: "value", here: h.Value, file: h.ValueFile, check: l.checkHeaderValue})
}

func (l *loader) checkHeaderValue(path string, value Secret) {
	const longest = 8192
	switch s := value.Reveal(); {
	case s == "":
		l.complain(path, "the value is empty")
	case len(s) > longest:
		l.complain(path, "the value is longer than %d bytes", longest)
	case !httpguts.ValidHeaderFieldValue(s):
		l.complain(path, "the value has a character that can't be in a header (it is not shown)")
	}
}
