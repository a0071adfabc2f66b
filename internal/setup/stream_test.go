package setup_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/setup"
)

// listen opens a stream and returns its reader and what ends with it.
func (b *bench) listen(ctx context.Context) (*reader, <-chan error) {
	r, done := newReader(), make(chan error, 1)
	req := httptest.NewRequest(http.MethodGet, "/api/setup/stream", nil).WithContext(ctx)
	go func() { done <- b.HandleStream(r, req) }()
	synctest.Wait()
	return r, done
}

func TestStreamTellsWhatHappens(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		r, _ := b.listen(t.Context())
		if text := r.take(); strings.Count(text, "event: source\n") != 6 || r.header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("at first: %s", text)
		}
		if err := b.send(t, "render", render); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		text := r.take()
		if !strings.Contains(text, `data: {"id":"renders","state":"live"`) || strings.Count(text, "event: source\n") != 1 ||
			strings.Count(text, "event: received\n") != 1 || !strings.Contains(text, `"text":"render 2d high","detail":"4.2 s"}`+"\n\n") {
			t.Errorf("after an event: %s", text)
		}
		time.Sleep(5*time.Minute + time.Second)
		text = r.take()
		if !strings.Contains(text, `data: {"id":"renders","state":"quiet"`) || strings.Count(text, ": ping\n\n") != 20 {
			t.Errorf("after five minutes: %s", text)
		}
	})
}

func TestStreamIsThrottled(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		r, _ := b.listen(t.Context())
		r.take()
		for range 1000 { // a second of all types
			for _, e := range [][2]string{{"render", render}, {"render", "{}"}, {"openai", "{}"}, {"ar-conversion", "{}"}} {
				_ = b.send(t, e[0], e[1])
			}
			time.Sleep(time.Millisecond)
		}
		if n := strings.Count(r.take(), "event: received\n"); n == 0 || n > 5 {
			t.Errorf("%d in a second", n)
		}
	})
}

func TestListenersAreBoundedAndLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		ctx, stop := context.WithCancel(t.Context())
		go b.Run(ctx)
		client, leave := context.WithCancel(t.Context())
		_, left := b.listen(client)
		var ends []<-chan error
		for range setup.MaxListeners - 1 {
			_, done := b.listen(t.Context())
			ends = append(ends, done)
		}
		if _, done := b.listen(t.Context()); (<-done).Error() == "" {
			t.Error("one more is let in")
		}
		leave()
		if err := <-left; err != nil {
			t.Error(err)
		}
		_, done := b.listen(t.Context()) // in the place of the one that left
		stop()
		for _, done := range append(ends, done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		_, done = b.listen(t.Context()) // after the end
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestHeadOfStreamEnds(t *testing.T) {
	t.Parallel()
	r := newReader()
	if err := newBench().HandleStream(r, httptest.NewRequest(http.MethodHead, "/api/setup/stream", nil)); err != nil || r.take() != "" {
		t.Error(err)
	}
}
