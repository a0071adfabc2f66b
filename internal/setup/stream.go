package setup

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	pingEvery    = 15 * time.Second
	receiveEvery = 200 * time.Millisecond
	// writeWithin is how long a client may take to read what it is sent.
	writeWithin = 10 * time.Second
)

// HandleStream sends server-sent events (WHATWG HTML, section 9.2) until the
// client goes or Run ends: every source at first and when its state changes,
// and what is received, at most five a second. A client that reads nothing for
// writeWithin is sent away.
func (w *Watcher) HandleStream(rw http.ResponseWriter, r *http.Request) error {
	l, leave, err := w.hub.join()
	if err != nil {
		return err
	}
	defer leave()
	h := rw.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold it back
	rw.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s := &stream{w: rw, conn: http.NewResponseController(rw)}
	for _, source := range w.Sources() {
		s.event("source", source)
	}
	s.follow(r, l, w.hub.closed)
	return nil // the answer has begun: there is nobody to tell of a failure
}

// Listeners is how many streams are open.
func (w *Watcher) Listeners() int { return w.hub.count() }

// stream is one open answer; after a failure it is done.
type stream struct {
	w    http.ResponseWriter
	conn *http.ResponseController
	err  error
}

// follow sends what the listener gets until something ends it.
func (s *stream) follow(r *http.Request, l *listener, closed <-chan struct{}) {
	ping, gate := time.NewTicker(pingEvery), time.NewTicker(receiveEvery)
	defer ping.Stop()
	defer gate.Stop()
	for s.err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-closed:
			return
		case source := <-l.sources:
			s.event("source", source)
		case <-gate.C:
			select {
			case recent := <-l.recent:
				s.event("received", recent)
			default:
			}
		case <-ping.C:
			s.send(": ping\n\n")
		}
	}
}

func (s *stream) event(name string, v any) {
	data, err := json.Marshal(v) // holds no line break
	if err != nil {
		s.err = err
		return
	}
	s.send("event: " + name + "\ndata: " + string(data) + "\n\n")
}

func (s *stream) send(text string) {
	if s.err != nil {
		return
	}
	if s.err = s.conn.SetWriteDeadline(time.Now().Add(writeWithin)); s.err != nil {
		return
	}
	if _, s.err = s.w.Write([]byte(text)); s.err != nil {
		return
	}
	s.err = s.conn.Flush()
}
