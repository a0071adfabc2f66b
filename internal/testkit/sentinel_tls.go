package testkit

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TLSSentinel starts a master and a Sentinel that speak TLS alone, with the same
// certificate. There is no replica.
func TLSSentinel(t testing.TB) *SentinelSet {
	t.Helper()
	if _, err := exec.LookPath("redis-sentinel"); err != nil {
		Missing(t, "redis-sentinel is not installed")
	}
	s := &SentinelSet{Master: Redis(t, WithTLS()), Name: "luneo-test"}
	host, port, _ := net.SplitHostPort(s.Master.Addr)
	own := freePort(t)
	s.Addr = "127.0.0.1:" + own
	s.sentinel = &RedisServer{t: t, dir: t.TempDir(), cli: []string{"-p", own, "--tls", "--cacert", s.Master.CAFile}}
	file := filepath.Join(s.sentinel.dir, "sentinel.conf")
	text := fmt.Sprintf("port 0\ntls-port %s\ntls-replication yes\ntls-auth-clients no\ntls-cert-file %s\ntls-key-file %s\ntls-ca-cert-file %s\nsentinel monitor %s %s %s 1\n",
		own, filepath.Join(s.Master.dir, "cert.pem"), filepath.Join(s.Master.dir, "key.pem"), s.Master.CAFile, s.Name, host, port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.sentinel.args = []string{file, "--sentinel"}
	s.sentinel.Restart()
	t.Cleanup(s.sentinel.Kill)
	return s
}
