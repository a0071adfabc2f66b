package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

// TestForeignCallsHaveTheirOwnTime: what passes on to somebody else is waited for
// beyond the time that Luneo's own requests have, and arrives whole.
func TestForeignCallsHaveTheirOwnTime(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	o := options(web.Route{Method: "GET", Pattern: "/stream", Foreign: &web.Foreign{}, Handler: func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		close(entered)
		<-release
		_, err := io.WriteString(w, "last")
		return err
	}})
	o.ShutdownTimeout, o.ForeignTimeout = time.Millisecond, time.Minute
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done, answered := make(chan error, 1), make(chan reply, 1)
	go func() { done <- s.Run(ctx) }()
	go func() { answered <- do(t, s, call{path: "/stream"}) }()
	<-entered
	cancel()
	eventually(t, func() error { // the stop has begun
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			return nil
		}
		_ = conn.Close()
		return io.ErrNoProgress
	})
	close(release)
	if got := <-answered; got.body != "first last" {
		t.Errorf("the call in flight got %q", got.body)
	}
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

// TestTakenOverConnectionsAreCut: a connection that the server has lost sight of
// ends with its deadline.
func TestTakenOverConnectionsAreCut(t *testing.T) {
	t.Parallel()
	entered, ended := make(chan struct{}), make(chan struct{})
	o := options(web.Route{Method: "GET", Pattern: "/socket", Foreign: &web.Foreign{}, Handler: func(w http.ResponseWriter, r *http.Request) error {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		close(entered)
		<-r.Context().Done()
		close(ended)
		return conn.Close()
	}})
	o.ShutdownTimeout, o.ForeignTimeout = time.Millisecond, 20*time.Millisecond
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it was read
	_, _ = io.WriteString(conn, "GET /socket HTTP/1.1\r\nHost: "+s.Addr().String()+"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	<-entered
	cancel()
	<-ended
	if _, err := bufio.NewReader(conn).ReadByte(); err == nil {
		t.Error("the connection goes on")
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "still passing") {
		t.Errorf("run: %v", err)
	}
}

// TestForeignCredentials: a token in the place of a key is Luneo's when it is one;
// where everybody is let in another one is none; refusals have the other form.
func TestForeignCredentials(t *testing.T) {
	t.Parallel()
	const token = "a-token-that-nobody-guesses"
	for name, c := range map[string]struct {
		anonymous *web.Anonymous
		key       string
		want      string
	}{
		"a token":                {&web.Anonymous{}, token, `200 "worker"`},
		"another key":            {&web.Anonymous{}, "sk-none", "401 theirs: The credential is wrong."},
		"none":                   {&web.Anonymous{}, "", `401 theirs: This route needs a credential with the scope "openai".`},
		"a token, all let in":    {nil, token, `200 "worker"`},
		"another, all let in":    {nil, "sk-none", `200 "anonymous"`},
		"no key, all are let in": {nil, "", `200 "anonymous"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(web.Route{Method: "GET", Pattern: "/through", Scope: web.OpenAI, Handler: func(w http.ResponseWriter, r *http.Request) error {
				_, err := io.WriteString(w, `"`+kpi.CallerFrom(r.Context()).Credential+`"`)
				return err
			}, Foreign: &web.Foreign{
				Token: func(r *http.Request) string { return r.Header.Get("Api-Key") },
				Error: func(w http.ResponseWriter, status int, e *kpi.Error) {
					w.WriteHeader(status)
					_, _ = io.WriteString(w, "theirs: "+e.Message)
				},
			}})
			o.Credentials = web.Credentials{Tokens: []web.Token{{Name: "worker", Secret: token, Scopes: []web.Scope{web.OpenAI}}}, Anonymous: c.anonymous}
			s := start(t, o)
			got := do(t, s, call{path: "/through", header: http.Header{"Api-Key": {c.key}, "Authorization": {"Bearer theirs"}}})
			if text := fmt.Sprintf("%d %s", got.status, got.body); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
}

// TestWebSocketsOfOtherSites: a page of another site may not open one where callers
// without a credential are let in; the platform's own clients may.
func TestWebSocketsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := start(t, options(web.Route{Method: "GET", Pattern: "/socket", Scope: web.OpenAI, Foreign: &web.Foreign{}, Handler: whoami}))
	for origin, want := range map[string]int{"": 200, s.URL(): 200, "https://evil.example": 403, "null": 403} {
		h := http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}
		if origin != "" {
			h.Set("Origin", origin)
		}
		if got := do(t, s, call{path: "/socket", header: h}); got.status != want {
			t.Errorf("from %q: %d, want %d", origin, got.status, want)
		}
	}
}
