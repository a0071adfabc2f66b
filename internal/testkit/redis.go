package testkit

import (
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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

// says reports whether a command's answer holds a word. No answer is no: a server
// that changes its role resets its connections.
func (r *RedisServer) says(word string, args ...string) bool {
	answer, err := r.try(args...)
	return err == nil && strings.Contains(answer, word)
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

// Await polls until a condition holds, and fails the test when it never does.
func Await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(HangGuard); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
