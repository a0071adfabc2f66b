package bullmq

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

var forbiddenCommand = regexp.MustCompile(`permissions to run the '([^']*)' command`)

// Explain says in one sentence what an error of Redis or of the way to it means
// and what helps. It holds no secret.
func Explain(err error) string {
	if s := explainNetwork(err); s != "" {
		return s
	}
	text := err.Error()
	if m := forbiddenCommand.FindStringSubmatch(text); m != nil {
		return "The ACL of Luneo's user forbids " + strings.ToUpper(m[1]) + ": allow +" + m[1] + "."
	}
	for _, known := range replies() {
		if strings.Contains(text, known.mark) {
			return known.says
		}
	}
	return "Redis answers: " + cut(text, 200) + "."
}

// reply is an answer of Redis, known by a part of it.
type reply struct{ mark, says string }

func replies() []reply {
	return []reply{
		{"WRONGPASS", "Redis refuses the user name or the password."},
		{"invalid password", "Redis refuses the password."},
		{"AUTH called without any password", "Redis has no password, and one is configured: leave it out."},
		{"AUTH <password> called without", "Redis has no password, and one is configured: leave it out."},
		{"NOAUTH", "Redis asks for a password: put it into the URL, or into password_file."},
		{"no permissions to access", "The ACL of Luneo's user does not let it read the keys of the prefix: allow them as in ~bull:*."},
		{"NOPERM", "The ACL of Luneo's user forbids what Luneo reads: see the documentation for the exact line."},
		{"LOADING", "Redis is loading its data; this ends by itself."},
		{"MASTERDOWN", "Redis is a replica that has lost its master and serves no stale data."},
		{"CLUSTERDOWN", "The Redis Cluster is down: some of its slots have no node."},
		{"MOVED", "This Redis is a node of a cluster: set cluster: true."},
		{"cluster support disabled", "This Redis is no cluster: leave cluster out."},
		{"DB index is out of range", "Redis has no database of this number."},
		{"invalid DB index", "Redis has no database of this number."},
		{"max number of clients", "Redis has as many clients as it takes (maxclients)."},
		{"all sentinels specified in configuration are unreachable", "No Sentinel can be reached, or none knows the master's name."},
		{"BUSY", "Redis is busy running somebody's script."},
		{"protected mode", "Redis runs in protected mode: it takes connections from its own host only."},
		{"pool timeout", "Redis has not answered in time."},
	}
}

// perhapsPlain is a time-out of the first connection with TLS: a Redis without
// it waits for more.
type perhapsPlain struct{ error }

// Unwrap is the time-out.
func (p perhapsPlain) Unwrap() error { return p.error }

// explainNetwork is for errors on the way; empty for what Redis itself says.
func explainNetwork(err error) string {
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var dns *net.DNSError
	var plain perhapsPlain
	switch {
	case errors.As(err, &plain):
		return "Redis has not answered in time: if it does not speak TLS, use redis:// instead of rediss://."
	case errors.As(err, &record):
		return "The other side does not speak TLS: use redis:// instead of rediss://."
	case errors.As(err, &unknown):
		return "Redis' certificate was signed by somebody unknown: name the signer's certificate in ca_file."
	case errors.As(err, &host):
		return "Redis' certificate is for another host name than the one in the URL."
	case errors.As(err, &invalid):
		return "Redis' certificate is not valid: " + invalid.Error() + "."
	case errors.As(err, &dns):
		return "The host name of Redis can't be resolved: " + dns.Name + "."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens at the address of Redis (connection refused)."
	case errors.Is(err, os.ErrNotExist):
		return "There is no such socket, or no such file."
	case errors.Is(err, syscall.EACCES):
		return "Luneo may not open the socket of Redis."
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), strings.HasSuffix(err.Error(), "EOF"):
		return "Redis closed the connection: it stopped, or it expects TLS (rediss://)."
	case isTimeout(err):
		return "Redis has not answered in time."
	case errors.Is(err, redis.ErrClosed):
		return "The connection is closed."
	default:
		return ""
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
