package gateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/kpi"
)

type forgets struct{}

func (forgets) Record(context.Context, kpi.Submission) (kpi.Receipt, error) {
	return kpi.Receipt{}, nil
}

// TestTapPanics: a defect in the tap, wherever it strikes, ends the tap and no
// call, and is counted.
func TestTapPanics(t *testing.T) {
	t.Parallel()
	const answer = "data: {\"model\":\"m\"}\n\ndata: [DONE]\n\n"
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, answer)
	}))
	defer behind.Close()
	for name, broken := range map[string]func(t *tap){
		"reading":     func(t *tap) { t.events.data = func([]byte) { panic("reading") } },
		"at an event": func(t *tap) { t.events.end = func(string) { panic("at an event") } },
		"at the end":  func(t *tap) { t.events, t.sieve = nil, nil },
	} {
		g, err := New(Options{Upstreams: []Upstream{{Name: DefaultUpstream, BaseURL: behind.URL}}, Recorder: forgets{}})
		if err != nil {
			t.Fatal(err)
		}
		g.newTap = func(resp *http.Response) *tap {
			tap := newTap(resp)
			broken(tap)
			return tap
		}
		front := httptest.NewServer(g)
		resp, err := http.Post(front.URL+"/openai/v1/chat/completions", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		front.Close()
		if err != nil || string(body) != answer || testutil.ToFloat64(g.metrics.tapFailures) == 0 {
			t.Errorf("%s: %q (%v), %v failures", name, body, err, testutil.ToFloat64(g.metrics.tapFailures))
		}
	}
}
