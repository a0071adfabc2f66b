package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// ledger is a server that remembers events by id, as Luneo does.
type ledger struct {
	mu       sync.Mutex
	counted  map[string]string // id to content without its time
	cents    float64
	tokens   map[string]bool
	noScrape bool
	// afterBatch is called when a batch was counted, before it is answered.
	afterBatch func(total int)
}

func (l *ledger) start(t *testing.T) string {
	t.Helper()
	l.counted, l.tokens = map[string]string{}, map[string]bool{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", l.metrics)
	mux.HandleFunc("POST /api/metrics/batch", l.batch)
	mux.HandleFunc("POST /api/annotations", func(http.ResponseWriter, *http.Request) {}) // the demo's deploys
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func (l *ledger) metrics(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.noScrape {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	_, _ = fmt.Fprintf(w, "# TYPE luneo_openai_cost_cents gauge\nluneo_openai_cost_cents{model=\"m\",operation=\"chat\"} %v\n", l.cents)
}

func (l *ledger) batch(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens[r.Header.Get("Authorization")] = true
	content, _ := io.ReadAll(r.Body)
	answer := map[string]any{}
	accepted, duplicate, violations := 0, 0, []map[string]any{}
	for i, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		var e map[string]any
		_ = json.Unmarshal([]byte(line), &e)
		id := fmt.Sprint(e["id"])
		delete(e, "timestamp")
		body, _ := json.Marshal(e)
		switch before, seen := l.counted[id]; {
		case seen && before == string(body):
			duplicate++
		case seen || e["type"] == "bad":
			violations = append(violations, map[string]any{"index": i, "kind": "invalid", "field": "type", "detail": "is bad"})
		default:
			l.counted[id] = string(body)
			l.cents++
			accepted++
		}
	}
	answer["accepted"], answer["duplicate"], answer["rejected"], answer["errors"] = accepted, duplicate, len(violations), violations
	if l.afterBatch != nil {
		l.afterBatch(len(l.counted))
	}
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(answer)
}

// mooncakeTrace is a trace of n rows, of which many look the same.
func mooncakeTrace(n int) string {
	var b strings.Builder
	b.WriteString("timestamp_ms,input_length,output_length\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d,%d\n", i/3*1000, 100+i%2, 10)
	}
	return b.String()
}

func writeTrace(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// runReplay runs the command as the shell would.
func runReplay(ctx context.Context, in string, args ...string) (replayJSON, error) {
	var out bytes.Buffer
	c := newReplayCommand()
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetArgs(append(args, "--json"))
	c.SetIn(strings.NewReader(in))
	c.SetOut(&out)
	c.SetErr(io.Discard)
	err := c.ExecuteContext(ctx)
	var report replayJSON
	if out.Len() > 0 {
		if jsonErr := json.Unmarshal(out.Bytes(), &report); jsonErr != nil {
			return report, jsonErr
		}
	}
	return report, err
}

func TestReplayInterruptedAndRunAgainCountsOnce(t *testing.T) {
	t.Parallel()
	const rows = 1000
	file := writeTrace(t, mooncakeTrace(rows))
	ctx, interrupt := context.WithCancel(t.Context())
	l := &ledger{afterBatch: func(total int) {
		if total >= rows/2 {
			interrupt()
		}
	}}
	url := l.start(t)
	first, err := runReplay(ctx, "", file, "--url", url, "--batch", "10", "--connections", "3")
	if err == nil || !strings.HasPrefix(err.Error(), "interrupted after ") || !strings.HasSuffix(err.Error(), "run the same command again: what was counted is not counted twice") {
		t.Errorf("the interrupted replay ended with %v", err)
	}
	if first.Accepted < rows/2 || first.Accepted == rows || first.Accepted != len(l.counted) {
		t.Errorf("the interrupted replay counted %d, the server %d", first.Accepted, len(l.counted))
	}
	second, err := runReplay(t.Context(), "", file, "--url", url)
	if err != nil {
		t.Fatal(err)
	}
	if second.Accepted+first.Accepted != rows || second.Duplicate != first.Accepted || len(l.counted) != rows {
		t.Errorf("counted %d and then %d (%d duplicates), the server has %d, want %d", first.Accepted, second.Accepted, second.Duplicate, len(l.counted), rows)
	}
	if second.CostCents == nil || *second.CostCents != float64(second.Accepted) {
		t.Errorf("cost is %v, want %d", second.CostCents, second.Accepted)
	}
	// The same content from the standard input has the same ids.
	third, err := runReplay(t.Context(), mooncakeTrace(rows), "-", "--url", url)
	if err != nil || third.Duplicate != rows {
		t.Errorf("from the standard input %d of %d are duplicates (%v)", third.Duplicate, rows, err)
	}
}

func TestReplayOfARejectedEventFails(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	report, err := runReplay(t.Context(), `{"type":"render","durationSeconds":1}`+"\n\n"+`{"type":"bad"}`+"\n", "-", "--url", l.start(t))
	if err == nil || err.Error() != "the server rejected 1 of 2 events" {
		t.Errorf("got %v", err)
	}
	if len(report.Reasons) != 1 || report.Reasons[0] != "line 3: type: is bad" {
		t.Errorf("got reasons %q", report.Reasons)
	}
}

func TestReplaySendsTheTokenOfTheFile(t *testing.T) {
	t.Parallel()
	l := &ledger{noScrape: true}
	url := l.start(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := runReplay(t.Context(), mooncakeTrace(1), "-", "--url", url, "--token-file", file)
	if err != nil || report.Accepted != 1 || !l.tokens["Bearer s3cret"] {
		t.Errorf("got %+v, %v, tokens %v", report, err, l.tokens)
	}
	if report.CostCents != nil {
		t.Errorf("without the right to read, the cost is %v", *report.CostCents)
	}
}

func TestReplayErrors(t *testing.T) {
	t.Parallel()
	url := (&ledger{}).start(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	empty := writeTrace(t, "")
	for _, tt := range []struct {
		name string
		args []string
		in   string
		want string
	}{
		{"no file", nil, "", "replay takes one file, got 0"},
		{"speed in words", []string{"-", "--speed", "fast"}, "", `--speed is "fast", expected max or a number from 0.001 to 1000000`},
		{"no speed", []string{"-", "--speed", "0"}, "", `--speed is "0", expected max or a number from 0.001 to 1000000`},
		{"speed that is no number", []string{"-", "--speed", "NaN"}, "", `--speed is "NaN", expected max or a number from 0.001 to 1000000`},
		{"bad row", []string{"-"}, "timestamp_ms,input_length,output_length\n0,1,x\n", `-: line 2, column 3 (output_length) is "x", expected a whole number of tokens from 0 to 10000000`},
		{"password in the URL", []string{"-", "--url", "http://a:hidden@b"}, mooncakeTrace(1), "url is not usable, expected an address such as http://127.0.0.1:4000, without user, query and fragment"},
		{"batch", []string{"-", "--url", url, "--batch", "20000"}, mooncakeTrace(1), "batch is 20000, expected 1 to 10000"},
		{"no server", []string{"-", "--url", closed.URL}, mooncakeTrace(1), "no server at " + closed.URL + " (luneo serve starts one, --url names another): "},
		{"empty token", []string{"-", "--token-file", empty}, "", "--token-file: " + empty + " does not hold one token of 1 to 4096 printable ASCII characters"},
	} {
		_, err := runReplay(t.Context(), tt.in, tt.args...)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got  %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := group(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
