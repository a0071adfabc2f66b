package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// scripted is an upstream that answers each request with the same bytes. closes
// says that it hangs up after each answer.
type scripted struct {
	url         string
	connections atomic.Int64
	requests    atomic.Int64
}

func script(t *testing.T, answer string, closes func()) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{url: "http://" + l.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			serving.Go(func() { s.serve(conn, answer, closes) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return s
}

func (s *scripted) serve(conn net.Conn, answer string, closed func()) {
	defer conn.Close() //nolint:errcheck // it is the end
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body) // what it says does not matter
		s.requests.Add(1)
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
		if closed != nil {
			_ = conn.Close()
			closed()
			return
		}
	}
}

// TestOddAnswers: what upstreams may answer over plain HTTP/1.1 comes through as
// over the standard library's client, and connections are used again where they
// can be.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	for name, c := range map[string]struct {
		method, answer string
		want           string // "status body trailer", or "broken" for a body that is not whole
		again          bool   // the connection is used again
		closes         bool
	}{
		"plain":             {"POST", ok, "200 hi", true, false},
		"nothing":           {"POST", "HTTP/1.1 204 No Content\r\n\r\n", "204 ", true, false},
		"empty":             {"POST", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ", true, false},
		"chunks, trailer":   {"POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n", "200 hi 7", true, false},
		"HEAD":              {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "200 ", true, false},
		"early hints":       {"POST", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + ok, "200 hi", true, false},
		"says close":        {"POST", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", "200 hi", false, false},
		"until it closes":   {"POST", "HTTP/1.1 200 OK\r\n\r\nhi", "200 hi", false, true},
		"HTTP/1.0":          {"POST", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi", false, true},
		"more than it says": {"POST", ok + "more", "200 hi", false, false},
		"too short":         {"POST", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi", "broken", false, true},
		"cut in a chunk":    {"POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhi", "broken", false, true},
		"no HTTP":           {"POST", "SSH-2.0-OpenSSH\r\n\r\n", "502 ", false, false},
		"cut head":          {"POST", "HTTP/1.1 200 OK\r\nContent-", "502 ", false, true},
		"endless head":      {"POST", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", "502 ", false, false},
		"bad length":        {"POST", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "502 ", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var closes func()
			if c.closes {
				closes = func() {}
			}
			up := script(t, c.answer, closes)
			g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: up.url}}})
			for range 3 {
				if got := g.askOddly(t, c.method); got != c.want && !strings.HasPrefix(c.want, "502") || c.want == "502 " && !strings.HasPrefix(got, "502 ") {
					t.Errorf("got %.80q, want %q", got, c.want)
				}
			}
			if n := up.connections.Load(); (n == 1) != c.again {
				t.Errorf("three calls took %d connections", n)
			}
		})
	}
}

func (g *gate) askOddly(t *testing.T, method string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, g.url+"/v1/models", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "broken"
	}
	return strings.TrimSuffix(fmt.Sprintf("%d %s %s", resp.StatusCode, body, resp.Trailer.Get("X-Sum")), " ")
}

// TestClosedMeanwhile: an upstream that closes connections without a word costs no
// call, and no POST is ever made twice.
func TestClosedMeanwhile(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	up := script(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", func() { closed <- struct{}{} })
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: up.url}}})
	for range 20 {
		if status, body, err := g.post(t, ask{"/v1/chat/completions", "{}", nil}); status != http.StatusOK || body != "hi" {
			t.Fatalf("%d %s (%v)", status, body, err)
		}
		<-closed
	}
	if n := up.requests.Load(); n != 20 {
		t.Errorf("the upstream had %d requests", n)
	}
}

// TestStreamsArriveWhole: streams in bursts, each to its last event. A bare
// ReverseProxy cuts some of them (golang.org/issue/40747).
func TestStreamsArriveWhole(t *testing.T) {
	t.Parallel()
	streams := 2000
	if os.Getenv("LUNEO_LONG") != "" {
		streams = 20_000
	}
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
	const burst = 64
	body := strings.Replace(hello, `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1)
	for done := 0; done < streams; done += burst {
		var all sync.WaitGroup
		for range burst {
			all.Go(func() {
				status, text, err := g.post(t, ask{"/v1/chat/completions", body, map[string]string{"Authorization": "Bearer sk-test", "X-Fake": "tokens=40"}})
				if err != nil || status != http.StatusOK || !strings.HasSuffix(text, "data: [DONE]\n\n") || !strings.Contains(text, `"usage":{`) {
					t.Errorf("%d %d bytes …%.60q (%v)", status, len(text), text[max(0, len(text)-60):], err)
				}
			})
		}
		all.Wait()
		f.Forget()
		if t.Failed() {
			return
		}
	}
	testkit.Await(t, "all to be counted", func() bool { return len(g.led.all()) >= streams })
	for _, e := range g.led.all() {
		if e.Failed || e.Usage == nil {
			t.Fatalf("counted as %v with usage %v", e.Dims, e.Usage)
		}
	}
}

// TestIdleStreams: thousands of streams that wait hold up nobody, and go on.
func TestIdleStreams(t *testing.T) {
	t.Parallel()
	streams := 500
	if os.Getenv("LUNEO_LONG") != "" {
		streams = 4000
	}
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	whole := make(chan bool, streams)
	slots := make(chan struct{}, 64)
	for range streams {
		slots <- struct{}{}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/v1/chat/completions", strings.NewReader(hello))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sk-test")
		req.Header.Set("X-Fake", "hold-at=2")
		go func() {
			resp, err := http.DefaultTransport.RoundTrip(req)
			<-slots
			if err != nil {
				whole <- false
				return
			}
			text, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			whole <- err == nil && strings.HasSuffix(string(text), "[DONE]\n\n")
		}()
	}
	f.Holding(t, streams)
	if status, _, err := g.post(t, ask{"/v1/chat/completions", hello, map[string]string{"Authorization": "Bearer sk-test"}}); status != http.StatusOK || err != nil {
		t.Errorf("beside them: %d %v", status, err)
	}
	f.Release()
	for range streams {
		if !<-whole {
			t.Fatal("a stream did not come whole")
		}
	}
}
