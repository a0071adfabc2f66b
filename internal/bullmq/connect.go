package bullmq

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Connect says where a Redis is and how to get in.
type Connect struct {
	// URL is redis://, rediss:// (TLS) or unix://, with user, password and
	// database where they are needed
	// (github.com/redis/redis-specifications/tree/master/uri).
	URL string
	// Username and Password, when not empty, take the place of the URL's.
	Username, Password string
	// CAFile holds the certificates, in PEM form, of who signed the server's;
	// it implies TLS.
	CAFile string
	// SentinelMaster, when not empty, is the name under which the Sentinels at
	// Sentinels know the master; the URL's host is not used then.
	SentinelMaster   string
	Sentinels        []string
	SentinelPassword string
	// Cluster says that the URL's host is a node of a Redis Cluster.
	Cluster bool
}

// poolSize bounds the connections of one client.
const poolSize = 4

// silence keeps the library from writing to the log by itself: what goes wrong
// is said once, by health.
var silence sync.Once

type discard struct{}

// Printf drops a line.
func (discard) Printf(context.Context, string, ...any) {}

// Check finds what is wrong without connecting. Its errors name no secret.
func (c Connect) Check() error {
	_, err := c.options()
	return err
}

func (c Connect) isTLS() bool { return c.CAFile != "" || strings.HasPrefix(c.URL, "rediss:") }

// String is where the server is: what prints a Connect prints no secret.
func (c Connect) String() string { return c.Address() }

// GoString is String, for what is printed with %#v.
func (c Connect) GoString() string { return c.Address() }

// Address is where the server is, without credentials.
func (c Connect) Address() string {
	if c.SentinelMaster != "" {
		return c.SentinelMaster + " by Sentinel " + strings.Join(c.Sentinels, ", ")
	}
	o, err := parseURL(c.URL)
	if err != nil {
		return ""
	}
	if o.DB > 0 {
		return o.Addr + "/" + strconv.Itoa(o.DB)
	}
	return o.Addr
}

// Open makes a client, which connects when it is used. Each command is bounded
// in time and tried once: whoever watches tries again anyway. Nothing but the
// commands of this package is sent, since an ACL may forbid more.
func (c Connect) Open() (redis.UniversalClient, error) {
	silence.Do(func() { redis.SetLogger(discard{}) })
	o, err := c.options()
	if err != nil {
		return nil, err
	}
	return redis.NewUniversalClient(o), nil
}

func (c Connect) options() (*redis.UniversalOptions, error) {
	parsed, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	o := &redis.UniversalOptions{
		Addrs: []string{parsed.Addr}, DB: parsed.DB, Username: parsed.Username, Password: parsed.Password, TLSConfig: parsed.TLSConfig,
		DialTimeout: commandTimeout, ReadTimeout: commandTimeout, WriteTimeout: commandTimeout, ContextTimeoutEnabled: true,
		MaxRetries: -1, DialerRetries: 1, PoolSize: poolSize, PipelinePoolSize: -1, PoolTimeout: commandTimeout, ConnMaxIdleTime: 5 * time.Minute,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		IsClusterMode:            c.Cluster,
	}
	if parsed.Network == "unix" {
		o.Dialer = func(ctx context.Context, _, addr string) (net.Conn, error) {
			return (&net.Dialer{Timeout: commandTimeout}).DialContext(ctx, "unix", addr)
		}
	}
	if c.Username != "" {
		o.Username = c.Username
	}
	if c.Password != "" {
		o.Password = c.Password
	}
	if c.SentinelMaster != "" {
		if len(c.Sentinels) == 0 {
			return nil, errors.New("a Sentinel master needs the addresses of its Sentinels")
		}
		o.MasterName, o.Addrs, o.SentinelPassword = c.SentinelMaster, c.Sentinels, c.SentinelPassword
		if o.TLSConfig != nil {
			o.TLSConfig.ServerName = "" // each server's own: the URL's host is not used
		}
	}
	if c.Cluster && o.DB != 0 {
		return nil, errors.New("a Redis Cluster has database 0 only")
	}
	return o, c.trust(o)
}

// trust reads the file of certificates.
func (c Connect) trust(o *redis.UniversalOptions) error {
	if c.CAFile == "" {
		return nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return fmt.Errorf("reading the certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s holds no certificate in PEM form", c.CAFile)
	}
	if o.TLSConfig == nil {
		host, _, _ := net.SplitHostPort(o.Addrs[0])
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
		if c.SentinelMaster != "" || c.Cluster {
			o.TLSConfig.ServerName = "" // each node's own
		}
	}
	o.TLSConfig.RootCAs = pool
	return nil
}

// parseURL is redis.ParseURL for a URL that somebody wrote by hand: in a password
// with a bare /, ? or # the rest of it, up to the @, would pass as something else.
func parseURL(raw string) (*redis.Options, error) {
	o, err := redis.ParseURL(raw)
	if err != nil {
		return nil, badURL(err)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Fragment != "" || u.Scheme != "unix" && strings.Contains(u.Path+u.RawQuery, "@") {
		return nil, badURL(err)
	}
	return o, nil
}

// badURL says what is wrong with a URL without repeating any of it, since even
// the parser's reason may quote a part of a password.
func badURL(reason error) error {
	what := "can't be read"
	if reason != nil && strings.HasPrefix(reason.Error(), "redis: invalid database number") {
		what = "has a database that is no number"
	}
	return fmt.Errorf("the URL %s: it must be redis://, rediss:// or unix://, as redis://user:password@host:6379/0, with /, ?, #, %% and @ in a password written as %%2F, %%3F, %%23, %%25 and %%40", what)
}
