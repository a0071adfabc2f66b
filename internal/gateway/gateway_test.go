package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// ledger keeps what is recorded.
type ledger struct {
	mu     sync.Mutex
	events []kpi.Event
	refuse bool
}

func (l *ledger) Record(_ context.Context, sub kpi.Submission) (kpi.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse {
		return kpi.Receipt{}, kpi.Errorf(kpi.KindUnavailable, "The disk refuses.")
	}
	l.events = append(l.events, sub.Events...)
	return kpi.Receipt{Accepted: len(sub.Events)}, nil
}

func (l *ledger) all() []kpi.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]kpi.Event(nil), l.events...)
}

// between runs a gateway in front of an upstream and returns its URL.
func between(t *testing.T, l *ledger, upstream http.Handler) string {
	t.Helper()
	behind := httptest.NewServer(upstream)
	t.Cleanup(behind.Close)
	return inFrontOf(t, l, behind.URL+"/v1")
}

func inFrontOf(t *testing.T, l *ledger, base string) string {
	t.Helper()
	g := open(t, gateway.Options{Recorder: l, Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: base}, {Name: "root", BaseURL: strings.TrimSuffix(base, "/v1")}}})
	return g.url + "/v1"
}

func answering(headers map[string]string, status int, pieces ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range headers {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		for _, p := range pieces {
			_, _ = io.WriteString(w, p)
			_ = http.NewResponseController(w).Flush()
		}
	})
}

// TestWhatIsCounted: model, operation, usage and error of answers of each kind.
func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	events := map[string]string{"Content-Type": "text/event-stream"}
	plain := map[string]string{"Content-Type": "application/json"}
	for name, c := range map[string]struct {
		path, request string
		upstream      http.Handler
		want          string
	}{
		"chat": {
			"/chat/completions", `{"model":"gpt-4o","messages":[{"content":"model: no"}]}`,
			answering(plain, 200, `{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":3}}`), "gpt-4o chat  9/3",
		},
		"chat stream": {
			"/chat/completions", `{"model":"gpt-4o","stream":true}`,
			answering(events, 200, "data: {\"model\":\"gpt-4o\",\"choi", "ces\":[]}\n\ndata: {\"model\":\"gpt-4o\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}\n\n", "data: [DONE]\n\n"), "gpt-4o chat  5/7",
		},
		"stream without usage": {
			"/chat/completions", `{"model":"gpt-4o","stream":true}`,
			answering(events, 200, "data: {\"model\":\"gpt-4o\"}\n\ndata: [DONE]\n\n"), "gpt-4o chat  unknown",
		},
		"responses stream": {
			"/responses", `{"model":"o3","stream":true}`,
			answering(events, 200, "event: response.incomplete\ndata: {\"type\":\"response.incomplete\",\"response\":{\"model\":\"o3-x\",\"usage\":{\"input_tokens\":4,\"output_tokens\":6}}}\n\n"), "o3 responses  4/6",
		},
		"error": {
			"/chat/completions", `{"model":"gpt-4o"}`,
			answering(plain, 429, `{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}`), "gpt-4o chat insufficient_quota none",
		},
		"error event": {
			"/chat/completions", `{"model":"gpt-4o","stream":true}`,
			answering(events, 200, "data: {\"model\":\"gpt-4o\"}\n\n", "event: error\ndata: {\"error\":{\"type\":\"server_error\",\"code\":\"server_error\"}}\n\n"), "gpt-4o chat server_error unknown",
		},
		"unknown path": {"/things/to/come", `{"model":"m"}`, answering(plain, 200, `{}`), "m other  none"},
		"models":       {"/models", ``, answering(plain, 200, `{"data":[]}`), "unknown model  none"},
		"dall-e":       {"/images/generations", `{"model":"dall-e-3","n":2,"size":"1024x1024","quality":"hd"}`, answering(plain, 200, `{"data":[{"url":"a"},{"url":"b"}]}`), "dall-e-3 image_generation  2 images 1024x1024 hd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{}
			url := between(t, l, c.upstream)
			resp, err := http.Post(url+c.path, "application/json", strings.NewReader(c.request))
			if err != nil {
				t.Fatal(err)
			}
			testkit.Body(t, resp)
			testkit.Await(t, "the call to be counted", func() bool { return len(l.all()) == 1 })
			if got := describe(l.all()[0]); got != c.want {
				t.Errorf("counted %q, want %q", got, c.want)
			}
		})
	}
}

func describe(e kpi.Event) string {
	s := fmt.Sprintf("%s %s %s ", e.Dims[0], e.Dims[1], e.Dims[2])
	switch u := e.Usage; {
	case u != nil && u.Images > 0:
		return s + fmt.Sprintf("%d images %s %s", u.Images, u.ImageSize, u.ImageQuality)
	case u != nil:
		return s + fmt.Sprintf("%d/%d", u.Input, u.Output)
	case e.Basis == kpi.CostUnknown:
		return s + "unknown"
	default:
		return s + "none"
	}
}

// TestNobodyThere: the answer is OpenAI's own error, with a request id, and the
// call is counted.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	url := inFrontOf(t, l, "http://127.0.0.1:1/v1")
	resp, err := http.Post(url+"/chat/completions", "application/json", strings.NewReader(`{"model":"gpt-4o"}`))
	if err != nil {
		t.Fatal(err)
	}
	body := testkit.Body(t, resp)
	if resp.StatusCode != http.StatusBadGateway || !strings.HasPrefix(resp.Header.Get("X-Request-Id"), "req_luneo_") || !strings.Contains(body, `"type":"server_error","param":null,"code":"bad_gateway"`) {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	testkit.Await(t, "the call to be counted", func() bool { return len(l.all()) == 1 })
	if got := describe(l.all()[0]); got != "gpt-4o chat connection none" {
		t.Errorf("counted %q", got)
	}
}

// TestCutAnswer: an answer that ends too early ends so for the caller too.
func TestCutAnswer(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	url := between(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"model\":\"gpt-4o\"}\n\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	resp, err := http.Post(url+"/chat/completions", "application/json", strings.NewReader(`{"model":"gpt-4o","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the answer seems whole")
	}
	testkit.Await(t, "the call to be counted", func() bool { return len(l.all()) == 1 })
	if got := describe(l.all()[0]); got != "gpt-4o chat stream_interrupted unknown" {
		t.Errorf("counted %q", got)
	}
}

// TestCallerHangsUp: the upstream learns of it at once.
func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	l, cancelled := &ledger{}, make(chan struct{})
	url := between(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(cancelled)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/chat/completions", strings.NewReader(`{"model":"m","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-cancelled
	testkit.Await(t, "the call to be counted", func() bool { return len(l.all()) == 1 })
	if got := describe(l.all()[0]); got != "m chat client_closed unknown" {
		t.Errorf("counted %q", got)
	}
}

// TestHeaders: what is end to end passes with its value, both ways; what is of
// the connection, or Luneo's own, does not; nothing is added.
func TestHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	url := between(t, &ledger{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Clone()
		w.Header().Set("Openai-Processing-Ms", "12")
		w.Header()["X-Odd"] = []string{"a", "b"}
		w.Header()["Content-Type"] = nil
		_, _ = io.WriteString(w, "<html>")
	}))
	conn, err := net.Dial("tcp", strings.Split(strings.TrimPrefix(url, "http://"), "/")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it was read
	_, _ = io.WriteString(conn, "GET /openai/v1/models HTTP/1.1\r\nHost: luneo\r\nAuthorization: Bearer sk-1\r\nX-Stainless-Lang: js\r\nX-Luneo-Tag: shop\r\nConnection: X-Secret, close\r\nX-Secret: 1\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := <-seen
	if fmt.Sprint(got) != fmt.Sprint(http.Header{"Authorization": {"Bearer sk-1"}, "X-Stainless-Lang": {"js"}}) {
		t.Errorf("the upstream saw %v", got)
	}
	if resp.Header.Get("Openai-Processing-Ms") != "12" || len(resp.Header["X-Odd"]) != 2 || resp.Header.Get("Content-Type") != "" {
		t.Errorf("the caller saw %v", resp.Header)
	}
}

// TestBooksRefuse: while the disk refuses calls are answered, and counted later.
func TestBooksRefuse(t *testing.T) {
	t.Parallel()
	l := &ledger{refuse: true}
	url := between(t, l, answering(map[string]string{"Content-Type": "application/json"}, 200, `{"model":"m"}`))
	for range 20 {
		resp, err := http.Post(url+"/chat/completions", "application/json", strings.NewReader(`{"model":"m"}`))
		if err != nil {
			t.Fatal(err)
		}
		if body := testkit.Body(t, resp); resp.StatusCode != http.StatusOK || body != `{"model":"m"}` {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
	}
	l.mu.Lock()
	l.refuse = false
	l.mu.Unlock()
	testkit.Await(t, "the calls to be counted", func() bool { return len(l.all()) == 20 })
}
