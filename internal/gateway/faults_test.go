package gateway_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// got is what a caller of a faulty upstream gets.
type got struct {
	status   int
	header   http.Header
	bytes    int64 // of the body: each answer has an id of its own, and the recorded ones are compared to the byte
	trailers http.Header
	whole    bool
}

func askFaulty(t *testing.T, base, fault, request string) got {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/chat/completions", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer sk-test", "Content-Type": "application/json", "X-Fake": fault, "Accept-Encoding": "identity"} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return got{}
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	n, err := io.Copy(io.Discard, resp.Body)
	h := resp.Header.Clone()
	for _, own := range []string{"Date", "X-Request-Id", "Openai-Processing-Ms", "Keep-Alive"} { // of each answer, or of the connection
		h.Del(own)
	}
	return got{resp.StatusCode, h, n, resp.Trailer, err == nil}
}

// TestFaultyUpstream: what an upstream does wrong, and what it does oddly, comes
// to the caller as it is: the same status, headers, bytes and trailers, whole or
// broken off at the same place. Where it gives no answer the caller gets 502.
func TestFaultyUpstream(t *testing.T) {
	t.Parallel()
	f, l := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true}), &ledger{}
	direct, through := f.URL+"/v1", inFrontOf(t, l, f.URL+"/v1")
	for _, fault := range []string{
		"", "status=429;code=insufficient_quota;type=insufficient_quota", "status=503;retry-after=3", "cut-after=40", "cut-mid-chunk=60", "invalid-json", "big=20MB",
		"gzip", "gzip-garbage", "error-event-at=2", "no-usage", "no-done", "crlf", "comments", "content-length", "chunk-size=1", "odd-headers", "trailers", "early-hints",
		"close-before-headers", "reset", "early",
	} {
		for _, request := range []string{`{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}`, `{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hello"}]}`} {
			t.Run(fmt.Sprintf("%s stream=%v", fault, strings.Contains(request, "stream")), func(t *testing.T) {
				t.Parallel()
				want, have := askFaulty(t, direct, fault, request), askFaulty(t, through, fault, request)
				if want.status == 0 {
					if have.status != http.StatusBadGateway || !have.whole {
						t.Errorf("no answer came, and the caller got %+v", have)
					}
					return
				}
				sameBody := want.bytes == have.bytes || strings.Contains(fault, "cut") || fault == "gzip" // where it breaks off is up to TCP
				if have.status != want.status || !sameBody || have.whole != want.whole || !maps.EqualFunc(have.header, want.header, equal) || !maps.EqualFunc(have.trailers, want.trailers, equal) {
					t.Errorf("directly  %+v\nthrough it %+v", want, have)
				}
			})
		}
	}
}

func equal(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }
