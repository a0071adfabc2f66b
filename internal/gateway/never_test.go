package gateway_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// stuck never records anything.
type stuck struct{}

func (stuck) Record(ctx context.Context, _ kpi.Submission) (kpi.Receipt, error) {
	<-ctx.Done()
	return kpi.Receipt{}, ctx.Err()
}

// TestBlockedMeter: where nothing is recorded any more, calls go on; those past
// what the queue holds are counted as missing, and so are the rest at the end,
// which comes all the same.
func TestBlockedMeter(t *testing.T) {
	t.Parallel()
	behind := httptest.NewServer(answering(map[string]string{"Content-Type": "application/json"}, http.StatusOK, `{"model":"m"}`))
	defer behind.Close()
	g := open(t, gateway.Options{
		Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL}}, Recorder: stuck{}, QueueLength: 3, DrainTimeout: time.Millisecond,
	})
	for range 50 {
		if status, body, err := g.post(t, ask{"/v1/chat/completions", `{"model":"m"}`, nil}); status != http.StatusOK || body != `{"model":"m"}` {
			t.Fatalf("%d %s (%v)", status, body, err)
		}
	}
	// One may be with the recorder, and more beside it: what waited when it came.
	missing := func() bool {
		text := g.metrics(t)
		for _, n := range []string{"43", "44", "45", "46", "47"} {
			if strings.Contains(text, "luneo_gateway_uncounted_requests_total "+n+"\n") {
				return true
			}
		}
		return false
	}
	testkit.Await(t, "the calls past the queue to be counted as missing", missing)
}

const much = 200 << 20

// TestSlowCaller: an answer of 200 MB to a caller that reads slowly is never more
// ahead of it than the buffers on the way hold.
func TestSlowCaller(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: flood(t, &sent)}}})
	resp, err := http.Post(g.url+"/v1/files", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	piece := make([]byte, 1<<20)
	for got := int64(0); got < much; {
		n, err := io.ReadFull(resp.Body, piece)
		if err != nil {
			t.Fatalf("after %d bytes: %v", got, err)
		}
		got += int64(n)
		if ahead := sent.Load() - got; ahead > 32<<20 {
			t.Fatalf("%d bytes are on the way", ahead)
		}
	}
}

// flood answers with 200 MB and counts what has gone out.
func flood(t *testing.T, sent *atomic.Int64) string {
	t.Helper()
	piece := make([]byte, 64<<10)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		for range much / len(piece) {
			n, err := w.Write(piece)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	t.Cleanup(behind.Close)
	return behind.URL
}

// counting is a body that counts what was taken of it.
type counting struct {
	left int64
	sent atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), c.left))
	c.left -= int64(n)
	c.sent.Add(int64(n))
	return n, nil
}

// TestSlowUpstream: an upload of 200 MB to an upstream that reads slowly is never
// more ahead of it than the buffers on the way hold, and arrives whole.
func TestSlowUpstream(t *testing.T) {
	t.Parallel()
	body := &counting{left: much}
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 1<<20)
		got := int64(0)
		for {
			n, err := io.ReadFull(r.Body, piece)
			got += int64(n)
			if ahead := body.sent.Load() - got; ahead > 32<<20 {
				http.Error(w, "too much is on the way", http.StatusInsufficientStorage)
				return
			}
			if err != nil {
				break
			}
		}
		if got != much {
			http.Error(w, "not all came", http.StatusBadRequest)
		}
	}))
	defer behind.Close()
	g := open(t, gateway.Options{Upstreams: []gateway.Upstream{{Name: "openai", BaseURL: behind.URL}}})
	resp, err := http.Post(g.url+"/v1/audio/transcriptions", "multipart/form-data; boundary=x", body)
	if err != nil {
		t.Fatal(err)
	}
	if text := testkit.Body(t, resp); resp.StatusCode != http.StatusOK {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
