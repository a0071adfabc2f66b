package intake

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// smallBody is what needs no place: the connections bound how much
	// memory such bodies take together.
	smallBody = 64 << 10
	// placeWait is how long a large body waits for a place.
	placeWait = 10 * time.Second
)

// places bound how many large bodies are worked on at once, and so the memory
// that they take: each may be as large as the limit twice over, as it is sent
// and as it expands.
type places struct {
	taken   chan struct{}
	refused prometheus.Counter
}

func newPlaces(n int, registerer prometheus.Registerer) *places {
	p := &places{
		taken: make(chan struct{}, n),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "luneo_ingest_large_bodies_refused_total",
			Help: "Requests refused since the start as too many large bodies were being read at once",
		}),
	}
	if registerer != nil {
		registerer.MustRegister(p.refused)
	}
	return p
}

// enter takes a place for a request whose body is large or may become so. It
// returns what gives the place back.
func (p *places) enter(r *http.Request) (leave func(), err error) {
	if r.ContentLength >= 0 && r.ContentLength <= smallBody && r.Header.Get("Content-Encoding") == "" {
		return func() {}, nil
	}
	wait := time.NewTimer(placeWait)
	defer wait.Stop()
	select {
	case p.taken <- struct{}{}:
		return func() { <-p.taken }, nil
	case <-r.Context().Done():
	case <-wait.C:
	}
	p.refused.Inc()
	return nil, &kpi.Error{
		Kind: kpi.KindUnavailable, RetryAfter: time.Second, Err: r.Context().Err(),
		Message: "Too many large bodies are being read at once. Nothing was counted; send the events again later with the same ids.",
	}
}
