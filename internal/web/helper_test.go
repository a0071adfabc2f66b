package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

// whoami answers with the caller's name.
func whoami(w http.ResponseWriter, r *http.Request) error {
	_, err := io.WriteString(w, kpi.CallerFrom(r.Context()).Credential)
	return err
}

func options(routes ...web.Route) web.Options {
	return web.Options{
		Listen: "127.0.0.1:0", Routes: routes,
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	}
}

// start runs a server until the test ends.
func start(t *testing.T, o web.Options) *web.Server {
	t.Helper()
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

type call struct {
	method, path, body string
	header             http.Header
	host               string
	client             *http.Client
}

type reply struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, s *web.Server, c call) reply {
	t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	if c.client == nil {
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		c.client = &http.Client{Transport: transport}
	}
	r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL()+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.header != nil {
		r.Header = c.header
	}
	r.Host = c.host
	resp, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

type problem struct {
	Type, Title, Detail string
	Status              int
	Kind                kpi.Kind
	Errors              []kpi.Violation
}

func (r reply) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.header.Get("Content-Type") != "application/problem+json" || p.Status != r.status {
		t.Fatalf("no problem: %d %q %v %v", r.status, r.body, r.header, err)
	}
	return p
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func basic(user, password string) http.Header {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header
}

func nobody() *web.Anonymous { return &web.Anonymous{} }

func loopbackOnly(scopes ...web.Scope) *web.Anonymous {
	return &web.Anonymous{Scopes: scopes, From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

// eventually polls a visible state: a request is counted after its answer.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick.C:
		}
	}
}
