package testkit

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzip"
)

// outlet is where the bytes of an answer go out, with their faults.
type outlet struct {
	c    *fakeCall
	rc   *http.ResponseController
	gz   *gzip.Writer
	sent int64
	cut  bool
	// failed says that the client had left when there was more to send. Whether it
	// leaves after the last byte is its own affair.
	failed bool
}

func newOutlet(c *fakeCall) *outlet {
	o := &outlet{c: c, rc: http.NewResponseController(c.w)}
	if c.fault.has("gzip") {
		o.gz = gzip.NewWriter(rawOutlet{o})
	}
	return o
}

// before has the faults that come before the headers.
func (o *outlet) before() {
	f := o.c.fault
	switch {
	case f.has("close-before-headers"):
		o.drop(func(net.Conn, *bufio.ReadWriter) {})
	case f.has("reset"):
		o.drop(func(conn net.Conn, _ *bufio.ReadWriter) {
			if secure, ok := conn.(*tls.Conn); ok {
				conn = secure.NetConn()
			}
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // closing it is all that is left
			}
		})
	case f.has("stall") && f.wait("stall") == 0:
		o.stall()
	case f.has("stall"):
		o.sleep(f.wait("stall"))
	}
}

// Write sends bytes of the body, as far as the faults let it.
func (o *outlet) Write(p []byte) (int, error) {
	if o.gz != nil {
		return o.gz.Write(p)
	}
	return rawOutlet{o}.Write(p)
}

func (o *outlet) flush() {
	if o.gz != nil {
		_ = o.gz.Flush() // the client may have left
	}
	_ = o.rc.Flush()
}

func (o *outlet) close() {
	if o.gz != nil {
		_ = o.gz.Close() // the client may have left
	}
}

// rawOutlet takes what goes on the wire.
type rawOutlet struct{ o *outlet }

func (w rawOutlet) Write(p []byte) (int, error) {
	total := 0
	for len(p) > 0 {
		if err := w.o.c.r.Context().Err(); err != nil {
			w.o.failed = true
			return total, err
		}
		part := p[:min(len(p), w.o.step(len(p)))]
		n, err := w.o.c.w.Write(part)
		total += n
		w.o.sent += int64(n)
		if err != nil {
			w.o.failed = true
			return total, err
		}
		p = p[len(part):]
		w.o.between()
	}
	return total, nil
}

// step is how many bytes may go out in one write.
func (o *outlet) step(n int) int {
	f := o.c.fault
	n = min(n, max(1, f.number("chunk-size", n)))
	for _, name := range []string{"cut-after", "cut-mid-chunk", "stall-after"} {
		if f.has(name) {
			left := f.number(name, 0) - int(o.sent)
			if left <= 0 {
				o.reach(name)
			}
			n = min(n, left)
		}
	}
	return n
}

func (o *outlet) reach(name string) {
	o.flush()
	switch name {
	case "cut-after":
		o.abort()
	case "cut-mid-chunk":
		o.drop(func(_ net.Conn, rw *bufio.ReadWriter) {
			_, _ = fmt.Fprint(rw, "400\r\n{\"half\":") // the client may have left
			_ = rw.Flush()
		})
	case "stall-after":
		o.stall()
	}
}

func (o *outlet) between() {
	f := o.c.fault
	if f.has("chunk-size") {
		_ = o.rc.Flush()
	}
	if d := f.wait("slow-bytes"); d > 0 {
		_ = o.rc.Flush()
		o.sleep(d)
	}
}

// abort ends the answer so that the client sees that it isn't whole.
func (o *outlet) abort() {
	o.cut = true
	panic(http.ErrAbortHandler)
}

// drop closes the connection under the answer; in HTTP/2 it ends the stream.
func (o *outlet) drop(last func(net.Conn, *bufio.ReadWriter)) {
	conn, rw, err := o.rc.Hijack()
	if err != nil {
		o.abort()
	}
	last(conn, rw)
	_ = conn.Close()
	o.abort()
}

// stall waits until the client leaves or the test ends.
func (o *outlet) stall() {
	select {
	case <-o.c.r.Context().Done():
	case <-o.c.f.closed:
	}
	panic(http.ErrAbortHandler)
}

// hold waits until the test lets it go on.
func (o *outlet) hold() {
	released := o.c.f.hold(1)
	defer o.c.f.hold(-1)
	select {
	case <-released:
	case <-o.c.r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-o.c.f.closed:
		panic(http.ErrAbortHandler)
	}
}

func (o *outlet) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-o.c.r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-o.c.f.closed:
		panic(http.ErrAbortHandler)
	}
}

// pad writes n bytes that a JSON string may hold.
func pad(w io.Writer, n int) {
	block := make([]byte, 32<<10)
	for i := range block {
		block[i] = 'a' + byte(i%26)
	}
	for n > 0 {
		part := block[:min(n, len(block))]
		if _, err := w.Write(part); err != nil {
			panic(http.ErrAbortHandler)
		}
		n -= len(part)
	}
}
