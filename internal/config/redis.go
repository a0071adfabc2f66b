package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// Redis is one server whose BullMQ queues are watched.
type Redis struct {
	Name string   `yaml:"name"`
	URL  RedisURL `yaml:"url"`
	// Prefixes are those of BullMQ's keys; bull when there are none.
	Prefixes []string `yaml:"prefixes"`
	// Queues are watched and no others are looked for, when there are some.
	Queues       []string `yaml:"queues"`
	Username     string   `yaml:"username"`
	Password     Secret   `yaml:"password"`
	PasswordFile Path     `yaml:"password_file"`
	CAFile       Path     `yaml:"ca_file"`
	Cluster      bool     `yaml:"cluster"`

	SentinelMaster       string   `yaml:"sentinel_master"`
	Sentinels            []string `yaml:"sentinels"`
	SentinelPassword     Secret   `yaml:"sentinel_password"`
	SentinelPasswordFile Path     `yaml:"sentinel_password_file"`

	// What Password and SentinelPassword or their files say, read by Load.
	PasswordValue         Secret `yaml:"-"`
	SentinelPasswordValue Secret `yaml:"-"`
}

// RedisURL is a redis://, rediss:// or unix:// address. It may hold a password,
// which String hides.
type RedisURL string

// UnmarshalText accepts the three schemes.
func (u *RedisURL) UnmarshalText(text []byte) error {
	p, err := url.Parse(string(text))
	if err != nil || p.Scheme != "redis" && p.Scheme != "rediss" && p.Scheme != "unix" || p.Host+p.Path == "" || cutShort(p) {
		return errors.New("must be a redis://, rediss:// or unix:// URL, as redis://user:password@127.0.0.1:6379/0")
	}
	*u = RedisURL(text)
	return nil
}

// cutShort reports whether a bare /, ? or # has ended a password early, so that a
// part of it would be taken for the host, which is shown.
func cutShort(u *url.URL) bool {
	return u.Fragment != "" || u.Scheme != "unix" && strings.Contains(u.Path+u.RawQuery, "@")
}

// String is the URL with user and password hidden.
func (u RedisURL) String() string { return mask(string(u)) }

// MarshalText hides user and password.
func (u RedisURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Place is the host and port, or the socket, with the database unless that is 0.
func (u RedisURL) place() string {
	p, err := url.Parse(string(u))
	if err != nil {
		return ""
	}
	if db := p.Query().Get("db"); p.Scheme == "unix" && db != "" && db != "0" {
		return p.Path + "/" + db
	}
	if p.Scheme == "unix" {
		return p.Path
	}
	host := p.Host
	if p.Port() == "" {
		host += ":6379"
	}
	if db := strings.Trim(p.Path, "/"); db != "" && db != "0" {
		return host + "/" + db
	}
	return host
}

// Servers are the watched ones. As a text they are URLs with commas between,
// or "none".
type Servers []Redis

// UnmarshalText accepts URLs with commas between them, and "none".
func (s *Servers) UnmarshalText(text []byte) error {
	*s = Servers{}
	if t := strings.TrimSpace(string(text)); t == "" || t == "none" {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		var r Redis
		if err := r.URL.UnmarshalText([]byte(strings.TrimSpace(part))); err != nil {
			return err
		}
		*s = append(*s, r)
	}
	return nil
}

// MarshalText writes the URLs, with user and password hidden.
func (s Servers) MarshalText() ([]byte, error) {
	parts := make([]string, len(s))
	for i, r := range s {
		parts[i] = r.URL.String()
	}
	return []byte(strings.Join(parts, ",")), nil
}

// maxServers bounds the connections of the watch.
const maxServers = 32

func (l *loader) checkRedis() {
	if len(l.cfg.Redis) > maxServers {
		l.complain("redis", "has %d servers; at most %d are allowed", len(l.cfg.Redis), maxServers)
	}
	seen := map[string]string{}
	for i := range l.cfg.Redis {
		r := &l.cfg.Redis[i]
		path := fmt.Sprintf("redis[%d]", i)
		l.checkServer(path, r)
		if r.Name == "" {
			r.Name = r.URL.place()
		}
		if first, taken := seen[r.Name]; taken {
			l.complain(path+".name", "%s is the name of %s already", shown(r.Name), first)
		}
		seen[r.Name] = path
	}
}

func (l *loader) checkServer(path string, r *Redis) {
	switch {
	case r.URL == "":
		l.complain(path+".url", "is needed")
	case strings.ContainsFunc(r.Name, unicode.IsControl) || len(r.Name) > 64:
		l.complain(path+".name", "must have at most 64 bytes and no control characters")
	case r.SentinelMaster == "" && len(r.Sentinels) > 0:
		l.complain(path+".sentinel_master", "is needed beside sentinels: the master's name there")
	case r.SentinelMaster != "" && len(r.Sentinels) == 0:
		l.complain(path+".sentinels", "is needed beside sentinel_master: addresses such as [10.0.0.1:26379]")
	case r.SentinelMaster != "" && r.Cluster:
		l.complain(path+".cluster", "stands beside sentinel_master: a Redis has one of them")
	}
	for _, prefix := range r.Prefixes {
		if prefix == "" || strings.ContainsFunc(prefix, unicode.IsControl) {
			l.complain(path+".prefixes", "%s is not allowed: a prefix is what stands before the first colon of BullMQ's keys, as bull", shown(prefix))
		}
	}
	r.PasswordValue = l.optionalSecret(path, secret{key: "password", here: r.Password, file: r.PasswordFile, check: l.checkPassword})
	r.SentinelPasswordValue = l.optionalSecret(path, secret{key: "sentinel_password", here: r.SentinelPassword, file: r.SentinelPasswordFile, check: l.checkPassword})
}

// optionalSecret is readSecret for one that may be missing.
func (l *loader) optionalSecret(path string, s secret) Secret {
	if s.here == "" && s.file == "" {
		return ""
	}
	return l.readSecret(path, s)
}

func (l *loader) checkPassword(path string, password Secret) {
	if password == "" {
		l.complain(path, "the password is empty")
	}
}
