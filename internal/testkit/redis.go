package testkit

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a real Redis of a test's own, in a directory of its own.
type RedisServer struct {
	// URL is how to reach it, with the password if it has one.
	URL string
	// Addr is its host and port; empty for one on a socket.
	Addr string
	// CAFile has the certificate of who signed its own, for one with TLS.
	CAFile string

	t      testing.TB
	dir    string
	args   []string
	cli    []string // how redis-cli gets in
	cmd    *exec.Cmd
	exited chan struct{}
}

// RedisOption changes how a RedisServer is made.
type RedisOption func(*RedisServer)

// WithRedisArgs adds lines of configuration, as redis-server's command line
// writes them: "--requirepass", "secret".
func WithRedisArgs(args ...string) RedisOption {
	return func(r *RedisServer) { r.args = append(r.args, args...) }
}

// WithAOF has it keep what it holds, each write before its answer.
func WithAOF() RedisOption { return WithRedisArgs("--appendonly", "yes", "--appendfsync", "always") }

// WithPassword asks for a password.
func WithPassword(password string) RedisOption {
	return func(r *RedisServer) {
		r.args = append(r.args, "--requirepass", password)
		r.cli = append(r.cli, "--no-auth-warning", "-a", password)
		r.URL = "redis://:" + password + "@"
	}
}

// OnSocket has it listen on a Unix socket alone.
func OnSocket() RedisOption {
	return func(r *RedisServer) { r.URL = "unix://" }
}

// WithTLS has it speak TLS alone, with a certificate signed by its own authority.
func WithTLS() RedisOption {
	return func(r *RedisServer) {
		r.CAFile = certify(r.t, r.dir)
		r.args = append(r.args, "--tls-cert-file", filepath.Join(r.dir, "cert.pem"), "--tls-key-file", filepath.Join(r.dir, "key.pem"),
			"--tls-ca-cert-file", r.CAFile, "--tls-auth-clients", "no")
		r.cli = append(r.cli, "--tls", "--cacert", r.CAFile)
		r.URL = "rediss://"
	}
}

// Redis starts one and waits until it answers. It is killed at the end of the test.
func Redis(t testing.TB, options ...RedisOption) *RedisServer {
	t.Helper()
	needRedis(t)
	r := &RedisServer{t: t, URL: "redis://", dir: t.TempDir()}
	for _, o := range options {
		o(r)
	}
	port := freePort(t)
	r.args = append([]string{"--dir", r.dir, "--save", "", "--daemonize", "no", "--bind", "127.0.0.1"}, r.args...)
	switch {
	case r.URL == "unix://":
		socket := filepath.Join(r.dir, "redis.sock")
		r.args = append(r.args, "--port", "0", "--unixsocket", socket)
		r.cli = append(r.cli, "-s", socket)
		r.URL += socket
	case r.CAFile != "":
		r.args = append(r.args, "--port", "0", "--tls-port", port)
		r.at(port)
	default:
		r.args = append(r.args, "--port", port)
		r.at(port)
	}
	r.Restart()
	t.Cleanup(r.Kill)
	return r
}

func (r *RedisServer) at(port string) {
	r.Addr = "127.0.0.1:" + port
	r.cli = append(r.cli, "-p", port)
	r.URL += r.Addr
}

func needRedis(t testing.TB) {
	t.Helper()
	for _, program := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(program); err != nil {
			Missing(t, program+" is not installed")
		}
	}
}

// Restart starts it, in the same place with what it kept there.
func (r *RedisServer) Restart() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", r.args...)
	var out Buffer
	r.cmd.Stdout, r.cmd.Stderr = &out, &out
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	cmd, exited := r.cmd, make(chan struct{})
	r.exited = exited
	go func() { _ = cmd.Wait(); close(exited) }()
	for until := time.Now().Add(HangGuard); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := r.try("PING"); err == nil && (answer == "PONG" || strings.HasPrefix(answer, "NOAUTH") || strings.HasPrefix(answer, "NOPERM")) {
			return
		}
		select {
		case <-exited:
			r.t.Fatalf("redis-server has ended: %s", out.String())
		default:
		}
		if time.Now().After(until) {
			r.t.Fatalf("redis-server does not answer: %s", out.String())
		}
	}
}

// Kill ends it at once.
func (r *RedisServer) Kill() {
	_ = r.cmd.Process.Kill() // it may be gone
	<-r.exited
}

// Stop has it hang: connections stay open and nothing answers.
func (r *RedisServer) Stop() { r.signal(syscall.SIGSTOP) }

// Continue ends Stop.
func (r *RedisServer) Continue() { r.signal(syscall.SIGCONT) }

func (r *RedisServer) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// Cli runs redis-cli with a command and returns its answer.
func (r *RedisServer) Cli(args ...string) string {
	r.t.Helper()
	answer, err := r.try(args...)
	if err != nil {
		r.t.Fatalf("redis-cli %s: %v: %s", args, err, answer)
	}
	return answer
}

func (r *RedisServer) try(args ...string) (string, error) {
	out, err := exec.Command("redis-cli", append(r.cli[:len(r.cli):len(r.cli)], args...)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// Feed runs many commands, one a line, over one connection.
func (r *RedisServer) Feed(commands string) {
	r.t.Helper()
	cmd := exec.Command("redis-cli", append(r.cli[:len(r.cli):len(r.cli)], "--pipe")...)
	cmd.Stdin = strings.NewReader(commands)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("redis-cli --pipe: %v: %s", err, out)
	}
}

// QueueKeys are commands for Feed that write the keys of a BullMQ queue with one
// job that waits, as BullMQ leaves them: enough to be found and looked at.
func QueueKeys(prefix, queue string) string {
	k := prefix + ":" + queue + ":"
	return "HSET " + k + "meta opts.maxLenEvents 10000\r\n" +
		"HSET " + k + "1 timestamp 1700000000000 opts {} name job data {}\r\n" +
		"LPUSH " + k + "wait 1\r\n" +
		"XADD " + k + "events * event waiting jobId 1\r\n"
}

// freePort is one that nobody listens on now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it only reserved the port
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// SentinelSet is a master, a replica of it and a Sentinel that watches them.
type SentinelSet struct {
	Master, Replica *RedisServer
	// Name is the master's; Addr is the Sentinel's.
	Name, Addr string

	sentinel *RedisServer
}

// Sentinel starts one.
func Sentinel(t testing.TB) *SentinelSet {
	t.Helper()
	if _, err := exec.LookPath("redis-sentinel"); err != nil {
		Missing(t, "redis-sentinel is not installed")
	}
	s := &SentinelSet{Master: Redis(t), Name: "luneo-test"}
	host, port, _ := net.SplitHostPort(s.Master.Addr)
	s.Replica = Redis(t, WithRedisArgs("--replicaof", host, port, "--repl-diskless-sync-delay", "0"))
	s.sentinel = &RedisServer{t: t, dir: t.TempDir()}
	own := freePort(t)
	s.Addr = "127.0.0.1:" + own
	file := filepath.Join(s.sentinel.dir, "sentinel.conf")
	text := fmt.Sprintf("port %s\nsentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %s 500\nsentinel failover-timeout %s 3000\n", own, s.Name, host, port, s.Name, s.Name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.sentinel.args = []string{file, "--sentinel"}
	s.sentinel.cli = []string{"-p", own}
	s.sentinel.Restart()
	t.Cleanup(s.sentinel.Kill)
	s.Await("the replica to be known", func() bool {
		return strings.Contains(s.sentinel.Cli("SENTINEL", "replicas", s.Name), "127.0.0.1") && strings.Contains(s.Replica.Cli("INFO", "replication"), "master_link_status:up")
	})
	return s
}

// Failover kills the master and waits until the replica has taken its place.
func (s *SentinelSet) Failover() {
	s.Master.Kill()
	s.Await("a failover", func() bool { return strings.Contains(s.Replica.Cli("INFO", "replication"), "role:master") })
}

// Await polls until a condition holds.
func (s *SentinelSet) Await(what string, ok func() bool) { Await(s.Master.t, what, ok) }

// Await polls until a condition holds, and fails the test when it never does.
func Await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(HangGuard); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// RedisCluster starts a cluster of three masters and returns one of them.
func RedisCluster(t testing.TB) *RedisServer {
	t.Helper()
	var nodes []*RedisServer
	var addresses []string
	for range 3 {
		n := Redis(t, WithRedisArgs("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"))
		nodes = append(nodes, n)
		addresses = append(addresses, n.Addr)
	}
	args := append(append([]string{"--cluster", "create"}, addresses...), "--cluster-yes")
	if out, err := exec.Command("redis-cli", args...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster create: %v: %s", err, out)
	}
	for _, n := range nodes {
		Await(t, "the cluster", func() bool { return strings.Contains(n.Cli("CLUSTER", "INFO"), "cluster_state:ok") })
	}
	return nodes[0]
}

// Proxy is a TCP connection between a client and a server that can stall.
type Proxy struct {
	Addr string

	mu      sync.Mutex
	stalled chan struct{} // open while it stalls; nil while it does not
	conns   []net.Conn
}

// NewProxy passes connections on to a server.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", target)
			if err != nil {
				_ = in.Close()
				continue
			}
			p.keep(in, out)
			all.Go(func() { p.pass(in, out) })
			all.Go(func() { p.pass(out, in) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.Resume()
		p.Cut()
		all.Wait()
	})
	return p
}

func (p *Proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, conns...)
}

func (p *Proxy) pass(from, to net.Conn) {
	defer from.Close() //nolint:errcheck // the other side learns of it
	defer to.Close()   //nolint:errcheck // the same
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		p.wait()
		if _, werr := to.Write(buffer[:n]); err != nil || werr != nil {
			return
		}
	}
}

func (p *Proxy) wait() {
	p.mu.Lock()
	stalled := p.stalled
	p.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
}

// Stall holds back what is sent from now on, in both directions.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Resume lets go what Stall held back.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Cut closes every connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// certify writes a certificate for 127.0.0.1, its key, and the certificate of
// who signed it, whose name it returns.
func certify(t testing.TB, dir string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	authorityKey, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "redis"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err3 := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, authorityKey)
	own, err4 := x509.CreateCertificate(rand.Reader, authority, authority, &authorityKey.PublicKey, authorityKey)
	private, err5 := x509.MarshalPKCS8PrivateKey(key)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: signed}, "ca.pem": {Type: "CERTIFICATE", Bytes: own}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		var b bytes.Buffer
		if err := errors.Join(pem.Encode(&b, block), os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "ca.pem")
}
