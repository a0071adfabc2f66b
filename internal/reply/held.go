package reply

import (
	"bytes"
	"net/http"
)

// Held is an answer that is kept in memory until somebody looks at it or sends
// it on. It is for one handler at a time, and for answers that are small.
type Held struct {
	header http.Header
	Status int
	Body   bytes.Buffer
}

// Hold is an answer that nothing was written to: 200, and empty.
func Hold() *Held { return &Held{header: http.Header{}, Status: http.StatusOK} }

// Header is the answer's header.
func (h *Held) Header() http.Header { return h.header }

// WriteHeader keeps the status.
func (h *Held) WriteHeader(status int) { h.Status = status }

// Write keeps the body.
func (h *Held) Write(p []byte) (int, error) { return h.Body.Write(p) }

// Send sends the answer on. When the caller is gone there is nobody to tell.
func (h *Held) Send(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	w.WriteHeader(h.Status)
	_, _ = w.Write(h.Body.Bytes())
}
