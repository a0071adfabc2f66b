package intake_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// TestLargeBodiesTakePlaces lets two clients that never end their bodies take
// both places: a third large body is refused after a while, a small one and,
// once a place is free, a large one are taken.
func TestLargeBodiesTakePlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t, func(o *intake.Options) { o.LargeBodies = 2 })
		event := `{"type":"render","renderType":"2d","quality":"high","durationSeconds":1}`
		send := func(body io.Reader) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			b.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, kpi.PathPrefix+"batch", body))
			return w
		}
		chunked := func() io.Reader { return struct{ io.Reader }{strings.NewReader(event)} }
		var slow []*io.PipeWriter
		ended := make(chan int, 2)
		for range 2 {
			r, w := io.Pipe()
			slow = append(slow, w)
			go func() { ended <- send(r).Code }()
		}
		synctest.Wait()

		start := time.Now()
		if w := send(chunked()); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Errorf("a third large body: %d %s", w.Code, w.Body)
		}
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("it waited %v for a place", waited)
		}
		if w := send(strings.NewReader(event)); w.Code != http.StatusAccepted {
			t.Errorf("a small body: %d %s", w.Code, w.Body)
		}
		for _, w := range slow {
			if _, err := io.WriteString(w, event); err != nil {
				t.Error(err)
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			if code := <-ended; code != http.StatusAccepted {
				t.Errorf("a slow body: %d", code)
			}
		}
		if w := send(chunked()); w.Code != http.StatusAccepted {
			t.Errorf("a large body with a free place: %d %s", w.Code, w.Body)
		}
	})
}
