package config

import (
	"fmt"
	"regexp"
	"strings"
)

var credentialName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

// maxWindows bounds the series and the memory of the spend windows.
const maxWindows = 16

// check looks at what no single value can tell.
func (l *loader) check() {
	l.checkUsers()
	l.checkTokens()
	l.checkAnonymous()
	l.checkWindows()
	l.checkPrometheus()
	l.checkHeaders()
	l.checkRedis()
	l.checkUpstreams()
	l.checkBudgets()
	l.checkNotifications()
	if l.cfg.DataDir == "" {
		l.complain("data_dir", "must not be empty; the default is ./luneo-data")
	}
}

func (l *loader) checkUsers() {
	seen := map[string]string{}
	for i, u := range l.cfg.Users {
		path := fmt.Sprintf("users[%d]", i)
		l.checkName(path, u.Name, seen)
		if u.Role == "" {
			l.complain(path+".role", "is needed: read or admin")
		}
	}
	if len(l.cfg.Users) > 0 && l.cfg.WebConfigFile == "" {
		l.complain("users", "web_config_file is needed too: it holds the users' password hashes under basic_auth_users")
	}
}

func (l *loader) checkTokens() {
	seen, values := map[string]string{}, map[Secret]string{}
	for i, u := range l.cfg.Users {
		seen[u.Name] = fmt.Sprintf("users[%d]", i)
	}
	for i := range l.cfg.Tokens {
		t := &l.cfg.Tokens[i]
		path := fmt.Sprintf("tokens[%d]", i)
		l.checkName(path, t.Name, seen)
		if len(t.Scopes) == 0 {
			l.complain(path+".scopes", "is needed: at least one of ingest, openai, read, admin")
		}
		l.readToken(path, t)
		if first, ok := values[t.Value]; ok && t.Value != "" {
			l.complain(path, "has the same token as %s; each needs its own", first)
		}
		values[t.Value] = path
	}
}

// checkName holds names of credentials apart: they scope event ids and appear
// in logs.
func (l *loader) checkName(path, name string, seen map[string]string) {
	switch first, taken := seen[name]; {
	case name == "":
		l.complain(path+".name", "is needed")
	case !credentialName.MatchString(name):
		l.complain(path+".name", "%s is not allowed: must be 1 to 64 letters, digits or ._@- and begin with a letter or digit", shown(name))
	case name == "anonymous":
		l.complain(path+".name", "%s is not allowed: it names callers without a credential", shown(name))
	case taken:
		l.complain(path+".name", "%s is the name of %s already", shown(name), first)
	default:
		seen[name] = path
	}
}

func (l *loader) readToken(path string, t *Token) {
	t.Value = l.readSecret(path, secret{key: "token", here: t.Token, file: t.TokenFile, check: l.checkToken})
}

// secret is one that is written here, or in a file: as key, or key_file.
type secret struct {
	key   string
	here  Secret
	file  Path
	check func(path string, s Secret)
}

func (l *loader) readSecret(path string, s secret) Secret {
	_, written := l.places[path+"."+s.key]
	switch {
	case written && s.file != "":
		l.complain(path, "has %s and %s_file; write one of them", s.key, s.key)
	case written:
		s.check(path+"."+s.key, s.here)
		return s.here
	case s.file == "":
		l.complain(path, "needs %s or %s_file", s.key, s.key)
	default:
		data, err := readBounded(string(s.file))
		if err != nil {
			l.complain(path+"."+s.key+"_file", "%s can't be read: %v", shown(string(s.file)), err)
			return ""
		}
		content := Secret(trimNewline(string(data)))
		s.check(path+"."+s.key+"_file", content)
		return content
	}
	return ""
}

// checkToken asks for what fits in an HTTP header.
func (l *loader) checkToken(path string, token Secret) {
	const longest = 4096
	s := token.Reveal()
	switch {
	case s == "":
		l.complain(path, "the token is empty")
	case len(s) > longest:
		l.complain(path, "the token is longer than %d bytes", longest)
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		l.complain(path, "the token has a character that is not visible ASCII (its value is not shown)")
	}
}

func trimNewline(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}

func (l *loader) checkAnonymous() {
	a := l.cfg.Anonymous
	switch {
	case len(a.Scopes) > 0 && len(a.From) == 0:
		l.complain("anonymous.from", "is needed beside anonymous.scopes: the addresses that they hold for, such as [127.0.0.0/8]")
	case len(a.From) > 0 && a.Scopes == nil:
		l.complain("anonymous.scopes", "is needed beside anonymous.from: [] for none, or ingest, openai, read, admin")
	}
}

func (l *loader) checkWindows() {
	windows := l.cfg.Cost.Windows
	if len(windows) == 0 || len(windows) > maxWindows {
		l.complain("cost.windows", "has %d windows; must be 1 to %d", len(windows), maxWindows)
		return
	}
	for i, w := range windows {
		for _, earlier := range windows[:i] {
			if w.Length == earlier.Length {
				l.complain(fmt.Sprintf("cost.windows[%d]", i), "%s is as long as %s; each must differ", shown(w.Text), shown(earlier.Text))
				break
			}
		}
	}
}

func (l *loader) checkPrometheus() {
	p := l.cfg.Prometheus
	switch {
	case p.Mode == "external" && p.QueryURL == "":
		l.complain("prometheus.query_url", "is needed in external mode: the base URL of your Prometheus, such as http://prometheus:9090")
	case p.Mode == "embedded" && p.QueryURL != "":
		l.complain("prometheus.query_url", "is for prometheus.mode external; the embedded Prometheus is asked by itself")
	case p.Mode == "external" && p.RemoteWrite.Text != "":
		l.complain("prometheus.remote_write", "is for prometheus.mode embedded: in external mode your Prometheus scrapes Luneo")
	case p.Mode == "external" && len(p.ScrapeConfigFiles) > 0:
		l.complain("prometheus.scrape_config_files", "is for prometheus.mode embedded: in external mode your Prometheus scrapes")
	case p.Mode == "external" && len(p.RuleFiles) > 0:
		l.complain("prometheus.rule_files", "is for prometheus.mode embedded: in external mode your Prometheus evaluates rules")
	}
}
