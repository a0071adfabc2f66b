package web_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/web"
)

func TestDrainFinishesRequests(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, err := web.New(options(web.Route{Method: "GET", Pattern: "/slow", Handler: func(w http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-release
		return whoami(w, r)
	}}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done, answered := make(chan error, 1), make(chan reply, 1)
	go func() { done <- s.Run(ctx) }()
	go func() { answered <- do(t, s, call{path: "/slow"}) }()
	<-entered
	cancel()
	eventually(t, func() error { // no new connection is taken
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			return nil
		}
		return errors.Join(errors.New("still listening"), conn.Close())
	})
	close(release)
	if got := <-answered; got.status != 200 {
		t.Errorf("the request in flight got %d", got.status)
	}
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestDrainCutsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	entered, ended := make(chan struct{}), make(chan struct{})
	o := options(web.Route{Method: "GET", Pattern: "/stuck", Handler: func(_ http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-r.Context().Done()
		close(ended)
		return r.Context().Err()
	}})
	o.ShutdownTimeout = 20 * time.Millisecond
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done, failed := make(chan error, 1), make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	go func() {
		resp, err := http.Get(s.URL() + "/stuck") //nolint:noctx // the server cuts it
		if err == nil {
			err = resp.Body.Close()
		}
		failed <- err
	}()
	<-entered
	cancel()
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("run: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
	<-ended
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}
