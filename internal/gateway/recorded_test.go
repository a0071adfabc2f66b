package gateway_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestRecordedExchanges: of each real exchange the caller gets through the
// gateway what the upstream sent, to the byte, and what it used is counted as the
// recording's own index says.
func TestRecordedExchanges(t *testing.T) {
	t.Parallel()
	all := testkit.Recorded(t)
	for _, e := range all {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{}
			url := between(t, l, e)
			req, err := e.Request(t.Context(), strings.TrimSuffix(url, "/v1")+"/root")
			if err != nil {
				t.Fatal(err)
			}
			if req.Header.Get("Accept-Encoding") == "" {
				req.Header.Set("Accept-Encoding", "identity") // or Go would ask for gzip, and expand it
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close() //nolint:errcheck // it was read
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != e.Status || !bytes.Equal(body, e.Wire()) {
				t.Errorf("%v, status %d (want %d), %d bytes (want %d)", err, resp.StatusCode, e.Status, len(body), len(e.Wire()))
			}
			for name, want := range e.EndToEnd() {
				if got := resp.Header.Values(name); strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			testkit.Await(t, "the call to be counted", func() bool { return len(l.all()) == 1 })
			compare(t, e, l.all()[0])
		})
	}
}

// compare holds what was counted against what the recording's index says.
func compare(t *testing.T, e testkit.Exchange, got kpi.Event) {
	t.Helper()
	inBody := bytes.Contains(e.AnswerBody[:min(20, len(e.AnswerBody))], []byte(`"error"`)) // with status 200
	if failed := e.Status >= 400 || e.Facts["error"] != "" || inBody; got.Failed != failed {
		t.Errorf("counted as failed: %v (%s); the index says %q, status %d", got.Failed, got.Dims[2], e.Facts["error"], e.Status)
	}
	if model := e.Facts["model"]; model != "" && got.Dims[0] != model && got.Call.Answered != model {
		t.Errorf("model %s, answered by %s; the index has %s", got.Dims[0], got.Call.Answered, model)
	}
	tokens, err := strconv.ParseInt(e.Facts["cached"], 10, 64)
	if err == nil && got.Usage != nil && got.Usage.CachedInput != tokens {
		t.Errorf("%d cached tokens, want %d", got.Usage.CachedInput, tokens)
	}
	if e.Facts["usage"] != "" && len(e.AnswerBody) > 0 && got.Usage == nil && e.Status == 200 {
		t.Errorf("no usage was found; the index has %q", e.Facts["usage"])
	}
}
