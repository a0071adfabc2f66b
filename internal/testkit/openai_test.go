package testkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func certFile(t *testing.T, f *testkit.FakeOpenAI) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, f.Certificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	plainChat    = `{"model":"gpt-4o","messages":[{"role":"user","content":"Hello there"}]}`
	streamedChat = `{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hello there"}]}`
)

// got is what a bare client of HTTP received.
type got struct {
	status int
	header http.Header
	body   []byte
	tail   http.Header
	err    error
}

func call(ctx context.Context, f *testkit.FakeOpenAI, method, path, fake, body string) got {
	client := f.Client()
	defer client.CloseIdleConnections()
	client.Transport.(*http.Transport).DisableCompression = true
	req, err := http.NewRequestWithContext(ctx, method, f.URL+path, strings.NewReader(body))
	if err != nil {
		return got{err: err}
	}
	req.Header.Set("Authorization", "Bearer sk-test")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Fake", fake)
	resp, err := client.Do(req)
	if err != nil {
		return got{err: err}
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(resp.Body)
	return got{resp.StatusCode, resp.Header, b, resp.Trailer, err}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	usage := func(g got) bool {
		var v struct {
			Usage struct {
				Total int `json:"total_tokens"`
			}
		}
		return json.Unmarshal(g.body, &v) == nil && v.Usage.Total > 0
	}
	for _, c := range []struct {
		name, fake, body string
		holds            func(got) bool
		whole, told      bool // what the log is to say
	}{
		{"nothing", "", plainChat, usage, true, true},
		{"status", "status=503;retry-after=7", plainChat, func(g got) bool { return g.status == 503 && g.header.Get("Retry-After") == "7" }, true, false},
		{"unknown", "no-such-fault", plainChat, func(g got) bool { return g.status == 400 && bytes.Contains(g.body, []byte("unknown_fault")) }, true, false},
		{"cut JSON", "cut-after=40", plainChat, func(g got) bool { return g.err != nil && len(g.body) == 40 }, false, false},
		{"cut stream", "cut-after=400", streamedChat, func(g got) bool { return g.err != nil && len(g.body) == 400 }, false, false},
		{"cut inside a chunk", "cut-mid-chunk=400", streamedChat, func(g got) bool { return g.err != nil && len(g.body) >= 400 }, false, false},
		{"closed", "close-before-headers", plainChat, func(g got) bool { return g.err != nil && g.status == 0 }, false, false},
		{"reset", "reset", plainChat, func(g got) bool { return g.err != nil && g.status == 0 }, false, false},
		{"invalid JSON", "invalid-json", plainChat, func(g got) bool { return g.err == nil && !json.Valid(g.body) }, true, false},
		{"invalid event", "invalid-json=3", streamedChat, func(g got) bool { return g.err == nil && bytes.HasSuffix(g.body, []byte("[DONE]\n\n")) }, true, true},
		{"big JSON", "big=3MB", plainChat, func(g got) bool { return len(g.body) > 3e6 && usage(g) }, true, true},
		{"big event", "big=3MB", streamedChat, func(g got) bool { return len(testkit.SplitEvents(g.body)[0]) > 3e6 }, true, true},
		{"gzip", "gzip", plainChat, func(g got) bool { return g.header.Get("Content-Encoding") == "gzip" && usage(got{body: unzip(g.body)}) }, true, true},
		{"gzip stream", "gzip", streamedChat, func(g got) bool { return bytes.HasSuffix(unzip(g.body), []byte("[DONE]\n\n")) }, true, true},
		{"gzip garbage", "gzip-garbage", plainChat, func(g got) bool { return len(g.body) > 0 && unzip(g.body) == nil }, true, false},
		{"gzip garbage stream", "gzip-garbage", streamedChat, func(g got) bool { return len(g.body) > 0 && unzip(g.body) == nil }, true, false},
		{"error event", "error-event-at=3;code=server_overloaded", streamedChat, func(g got) bool {
			return len(testkit.SplitEvents(g.body)) == 3 && bytes.Contains(g.body, []byte("server_overloaded"))
		}, true, false},
		{"no usage", "no-usage", plainChat, func(g got) bool { return !bytes.Contains(g.body, []byte("usage")) }, true, false},
		{"no usage in a stream", "no-usage", streamedChat, func(g got) bool { return !bytes.Contains(g.body, []byte(`"usage":{`)) }, true, false},
		{"no done", "no-done", streamedChat, func(g got) bool { return !bytes.Contains(g.body, []byte("[DONE]")) }, true, true},
		{"trailers", "trailers", plainChat, func(g got) bool { return g.tail.Get("X-Done") == "yes" && g.tail.Get("X-Checksum") != "" }, true, true},
		{"odd headers", "odd-headers", plainChat, func(g got) bool { return len(g.header["Set-Cookie"]) == 2 && len(g.header["Link"]) == 2 }, true, true},
		{"length", "content-length", plainChat, func(g got) bool { return g.header.Get("Content-Length") != "" && usage(g) }, true, true},
		{"tokens", "tokens=300", streamedChat, func(g got) bool { return len(testkit.SplitEvents(g.body)) == 304 }, true, true},
		{"early", "early;status=413", plainChat, func(g got) bool { return g.status == 413 }, true, false},
		{"audio", "audio-in=5;audio-out=7;cache-write=2;tier=flex", plainChat, func(g got) bool {
			return bytes.Contains(g.body, []byte(`"cache_write_tokens": 2`)) && bytes.Contains(g.body, []byte(`"service_tier": "flex"`))
		}, true, true},
		{"low limits", "remaining-tokens=0", plainChat, func(g got) bool { return g.header.Get("X-Ratelimit-Remaining-Tokens") == "0" }, true, true},
		{"no limits", "no-ratelimit", plainChat, func(g got) bool { return g.header.Get("X-Ratelimit-Limit-Requests") == "" }, true, true},
		{"byte by byte", "chunk-size=1", streamedChat, func(g got) bool { return bytes.HasSuffix(g.body, []byte("[DONE]\n\n")) }, true, true},
		{"slow", "chunk-size=50;slow-bytes=1ms;gap=1ms", streamedChat, func(g got) bool { return bytes.HasSuffix(g.body, []byte("[DONE]\n\n")) }, true, true},
	} {
		for kind, o := range map[string]testkit.OpenAIOptions{"http/1.1": {}, "http/2": {TLS: true}} {
			t.Run(c.name+" "+kind, func(t *testing.T) {
				t.Parallel()
				f := testkit.OpenAI(t, o)
				g := call(t.Context(), f, "POST", "/v1/chat/completions", c.fake, c.body)
				if !c.holds(g) {
					t.Errorf("status %d, error %v, %d bytes: %.300s", g.status, g.err, len(g.body), g.body)
				}
				seen := f.Ended(t, 1)
				last := seen[len(seen)-1] // a client may try a closed connection twice
				if last.Whole != c.whole || (last.Usage != nil) != c.told || last.Aborted {
					t.Errorf("the log says whole %v, usage %v, aborted %v", last.Whole, last.Usage, last.Aborted)
				}
				if g.err == nil && int(last.Sent) != len(g.body) {
					t.Errorf("the log says %d bytes, %d came", last.Sent, len(g.body))
				}
			})
		}
	}
}

func unzip(b []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return plain
}

func TestStallsEndWithTheirClient(t *testing.T) {
	t.Parallel()
	for _, fake := range []string{"stall", "stall-after=300", "hold-at=2"} {
		t.Run(fake, func(t *testing.T) {
			t.Parallel()
			f := testkit.OpenAI(t, testkit.OpenAIOptions{})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan got)
			go func() { done <- call(ctx, f, "POST", "/v1/chat/completions", fake, streamedChat) }()
			f.Until(t, func(_ []testkit.Seen, inFlight int) bool { return inFlight == 1 })
			cancel()
			if g := <-done; g.err == nil {
				t.Errorf("it came to an end: %s", g.body)
			}
			if seen := f.Ended(t, 1)[0]; !seen.Aborted || seen.Whole {
				t.Errorf("%+v", seen)
			}
		})
	}
}

func TestHeldStreamsGoOnWhenReleased(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{})
	done := make(chan got)
	const streams = 20
	for range streams {
		go func() { done <- call(t.Context(), f, "POST", "/v1/chat/completions", "hold-at=3", streamedChat) }()
	}
	f.Holding(t, streams)
	f.Release()
	for range streams {
		if g := <-done; g.err != nil || !bytes.HasSuffix(g.body, []byte("[DONE]\n\n")) {
			t.Errorf("%v: %s", g.err, g.body)
		}
	}
}

func TestPathsAndOperations(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{Keys: []string{"sk-test"}})
	for _, c := range []struct {
		method, path, body string
		status             int
		operation, model   string
	}{
		{"POST", "/v1/chat/completions", plainChat, 200, "chat", "gpt-4o"},
		{"POST", "/openai/v1/chat/completions", plainChat, 200, "chat", "gpt-4o"},
		{"POST", "/openai/deployments/mine/chat/completions?api-version=2024-10-21", `{"messages":[{"role":"user","content":"a"}]}`, 200, "chat", "mine"},
		{"POST", "/v1/completions", `{"model":"gpt-3.5-turbo-instruct","prompt":"a"}`, 200, "completion", "gpt-3.5-turbo-instruct"},
		{"POST", "/v1/embeddings", `{"model":"text-embedding-3-small","input":[1,2,3]}`, 200, "embeddings", "text-embedding-3-small"},
		{"POST", "/v1/moderations", `{"input":"a"}`, 200, "moderation", ""},
		{"POST", "/v1/images/generations", `{"prompt":"a"}`, 200, "image_generation", ""},
		{"POST", "/v1/audio/speech", `{"model":"tts-1","input":"a"}`, 200, "audio_speech", "tts-1"},
		{"POST", "/v1/responses/input_tokens", `{"input":"abcde"}`, 200, "responses", ""},
		{"GET", "/v1/models/gpt-4o", "", 200, "model", "gpt-4o"},
		{"GET", "/v1/files/none", "", 404, "file", ""},
		{"POST", "/v1/fine_tuning/jobs", `{"model":"gpt-4o","training_file":"f"}`, 200, "fine_tuning", "gpt-4o"},
		{"GET", "/v1/batches", "", 200, "batch", ""},
		{"POST", "/v1/realtime/client_secrets", `{}`, 200, "realtime", ""},
		{"POST", "/v1/what/comes/next", `{}`, 404, "other", ""},
		{"POST", "/v1/chat/completions", `{"model":`, 400, "chat", ""},
		{"POST", "/v1/chat/completions", `{"messages":[]}`, 400, "chat", ""},
	} {
		g := call(t.Context(), f, c.method, c.path, "", c.body)
		log := f.Ended(t, 1)
		seen := log[len(log)-1]
		if g.status != c.status || seen.Status != c.status || seen.Operation != c.operation || seen.Model != c.model {
			t.Errorf("%s %s: %d %s\nlog: %d %q %q", c.method, c.path, g.status, g.body, seen.Status, seen.Operation, seen.Model)
		}
		if c.status >= 400 && !bytes.Contains(g.body, []byte(`"error"`)) {
			t.Errorf("%s %s: %s", c.method, c.path, g.body)
		}
	}
}

func TestWhatIsByDefault(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{Fake: "status=500"})
	if g := call(t.Context(), f, "GET", "/v1/models", "", ""); g.status != 500 {
		t.Errorf("status %d", g.status)
	}
	f.Fake("")
	if g := call(t.Context(), f, "GET", "/v1/models", "", ""); g.status != 200 {
		t.Errorf("status %d", g.status)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{Keys: []string{"sk-other"}})
	g := call(t.Context(), f, "POST", "/v1/chat/completions", "", plainChat)
	if seen := f.Ended(t, 1)[0]; g.status != 401 || seen.ErrorCode != "invalid_api_key" || bytes.Contains(g.body, []byte("sk-test")) {
		t.Errorf("%d %s", g.status, g.body)
	}
}

func TestAnAnswerAskedForAgainIsNoNewUse(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{})
	first := call(t.Context(), f, "POST", "/v1/responses", "", `{"model":"gpt-4.1","input":"Hello"}`)
	var made struct{ ID string }
	if err := json.Unmarshal(first.body, &made); err != nil {
		t.Fatal(err)
	}
	again := call(t.Context(), f, "GET", "/v1/responses/"+made.ID, "", "")
	log := f.Ended(t, 2)
	if !bytes.Equal(first.body, again.body) || log[0].Repeated || !log[1].Repeated || *log[0].Usage != *log[1].Usage {
		t.Errorf("%s\n%+v", again.body, log)
	}
}

func TestStreamsInBurstsArriveWhole(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{})
	const bursts, burst = 8, 64
	want := call(t.Context(), f, "POST", "/v1/chat/completions", "tokens=50", streamedChat)
	f.Ended(t, 1)
	f.Forget()
	client := f.Client()
	defer client.CloseIdleConnections()
	for range bursts {
		done := make(chan string)
		for range burst {
			go func() { done <- streamedOnce(t.Context(), client, f.URL) }()
		}
		for range burst {
			if problem := <-done; problem != "" {
				t.Error(problem)
			}
		}
	}
	log := f.Ended(t, bursts*burst)
	for _, seen := range log {
		if !seen.Whole || seen.Aborted || seen.Usage == nil || seen.Usage.Output != 50 || seen.Events != len(testkit.SplitEvents(want.body)) {
			t.Errorf("%+v", seen)
		}
	}
	if len(log) != bursts*burst {
		t.Errorf("the log has %d requests, want %d", len(log), bursts*burst)
	}
}

// streamedOnce returns what is wrong with a stream.
func streamedOnce(ctx context.Context, client *http.Client, url string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", strings.NewReader(streamedChat))
	if err != nil {
		return err.Error()
	}
	req.Header.Set("Authorization", "Bearer sk-test")
	req.Header.Set("X-Fake", "tokens=50")
	resp, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.HasSuffix(body, []byte("[DONE]\n\n")) {
		return "the stream is not whole: " + string(body)
	}
	return ""
}
