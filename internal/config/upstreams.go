package config

import (
	"net/url"
	"regexp"
	"strings"
)

var upstreamName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// maxUpstreams bounds the connections of the gateway.
const maxUpstreams = 32

func (l *loader) checkUpstreams() {
	all := l.cfg.OpenAI.Upstreams
	if len(all) > maxUpstreams {
		l.complain("openai.upstreams", "has %d upstreams; at most %d are allowed", len(all), maxUpstreams)
	}
	checked := make(map[string]Upstream, len(all))
	for name, u := range all {
		path := "openai.upstreams." + name
		switch {
		case !upstreamName.MatchString(name) || name == "v1":
			l.complain(path, "%s is not allowed: a name is 1 to 32 small letters, digits, - or _, and not v1, where OpenAI's own paths begin", shown(name))
		case u.BaseURL == "":
			l.complain(path+".base_url", "is needed: what the rest of the path is appended to, as https://api.openai.com/v1")
		}
		u.KeyValue = l.optionalSecret(path, secret{key: "key", here: u.Key, file: u.KeyFile, check: l.checkToken})
		checked[name] = u.withDefaults()
	}
	l.cfg.OpenAI.Upstreams = checked
}

// withDefaults has Azure's keys go where Azure takes them: its Authorization is
// for tokens of Entra ID (learn.microsoft.com/azure/ai-services/openai/reference).
func (u Upstream) withDefaults() Upstream {
	if u.IncludeUsage == "" {
		u.IncludeUsage = "pass"
	}
	if u.KeyHeader == "" {
		u.KeyHeader = "authorization"
		if base, err := url.Parse(string(u.BaseURL)); err == nil && strings.HasSuffix(base.Hostname(), ".azure.com") {
			u.KeyHeader = "api-key"
		}
	}
	return u
}
