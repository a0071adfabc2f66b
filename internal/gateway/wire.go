package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// wire is a connection to an upstream that speaks HTTP/1.1. Request and answer
// go through it one after the other, in the goroutine of the call: with nobody to
// hand over to, a call takes half the time that it takes through http.Transport.
type wire struct {
	conn  net.Conn
	in    *bufio.Reader
	bound bounded
	idle  time.Time
}

const (
	// wireIn is small, since a stream holds it for as long as it lasts; large
	// reads go past it.
	wireIn  = 4 << 10
	wireOut = 16 << 10
	// mostHead bounds the head of an answer.
	mostHead = 1 << 20
)

func newWire(conn net.Conn) *wire {
	w := &wire{conn: conn}
	w.bound.from = conn
	w.in = bufio.NewReaderSize(&w.bound, wireIn)
	return w
}

// bounded reads from a connection, and no more than left while that is not
// negative.
type bounded struct {
	from io.Reader
	left int64
}

var errHeadTooLarge = errors.New("the head of the answer is too large")

// Read takes what there is, within the bound.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return b.from.Read(p)
	}
	if b.left == 0 {
		return 0, errHeadTooLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// exchange sends a request, through a buffer that is lent for it, and reads the
// head of its answer.
func (w *wire) exchange(req *http.Request, out *bufio.Writer) (*http.Response, error) {
	out.Reset(w.conn)
	if err := req.Write(out); err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	w.bound.left = mostHead
	defer func() { w.bound.left = -1 }()
	for {
		resp, err := http.ReadResponse(w.in, req)
		if err != nil {
			return nil, unexpected(err)
		}
		if resp.StatusCode >= http.StatusOK || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, nil
		} // what is only informational is left out, as http.Transport does
	}
}

// unexpected is the end of a connection where an answer should be.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wireBody is the body of an answer. When it was read to its end the connection
// goes back to where it is kept; when it is given up before, or breaks off, the
// connection is closed.
type wireBody struct {
	io.ReadCloser
	wire *wire
	stop func() bool // of watching the call's context
	keep func(*wire) // nil when the connection can't be used again
	done bool
}

// Read reads the body.
func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case b.done || err == nil:
	case errors.Is(err, io.EOF):
		b.finish()
	default:
		b.giveUp()
	}
	return n, err
}

// Close gives up what was not read.
func (b *wireBody) Close() error {
	if !b.done {
		b.giveUp()
	}
	return nil
}

// finish gives the connection back after the whole answer.
func (b *wireBody) finish() {
	b.done = true
	if undisturbed := b.stop(); undisturbed && b.keep != nil && b.wire.in.Buffered() == 0 {
		b.keep(b.wire)
		return
	}
	_ = b.wire.conn.Close() // it can't be used again
}

func (b *wireBody) giveUp() {
	b.done = true
	b.stop()
	_ = b.wire.conn.Close() // nothing more is wanted of it
}

// watch has a connection give up when a call's context ends.
func (w *wire) watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = w.conn.SetDeadline(time.Unix(1, 0)) }) // long ago
}
