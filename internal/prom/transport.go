package prom

import (
	"bytes"
	"io"
	"net/http"
)

// RoundTrip answers a request to the HTTP API within the process, so that a
// client of the API needs no connection and no credential.
func (p *Prom) RoundTrip(r *http.Request) (*http.Response, error) {
	a := &recorded{header: http.Header{}, status: http.StatusOK}
	p.ServeHTTP(a, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, ContentLength: int64(a.body.Len()), Body: io.NopCloser(&a.body), Request: r,
	}, nil
}

// recorded keeps an answer in memory.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's header.
func (a *recorded) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *recorded) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *recorded) Write(b []byte) (int, error) { return a.body.Write(b) }
