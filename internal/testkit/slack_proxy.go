package testkit

import (
	"bufio"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
)

// slackProxy is an HTTP proxy that knows one host: slack.com is the fake, over
// TLS with a certificate of the fake's own authority. Alertmanager's chat.update
// goes to that host whatever is configured.
type slackProxy struct {
	url    string
	caFile string
	conns  *handedConns
}

// ProxyURL is an HTTP proxy through which https://slack.com is this fake, for
// clients that trust CAFile.
func (s *SlackServer) ProxyURL() string { return s.proxy.url }

// CAFile is a PEM file of who signed slack.com's certificate behind ProxyURL.
func (s *SlackServer) CAFile() string { return s.proxy.caFile }

func proxySlack(t testing.TB, s *SlackServer) *slackProxy {
	t.Helper()
	dir := t.TempDir()
	p := &slackProxy{caFile: certify(t, dir, "slack.com"), conns: newHandedConns(s.server.Listener.Addr())}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	entry, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.url = "http://" + entry.Addr().String()
	quiet := log.New(io.Discard, "", 0)
	slack := &http.Server{Handler: http.HandlerFunc(s.serve), ErrorLog: quiet, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}
	slack.Protocols = new(http.Protocols)
	slack.Protocols.SetHTTP1(true) // HTTP/2 has no connection of its own to reset
	proxy := &http.Server{Handler: http.HandlerFunc(p.connect), ErrorLog: quiet}
	var serving sync.WaitGroup
	serving.Go(func() { _ = slack.ServeTLS(p.conns, "", "") })
	serving.Go(func() { _ = proxy.Serve(entry) })
	t.Cleanup(func() {
		_ = proxy.Close()
		_ = slack.Close()
		serving.Wait()
	})
	return p
}

// connect hands a connection over to the fake, as if it were slack.com's.
func (p *slackProxy) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || r.Host != "slack.com:443" {
		http.Error(w, "this proxy knows slack.com alone", http.StatusBadGateway)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	reply := bufio.NewWriter(conn)
	_, _ = reply.WriteString("HTTP/1.1 200 Connection established\r\n\r\n")
	if reply.Flush() != nil {
		_ = conn.Close() // the client has gone
		return
	}
	p.conns.hand(conn)
}

// handedConns is a listener whose connections others accepted.
type handedConns struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func newHandedConns(addr net.Addr) *handedConns {
	l := &handedConns{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

func (l *handedConns) hand(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.closed:
		_ = conn.Close() // too late
	}
}

// Accept returns the next connection that was handed over.
func (l *handedConns) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *handedConns) Close() error {
	l.close()
	return nil
}

// Addr is where the connections came in.
func (l *handedConns) Addr() net.Addr { return l.addr }
