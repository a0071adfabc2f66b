package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// gate is a running gateway that a test looks into.
type gate struct {
	*gateway.Gateway
	url string // with /openai
	reg *prometheus.Registry
	led *ledger
}

func open(t *testing.T, o gateway.Options) *gate {
	t.Helper()
	g := &gate{reg: prometheus.NewRegistry(), led: &ledger{}}
	if o.Recorder == nil {
		o.Recorder = g.led
	}
	o.Registerer = g.reg
	var err error
	if g.Gateway, err = gateway.New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	front := httptest.NewServer(g)
	t.Cleanup(func() {
		front.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	g.url = front.URL + "/openai"
	return g
}

// counted waits for so many calls to be recorded.
func (g *gate) counted(t *testing.T, n int) []kpi.Event {
	t.Helper()
	testkit.Await(t, "the calls to be counted", func() bool { return len(g.led.all()) >= n })
	return g.led.all()
}

func (g *gate) metrics(t *testing.T) string {
	t.Helper()
	families, err := g.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

type ask struct {
	path, body string
	header     map[string]string
}

func (g *gate) post(t *testing.T, a ask) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+a.path, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range a.header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

const hello = `{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hello"}]}`

// unique takes out what differs from answer to answer.
func unique(stream string) string {
	return regexp.MustCompile(`chatcmpl-\w+|"created":\d+|"obfuscation":"\w*"`).ReplaceAllString(stream, "#")
}

// TestUsageIsAskedFor: with include_usage: inject a stream that was not asked for
// its usage tells it to the gateway, and the caller gets no more events than it
// asked for; one that asks itself gets all.
func TestUsageIsAskedFor(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1", InjectUsage: true}, {Name: "pass", BaseURL: f.URL + "/v1"}}})
	key := map[string]string{"Authorization": "Bearer sk-test"}
	_, plain, err := g.post(t, ask{"/pass/chat/completions", hello, key})
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{"", "crlf", "comments", "chunk-size=1"} {
		status, got, err := g.post(t, ask{"/v1/chat/completions", hello, map[string]string{"Authorization": "Bearer sk-test", "X-Fake": fault, "Accept-Encoding": "gzip"}})
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v", fault, status, err)
		}
		got = strings.ReplaceAll(strings.ReplaceAll(got, "\r\n", "\n"), `,"usage":null`, "")
		got = regexp.MustCompile(`(?m)^:.*\n\n?`).ReplaceAllString(got, "")
		if unique(got) != unique(plain) {
			t.Errorf("%s: the caller got\n%s\nwithout injection\n%s", fault, unique(got), unique(plain))
		}
	}
	_, own, err := g.post(t, ask{"/v1/chat/completions", strings.Replace(hello, `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1), key})
	if err != nil || !strings.Contains(own, `"choices":[],"usage":{`) {
		t.Errorf("a caller that asks itself got %s (%v)", own, err)
	}
	known, unknown := 0, 0
	for _, e := range g.counted(t, 6) {
		switch {
		case e.Usage != nil && e.Usage.Input > 0 && e.Usage.Output > 0:
			known++
		case e.Call.Unknown == kpi.StreamWithoutUsage && e.Basis == kpi.CostUnknown:
			unknown++
		}
	}
	if known != 5 || unknown != 1 {
		t.Errorf("%d calls with usage, %d without: %+v", known, unknown, g.led.all())
	}
}

// TestUnknownUsage: whose cost nobody knows counts so, with its reason; what the
// upstream refused cost nothing.
func TestUnknownUsage(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	for name, c := range map[string]struct {
		fault, path, body string
		want              kpi.UsageUnknown
	}{
		"known":           {"", "/v1/chat/completions", strings.Replace(hello, `,"stream":true`, "", 1), ""},
		"stream":          {"", "/v1/chat/completions", hello, kpi.StreamWithoutUsage},
		"no usage":        {"no-usage", "/v1/responses", `{"model":"gpt-4o","input":"x"}`, kpi.NoneInAnswer},
		"cut":             {"cut-after=200", "/v1/chat/completions", hello, kpi.StreamInterrupted},
		"error event":     {"error-event-at=2", "/v1/chat/completions", hello, kpi.StreamInterrupted},
		"refused":         {"status=429;code=insufficient_quota", "/v1/chat/completions", hello, ""},
		"broken":          {"status=500", "/v1/chat/completions", hello, ""},
		"no answer":       {"close-before-headers", "/v1/chat/completions", hello, ""},
		"costs nothing":   {"", "/v1/moderations", `{"input":"x"}`, ""},
		"a video":         {"", "/v1/videos", `{"model":"sora-2","prompt":"x"}`, ""}, // the fake knows none: 404
		"incomplete":      {"end=incomplete", "/v1/responses", `{"model":"gpt-4o","stream":true,"input":"x"}`, ""},
		"failed response": {"end=failed", "/v1/responses", `{"model":"gpt-4o","stream":true,"input":"x"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
			_, _, _ = g.post(t, ask{c.path, c.body, map[string]string{"Authorization": "Bearer sk-test", "X-Fake": c.fault}}) // how it ends is the case's
			e := g.counted(t, 1)[0]
			if e.Call.Unknown != c.want || (e.Basis == kpi.CostUnknown) != (c.want != "") {
				t.Errorf("unknown %q, basis %d, failed %s; want %q", e.Call.Unknown, e.Basis, e.Dims[2], c.want)
			}
		})
	}
}

// TestCallerLeaves: a call that its caller gave up counts as unknown.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	for _, fault := range []string{"hold-at=3", "stall"} {
		g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/v1/chat/completions", strings.NewReader(hello))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sk-test")
		req.Header.Set("X-Fake", fault)
		left := make(chan error, 1)
		go func() {
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			left <- err
		}()
		f.Until(t, func(_ []testkit.Seen, inFlight int) bool { return inFlight == 1 })
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", fault, err)
		}
		f.Until(t, func(_ []testkit.Seen, inFlight int) bool { return inFlight == 0 }) // the upstream learns of it
		if e := g.counted(t, 1)[0]; e.Dims[2] != "client_closed" || e.Call.Unknown != kpi.ClientClosed || e.Basis != kpi.CostUnknown {
			t.Errorf("%s: counted %v %+v", fault, e.Dims, e.Call)
		}
	}
}

// TestWhoCalls: the tag, the SDK's count of retries and the upstream's name are
// kept, and Luneo's own headers go no further.
func TestWhoCalls(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{
		{Name: "openai", BaseURL: f.URL + "/v1"},
		{Name: "azure", BaseURL: f.URL, Key: "sk-azure", KeyHeader: "api-key", Models: map[string]string{"prod": "gpt-4o"}},
		{Name: "kept", BaseURL: f.URL + "/v1", Key: "sk-kept"},
	}})
	for _, a := range []ask{
		{"/v1/chat/completions", hello, map[string]string{"Authorization": "Bearer sk-mine", "X-Luneo-Tag": " shop-a ", "X-Stainless-Retry-Count": "2", "X-Luneo-Token": "t"}},
		{"/azure/openai/deployments/prod/chat/completions?api-version=2024-10-21", strings.Replace(hello, `"model":"gpt-4o",`, "", 1), map[string]string{"Api-Key": "luneo-token"}},
		{"/kept/chat/completions", hello, map[string]string{"Authorization": "Bearer luneo-token", "X-Stainless-Retry-Count": "-7"}},
	} {
		if status, body, err := g.post(t, a); status != http.StatusOK {
			t.Fatalf("%s: %d %s (%v)", a.path, status, body, err)
		}
	}
	var seen []string
	for _, s := range f.Ended(t, 3) {
		seen = append(seen, fmt.Sprintf("%s|%s|%s%s", s.Header.Get("Authorization"), s.Header.Get("Api-Key"), s.Header.Get("X-Luneo-Tag"), s.Header.Get("X-Luneo-Token")))
	}
	if got := strings.Join(seen, " "); got != "Bearer sk-mine|| |sk-azure| Bearer sk-kept||" {
		t.Errorf("the upstreams saw %q", got)
	}
	var calls []string
	for _, e := range g.counted(t, 3) {
		calls = append(calls, fmt.Sprintf("%s %s %s %d %v", e.Call.Upstream, e.Dims[0], e.Call.Tag, e.Call.Retry, e.Call.FirstToken > 0 && e.Call.FirstToken <= e.Duration))
	}
	if got := strings.Join(calls, ", "); got != "openai gpt-4o shop-a 2 true, azure gpt-4o  0 true, kept gpt-4o  0 true" {
		t.Errorf("counted %s", got)
	}
	s := g.State()
	if len(s.Upstreams) != 3 || s.Upstreams[0].Name != "azure" || s.Upstreams[0].Path != "/openai/azure" || s.Upstreams[2].Path != "/openai/v1" || s.Upstreams[2].Calls != 1 || s.Upstreams[2].LastStatus != 200 || !s.Upstreams[1].OwnKey {
		t.Errorf("state %+v", s.Upstreams)
	}
}

// TestHeadroom: what the upstream says of its limits is shown, of the key and of
// the project; what it does not say is unknown, not 0.
func TestHeadroom(t *testing.T) {
	t.Parallel()
	headers := map[string]string{
		"Content-Type":                   "application/json",
		"X-Ratelimit-Limit-Requests":     "10000",
		"X-Ratelimit-Remaining-Requests": "9999",
		"X-Ratelimit-Reset-Requests":     "6m0s",
		"X-Ratelimit-Limit-Tokens":       "-1", "X-Ratelimit-Remaining-Tokens": "0",
		"X-Ratelimit-Limit-Project-Tokens": "500", "X-Ratelimit-Remaining-Project-Tokens": "20", "X-Ratelimit-Reset-Project-Tokens": "soon",
		"X-Ratelimit-Limit-Project-Requests": "3", "X-Ratelimit-Remaining-Project-Requests": "0", "X-Ratelimit-Reset-Project-Requests": "0s",
	}
	behind := httptest.NewServer(answering(headers, http.StatusOK, `{"model":"gpt-4o","usage":{"prompt_tokens":1}}`))
	defer behind.Close()
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL}}})
	if _, _, err := g.post(t, ask{"/v1/chat/completions", `{"model":"gpt-4o"}`, nil}); err != nil {
		t.Fatal(err)
	}
	g.counted(t, 1)
	text := g.metrics(t)
	for _, line := range []string{
		`luneo_openai_ratelimit_limit{model="gpt-4o",resource="requests",scope="key",upstream="openai"} 10000`,
		`luneo_openai_ratelimit_remaining{model="gpt-4o",resource="requests",scope="key",upstream="openai"} 9999`,
		`luneo_openai_ratelimit_remaining{model="gpt-4o",resource="tokens",scope="project",upstream="openai"} 20`,
		`luneo_openai_ratelimit_remaining{model="gpt-4o",resource="requests",scope="project",upstream="openai"} 3`, // renewed at once
		`luneo_gateway_in_flight_requests{upstream="openai"} 0`,
		`luneo_gateway_overhead_seconds_count 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing %s in\n%s", line, text)
		}
	}
	if strings.Contains(text, `resource="tokens",scope="key"`) {
		t.Errorf("a limit of -1 is shown:\n%s", text)
	}
}

// TestFetchedOnce: a batch tells its usage whenever it is asked for; it is counted
// once, at the price of batches.
func TestFetchedOnce(t *testing.T) {
	t.Parallel()
	behind := httptest.NewServer(answering(map[string]string{"Content-Type": "application/json"}, http.StatusOK,
		`{"id":"batch_1","object":"batch","model":"gpt-4o","status":"completed","usage":{"input_tokens":20,"output_tokens":36}}`))
	defer behind.Close()
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL}}})
	for range 3 {
		resp, err := http.Get(g.url + "/v1/batches/batch_1")
		if err != nil {
			t.Fatal(err)
		}
		testkit.Body(t, resp)
	}
	var got []string
	for _, e := range g.counted(t, 3) {
		tier := ""
		if e.Usage != nil {
			tier = fmt.Sprint(e.Usage.Input, e.Usage.Tier)
		}
		got = append(got, e.Dims[1]+tier)
	}
	if text := strings.Join(got, " "); text != "batch20batch batch batch" {
		t.Errorf("counted %s", text)
	}
}

// TestEventsComeAtOnce: what the upstream has sent reaches the caller before it
// sends more, event by event.
func TestEventsComeAtOnce(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 20 {
			<-next
			_, _ = fmt.Fprintf(w, "data: {\"n\":%d}\n\n", i)
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer behind.Close()
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL}}})
	go func() { next <- struct{}{} }()
	resp, err := http.Post(g.url+"/v1/chat/completions", "application/json", strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	piece := make([]byte, 4096)
	for i := range 20 {
		n, err := resp.Body.Read(piece)
		if got := string(piece[:n]); got != fmt.Sprintf("data: {\"n\":%d}\n\n", i) {
			t.Fatalf("event %d came as %q (%v)", i, got, err)
		}
		if i < 19 {
			next <- struct{}{}
		}
	}
}

// TestTLS: an upstream that speaks HTTPS is called over HTTP/2 where it can, and
// not at all when its certificate is not trusted.
func TestTLS(t *testing.T) {
	t.Parallel()
	for _, http1 := range []bool{false, true} {
		f := testkit.OpenAI(t, testkit.OpenAIOptions{TLS: true, HTTP1: http1})
		g := open(t, gateway.Options{Roots: f.Roots(), Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
		key := map[string]string{"Authorization": "Bearer sk-test"}
		for _, fault := range []string{"", "trailers", "chunk-size=1", "gzip"} {
			key["X-Fake"] = fault
			if status, body, err := g.post(t, ask{"/v1/chat/completions", hello, key}); status != http.StatusOK || err != nil || len(body) == 0 {
				t.Errorf("%s: %d %s (%v)", fault, status, body, err)
			}
		}
		want := map[bool]string{false: "HTTP/2.0", true: "HTTP/1.1"}[http1]
		for _, s := range f.Ended(t, 4) {
			if s.Proto != want {
				t.Errorf("called over %s, want %s", s.Proto, want)
			}
		}
		strange := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: f.URL + "/v1"}}})
		if status, body, err := strange.post(t, ask{"/v1/chat/completions", hello, nil}); status != http.StatusBadGateway || err != nil {
			t.Errorf("with a certificate that nobody knows: %d %s (%v)", status, body, err)
		}
		if e := strange.counted(t, 1)[0]; e.Dims[2] != "connection" {
			t.Errorf("counted as %s", e.Dims[2])
		}
	}
}

// TestModels: the label is the model that was asked for, or what its deployment
// has; the one that answered is what is paid for.
func TestModels(t *testing.T) {
	t.Parallel()
	behind := httptest.NewServer(answering(map[string]string{"Content-Type": "application/json"}, http.StatusOK, `{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":1}}`))
	defer behind.Close()
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL, Models: map[string]string{"prod": "gpt-4o"}}}})
	for _, c := range []struct{ path, body, want string }{
		{"/v1/chat/completions", `{"model":"gpt-4o"}`, "gpt-4o"},
		{"/v1/chat/completions", `{"model":"prod"}`, "gpt-4o"},
		{"/v1/chat/completions", `{}`, "gpt-4o-2024-08-06"},
		{"/v1/openai/deployments/prod/chat/completions?api-version=1", `{}`, "gpt-4o"},
		{"/v1/openai/deployments/other/chat/completions", `{}`, "gpt-4o-2024-08-06"},
		{"/v1/realtime?model=gpt-realtime", `{}`, "gpt-realtime"},
	} {
		seen := len(g.led.all())
		if _, _, err := g.post(t, ask{c.path, c.body, nil}); err != nil {
			t.Fatal(err)
		}
		e := g.counted(t, seen+1)[seen]
		if e.Dims[0] != c.want || e.Call.Answered != "gpt-4o-2024-08-06" {
			t.Errorf("%s %s: counted as %s, answered by %s; want %s", c.path, c.body, e.Dims[0], e.Call.Answered, c.want)
		}
	}
}
