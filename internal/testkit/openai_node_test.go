package testkit_test

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// sdkWants is what each scenario that does not simply succeed ends with.
var sdkWants = map[string]struct {
	class    string
	status   int
	code     string
	requests int
}{
	"chat_stream_error":      {"APIError", 0, "", 1},
	"chat_stream_cut":        {"any", 0, "", 1},
	"rate_limited_then_fine": {"", 0, "", 2},
	"rate_limited":           {"RateLimitError", 429, "rate_limit_exceeded", 3},
	"insufficient_quota":     {"RateLimitError", 429, "insufficient_quota", 1},
	"server_errors":          {"InternalServerError", 500, "", 3},
	"server_error_then_fine": {"", 0, "", 3},
	"bad_request":            {"BadRequestError", 400, "", 1},
	"wrong_key":              {"AuthenticationError", 401, "invalid_api_key", 1},
	"unknown_model":          {"NotFoundError", 404, "model_not_found", 1},
	"too_long":               {"BadRequestError", 400, "context_length_exceeded", 1},
	"unknown_path":           {"NotFoundError", 404, "", 1},
	"invalid_json":           {"any", 0, "", 1},
	"closed":                 {"APIConnectionError", 0, "", 1},
	"refused":                {"APIConnectionError", 0, "", 1},
	"timeout":                {"APIConnectionTimeoutError", 0, "", 1},
}

func TestNodeSDKAgreesWithTheLog(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]testkit.OpenAIOptions{"http": {}, "tls": {TLS: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := testkit.OpenAI(t, o)
			at := testkit.SDKOptions{Base: f.URL + "/v1", Refused: testkit.RefusedURL(t) + "/v1", CertFile: certFile(t, f)}
			facts := testkit.NodeSDK(t, at, testkit.NodeSDKScenarios(t)...)
			agree(t, f, facts)
		})
	}
}

// agree holds what the callers got against what the fake's log has.
func agree(t *testing.T, f *testkit.FakeOpenAI, facts []testkit.SDKFact) {
	t.Helper()
	log := map[string][]testkit.Seen{}
	for _, s := range f.Ended(t, testkit.SDKRequests(facts)) {
		name := s.Header.Get("X-Scenario")
		log[name] = append(log[name], s)
	}
	for _, fact := range facts {
		ended(t, fact)
		booked(t, fact, log[fact.Scenario])
	}
}

// ended holds a fact against what its scenario is to end with.
func ended(t *testing.T, fact testkit.SDKFact) {
	t.Helper()
	want, special := sdkWants[fact.Scenario]
	switch {
	case !special || want.class == "":
		if !fact.OK {
			t.Errorf("%s failed: %+v", fact.Scenario, fact.Error)
		}
	case fact.Error == nil:
		t.Errorf("%s succeeded: %+v", fact.Scenario, fact)
	case want.class != "any" && fact.Error.Class != "" && fact.Error.Class != want.class:
		t.Errorf("%s: %+v, want %s", fact.Scenario, *fact.Error, want.class)
	case fact.Error.Status != want.status || fact.Error.Code != want.code:
		t.Errorf("%s: %+v, want %d %q", fact.Scenario, *fact.Error, want.status, want.code)
	case want.status != 0 && fact.Error.RequestID == "":
		t.Errorf("%s: the error has no request id: %+v", fact.Scenario, *fact.Error)
	}
	if special && fact.Requests != want.requests {
		t.Errorf("%s: %d requests, want %d", fact.Scenario, fact.Requests, want.requests)
	}
}

// booked holds a fact against the log: the last usage, the model, the retries,
// who left.
func booked(t *testing.T, fact testkit.SDKFact, seen []testkit.Seen) {
	t.Helper()
	name := fact.Scenario
	if name == "refused" {
		if len(seen) != 0 {
			t.Errorf("refused: %d requests", len(seen))
		}
		return
	}
	if len(seen) < fact.Requests || len(seen) == 0 {
		t.Errorf("%s: the log has %d requests, the caller made %d", name, len(seen), fact.Requests)
		return
	}
	last := seen[len(seen)-1]
	if got, want := fact.Usage, last.Usage.SDK(); (got == nil) != (want == nil) || got != nil && *got != *want {
		t.Errorf("%s: the caller got the usage %+v, the log has %+v", name, got, want)
	}
	if fact.Model != "" && fact.Model != last.Answered {
		t.Errorf("%s: model %q, the log has %q", name, fact.Model, last.Answered)
	}
	if fact.RequestID != "" && fact.RequestID != last.RequestID {
		t.Errorf("%s: request id %q, the log has %q", name, fact.RequestID, last.RequestID)
	}
	if e := fact.Error; e != nil && e.Status != 0 && (e.Status != last.Status || e.Code != last.ErrorCode || e.Type != last.ErrorType || e.RequestID != last.RequestID) {
		t.Errorf("%s: error %+v, the log has %d %q %q", name, *e, last.Status, last.ErrorType, last.ErrorCode)
	}
	if left := name == "chat_stream_cancelled" || name == "timeout"; last.Aborted != left {
		t.Errorf("%s: aborted is %v: %+v", name, last.Aborted, last)
	}
	if _, special := sdkWants[name]; special && last.Retry != fact.Requests-1 {
		t.Errorf("%s: retry %d, the caller made %d requests", name, last.Retry, fact.Requests)
	}
}

func TestNodeSDKGetsWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{})
	facts := testkit.NodeSDK(t, testkit.SDKOptions{Base: f.URL + "/v1"}, "chat", "chat_stream_usage", "chat_stream_bytes", "chat_stream_crlf", "chat_gzip", "chat_odd",
		"chat_cached", "chat_length", "tools", "responses", "responses_stream", "responses_reasoning", "embeddings", "image", "speech", "transcription", "batches", "realtime", "chat_stream_cancelled")
	by := map[string]testkit.SDKFact{}
	for _, fact := range facts {
		by[fact.Scenario] = fact
	}
	chat := by["chat"]
	if chat.Usage == nil || chat.Usage.Input != 10 || chat.Usage.Output != 18 || chat.Finish != "stop" {
		t.Errorf("chat: %+v %+v", chat, chat.Usage)
	}
	for _, same := range []string{"chat_stream_usage", "chat_stream_bytes", "chat_stream_crlf", "chat_gzip", "chat_odd"} {
		if got := by[same]; got.Content != chat.Content || got.Usage == nil || *got.Usage != *chat.Usage {
			t.Errorf("%s: %+v %+v, want what chat gave", same, got, got.Usage)
		}
	}
	if by["responses"].Content != by["responses_stream"].Content || by["responses"].Content == "" {
		t.Errorf("responses: %q, streamed %q", by["responses"].Content, by["responses_stream"].Content)
	}
	for name, holds := range map[string]func(testkit.SDKFact) bool{
		"chat_cached":           func(f testkit.SDKFact) bool { return f.Usage.Input == 2500 && f.Usage.Cached == 1024 },
		"chat_length":           func(f testkit.SDKFact) bool { return f.Usage.Output == 3 && f.Finish == "length" },
		"chat_stream_cancelled": func(f testkit.SDKFact) bool { return f.Chunks == 3 && f.Usage == nil },
		"tools":                 func(f testkit.SDKFact) bool { return f.Tool == `weather{"city":"Paris"}` && f.Finish == "stop" },
		"responses_reasoning":   func(f testkit.SDKFact) bool { return f.Usage.Reasoning == 64 && f.Usage.Output > 64 },
		"embeddings":            func(f testkit.SDKFact) bool { return f.Content == "1536 1536" && f.Usage.Input == 2 },
		"image":                 func(f testkit.SDKFact) bool { return f.Usage.Output == 6240 && f.Bytes > 50 },
		"speech":                func(f testkit.SDKFact) bool { return f.Bytes == 64*len("Lunch is at noon in Zürich.") },
		"transcription":         func(f testkit.SDKFact) bool { return f.Usage.Seconds == 4 },
		"batches": func(f testkit.SDKFact) bool {
			return f.Content == "2" && f.Usage.Input == 20 && f.Finish == "completed"
		},
		"realtime": func(f testkit.SDKFact) bool { return f.Usage.Output > 0 && f.Content != "" },
	} {
		if fact := by[name]; !fact.OK || !holds(fact) {
			t.Errorf("%s: %+v usage %+v error %+v", name, fact, fact.Usage, fact.Error)
		}
	}
}
