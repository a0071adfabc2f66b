package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// serve is one of the servers that are part of the benchmark, in a process of its
// own: what it costs is then told apart.
func serve(ctx context.Context, name, to string) error {
	handlers := map[string]func() (http.Handler, error){
		"bare":         func() (http.Handler, error) { return http.HandlerFunc(bare), nil },
		"upstream":     func() (http.Handler, error) { return http.HandlerFunc(upstream), nil },
		"reverseproxy": func() (http.Handler, error) { return reverseProxy(to) },
	}
	if handlers[name] == nil {
		return fmt.Errorf("there is no server %q", name)
	}
	handler, err := handlers[name]()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, Handler: handler}
	fmt.Println("http://" + l.Addr().String())
	go func() {
		<-ctx.Done()
		_ = srv.Close() // the end
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bare is the least that a server of events can do: read the body within the same
// limits and time-outs, and answer 202.
func bare(w http.ResponseWriter, r *http.Request) {
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20)); err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"accepted":1,"duplicate":0}`+"\n") // the client may be gone
}
