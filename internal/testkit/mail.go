package testkit

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// MailOptions says what a MailServer asks of its clients. Without them it wants
// STARTTLS and then a password, as providers do on port 587.
type MailOptions struct {
	// Relay has it take mail from anybody, and neither offer TLS nor passwords.
	Relay bool
	// ImplicitTLS has it speak TLS from the first byte, as on port 465.
	ImplicitTLS bool
	// LoginOnly has it offer AUTH LOGIN and not PLAIN.
	LoginOnly bool
}

// MailServer is an SMTP server (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC
// 4954) that refuses what is not as the standards want it, and delivers to
// nobody. It is safe for concurrent use.
type MailServer struct {
	*service
	// Addr is its host and port.
	Addr string
	// User and Password are what it takes.
	User, Password string
	// CAFile is a PEM file of who signed its certificate.
	CAFile string

	options  MailOptions
	listener net.Listener
	tls      *tls.Config
	sessions sync.WaitGroup
	conns    map[net.Conn]bool
	mails    []Mail
}

// NewMailServer starts a fake on a free port. It ends with the test.
func NewMailServer(t testing.TB, o MailOptions) *MailServer {
	t.Helper()
	dir := t.TempDir()
	m := &MailServer{service: newService(), options: o, User: "luneo@example.com", Password: "pass word", conns: map[net.Conn]bool{}}
	m.CAFile = certify(t, dir, "localhost")
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	m.tls = &tls.Config{Certificates: []tls.Certificate{pair}}
	if m.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	m.Addr = m.listener.Addr().String()
	m.sessions.Go(m.accept)
	t.Cleanup(m.close)
	return m
}

// CA is CAFile's content.
func (m *MailServer) CA(t testing.TB) []byte {
	t.Helper()
	pem, err := os.ReadFile(m.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	return pem
}

// Mails is what was accepted, in order.
func (m *MailServer) Mails() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

// Await waits until n mails were accepted and returns all.
func (m *MailServer) Await(t testing.TB, n int) []Mail {
	t.Helper()
	m.await(t, "mails", n, func() int { return len(m.mails) })
	return m.Mails()
}

func (m *MailServer) accept() {
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			return // it was closed
		}
		m.change(func() { m.conns[conn] = true })
		m.sessions.Go(func() { m.talk(conn) })
		select {
		case <-m.closed:
			_ = conn.Close() // close did not see it
		default:
		}
	}
}

// talk serves one client and books it.
func (m *MailServer) talk(conn net.Conn) {
	n, fault := m.begin("")
	defer m.note(n, func(a *Attempt) { a.Ended = true })
	defer m.change(func() { delete(m.conns, conn) })
	defer conn.Close() //nolint:errcheck // the client may have gone
	switch fault.kind {
	case faultReset:
		resetConn(conn)
		return
	case faultHang:
		m.hang(gone(conn))
		return
	}
	s := &mailSession{server: m, n: n, fault: fault}
	if m.options.ImplicitTLS {
		s.secure = true
		conn = tls.Server(conn, m.tls)
	}
	s.use(conn)
	s.run()
}

// gone is closed when a client that is to wait has left.
func gone(conn net.Conn) <-chan struct{} {
	left := make(chan struct{})
	go func() {
		defer close(left)
		buffer := make([]byte, 1<<10)
		for {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
	}()
	return left
}

// close ends every session.
func (m *MailServer) close() {
	close(m.closed)
	_ = m.listener.Close()
	m.change(func() {
		for conn := range m.conns {
			_ = conn.Close() // the client may have gone
		}
	})
	m.sessions.Wait()
}
