package testkit

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// reply is what a fake service answers with. taken books the message, once the
// answer is to be sent.
type reply struct {
	status int
	kind   string // Content-Type
	body   string
	said   string // what is wrong, in a word; empty where the message is taken
}

// answerer reads a request and says what the service answers; where it takes
// the message it books it.
type answerer func(r *http.Request, body []byte) reply

// webService is a fake service over HTTP.
type webService struct {
	*service
	// URL has no path.
	URL string

	server *httptest.Server
	answer answerer
	refuse func(path string, status int) reply // what a fault's status looks like
}

// maxMessage bounds what is read of a request.
const maxMessage = 64 << 20

// serveWeb starts a service on a free port. It ends with the test.
func serveWeb(t testing.TB, answer answerer, refuse func(path string, status int) reply) *webService {
	t.Helper()
	s := &webService{service: newService(), answer: answer, refuse: refuse}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that leave are part of the tests
	s.server.Start()
	s.URL = s.server.URL
	t.Cleanup(s.close)
	return s
}

// close lets what hangs end, else the server would wait for it.
func (s *webService) close() {
	close(s.closed)
	s.server.CloseClientConnections()
	s.server.Close()
}

// serve answers one request and books it, also where the answer is cut.
func (s *webService) serve(w http.ResponseWriter, r *http.Request) {
	n, fault := s.begin(r.URL.Path)
	defer s.note(n, func(a *Attempt) { a.Ended = true })
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		s.note(n, func(a *Attempt) { a.Said = err.Error() })
		return
	}
	if !fault.forHTTP() {
		s.complain("a fault of mail servers was asked of an HTTP service")
	}
	if !fault.takes() && fault.forHTTP() {
		s.fail(w, r, n, fault)
		return
	}
	a := s.answer(r, body)
	s.note(n, func(b *Attempt) { b.Accepted, b.Said = a.said == "", a.said })
	if fault.kind == faultSlow {
		s.linger(fault.after, r.Context().Done())
	}
	if fault.kind == faultLost || r.Context().Err() != nil {
		reset(w) // who leaves over TLS could still get an answer
		return
	}
	s.send(w, n, a)
}

// fail does what a fault does that takes nothing.
func (s *webService) fail(w http.ResponseWriter, r *http.Request, n int, fault Fault) {
	switch fault.kind {
	case faultHang:
		s.hang(r.Context().Done())
		reset(w)
	case faultReset:
		reset(w)
	default:
		a := s.refuse(r.URL.Path, fault.code)
		a.status = fault.code
		s.note(n, func(b *Attempt) { b.Said = a.said })
		fault.retriesAfter(w.Header())
		s.send(w, n, a)
	}
}

func (s *webService) send(w http.ResponseWriter, n int, a reply) {
	s.note(n, func(b *Attempt) { b.Status = a.status })
	w.Header().Set("Content-Type", a.kind)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body) // the client may have gone
}

// reset closes the connection with RST where it is HTTP/1.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2
	}
	resetConn(conn)
}

func resetConn(conn net.Conn) {
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it may be gone
	}
	_ = raw.Close() // the same
}
