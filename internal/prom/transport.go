package prom

import (
	"io"
	"net/http"

	"github.com/luneo-platform/luneo/internal/reply"
)

// RoundTrip answers a request to the HTTP API within the process, so that a
// client of the API needs no connection and no credential.
func (p *Prom) RoundTrip(r *http.Request) (*http.Response, error) {
	a := reply.Hold()
	p.ServeHTTP(a, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: a.Status, Status: http.StatusText(a.Status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.Header(), ContentLength: int64(a.Body.Len()), Body: io.NopCloser(&a.Body), Request: r,
	}, nil
}
