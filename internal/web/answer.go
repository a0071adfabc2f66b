package web

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// answer is a ResponseWriter that remembers the status.
type answer struct {
	http.ResponseWriter
	code int
	// brokenOff says that the answer had begun when it failed: the client
	// must not take it for a whole one.
	brokenOff bool
	// aborted says that it was broken off before it had begun.
	aborted bool
	body    timedBody
}

// WriteHeader remembers the first status that is not informational.
func (a *answer) WriteHeader(code int) {
	if a.code == 0 && code >= http.StatusOK {
		a.code = code
	}
	a.ResponseWriter.WriteHeader(code)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.code == 0 {
		a.code = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// status is what the client gets, noAnswer when it gets nothing.
func (a *answer) status() int {
	switch {
	case a.aborted:
		return noAnswer
	case a.code == 0:
		return http.StatusOK
	}
	return a.code
}

// limitBody gives the client a time to send the body in. The deadline ends with
// the body: the server reads on to notice that the client has gone, and would
// take the deadline for that.
func (a *answer) limitBody(r *http.Request, limit time.Duration) {
	a.body = timedBody{ReadCloser: r.Body, conn: http.NewResponseController(a.ResponseWriter)}
	if err := a.body.conn.SetReadDeadline(time.Now().Add(limit)); err == nil {
		r.Body = &a.body
	}
}

type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		if derr := b.conn.SetReadDeadline(time.Time{}); derr != nil {
			return n, derr
		}
	}
	return n, err
}
