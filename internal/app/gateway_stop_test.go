package app_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

type gatewaySettings struct {
	dataDir string
	more    string // of the section openai
	args    []string
}

// behindGateway is a luneo in front of a fake upstream, and the arguments that
// start it again.
func behindGateway(t *testing.T, f *testkit.FakeOpenAI, s gatewaySettings) (*testkit.Process, []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(file, []byte("openai: {upstreams: {openai: {base_url: '"+f.URL+"/v1'}}"+s.more+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--data-dir", s.dataDir, "--config", file}, s.args...)
	return testkit.Start(t, args...), args
}

func chat(t *testing.T, p *testkit.Process, fake string) (*http.Response, error) {
	t.Helper()
	const body = `{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hello"}]}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/openai/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk-test")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Fake", fake)
	return http.DefaultTransport.RoundTrip(req)
}

// TestStopLetsCallsEnd: a stream that is on its way when Luneo is told to stop
// arrives whole, and its record is there after the next start.
func TestStopLetsCallsEnd(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	p, args := behindGateway(t, f, gatewaySettings{dataDir: t.TempDir()})
	resp, err := chat(t, p, "hold-at=3")
	if err != nil {
		t.Fatal(err)
	}
	f.Holding(t, 1)
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	testkit.Await(t, "the listener to close", func() bool { // the stop has begun
		_, err := http.Get(p.URL + "/-/ready")
		return err != nil
	})
	f.Release()
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || !strings.HasSuffix(string(body), "data: [DONE]\n\n") {
		t.Errorf("the stream ended with %q (%v)", body[max(0, len(body)-60):], err)
	}
	if err := p.Ended(); err != nil {
		t.Errorf("the stop: %v\n%s", err, p.Log())
	}
	p = testkit.Start(t, args...)
	families := metricsOf(t, p.URL)
	if got := total(families, "luneo_openai_requests_total"); got != 1 {
		t.Errorf("%v calls are counted after the restart", got)
	}
	if got := total(families, "luneo_openai_requests_error_total"); got != 0 {
		t.Errorf("%v calls are counted as failed", got)
	}
	if total(families, "luneo_openai_cost_cents") == 0 {
		t.Error("the call has no cost")
	}
}

// TestGatewayOnAFullDisk: with nothing to write on, calls are answered, the
// instance stays ready, and what was called is counted when there is space again.
func TestGatewayOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	p, _ := behindGateway(t, f, gatewaySettings{dataDir: filepath.Join(disk, "data")})
	empty := fill(t, disk)
	calls := 0
	call := func() {
		calls++
		resp, err := chat(t, p, "")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.HasSuffix(string(body), "[DONE]\n\n") {
			t.Fatalf("call %d: %d %.100q (%v)", calls, resp.StatusCode, body, err)
		}
	}
	// The journal writes ahead of itself: events fill what it has.
	batch := strings.Repeat(`{"type":"render","renderType":"2d","quality":"high","durationSeconds":1.5}`+"\n", 1000)
	for refused, n := false, 0; !refused; n++ {
		a, err := tryPost(http.DefaultClient, p.URL+"/api/metrics/batch", "application/x-ndjson", []byte(batch))
		if err != nil || n > 5000 {
			t.Fatalf("after %d batches: %d %s (%v)", n, a.status, a.body, err)
		}
		refused = a.status == http.StatusServiceUnavailable
	}
	for range 20 {
		call()
	}
	for _, path := range []string{"/-/ready", "/-/healthy"} {
		if a := get(t, p.URL+path); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	empty()
	testkit.Await(t, "all calls to be counted", func() bool {
		return total(metricsOf(t, p.URL), "luneo_openai_requests_total") == float64(calls)
	})
}
