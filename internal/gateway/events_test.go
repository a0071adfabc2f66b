package gateway

import (
	"fmt"
	"slices"
	"testing"
)

func parsed(pieces ...string) (list []string) {
	var data string
	e := events{data: func(p []byte) { data += string(p) }, end: func(name string) {
		list = append(list, fmt.Sprintf("%s=%s", name, data))
		data = ""
	}}
	for _, p := range pieces {
		e.feed([]byte(p))
	}
	return list
}

// TestEvents: the same whatever ends a line and wherever the stream is cut.
func TestEvents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"data: {\"a\":1}\n\ndata: [DONE]\n\n":               {`={"a":1}`, "=[DONE]"},
		"event: response.completed\r\ndata: {}\r\n\r\n":     {"response.completed={}"},
		": comment\n\nretry: 3\nid: 1\ndata:x\ndata: y\n\n": {"=x\ny"},
		"data\n\ndata:\n\n":                                 {},
		"event: e\n\ndata: 1\n\n":                           {"=1"},
		"data: a\rdata: b\r\r":                              {"=a\nb"},
		"data: unfinished\n":                                {},
	} {
		for cut := range len(text) + 1 {
			if got := parsed(text[:cut], text[cut:]); !slices.Equal(got, want) && (len(got) > 0 || len(want) > 0) {
				t.Fatalf("%q cut at %d: %q, want %q", text, cut, got, want)
			}
		}
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]string{
		"POST /chat/completions":                  "chat",
		"POST /v1/chat/completions":               "chat",
		"POST /deployments/gpt4/chat/completions": "chat",
		"POST /responses":                         "responses",
		"GET /responses/resp_1":                   "other",
		"POST /responses/resp_1/cancel":           "other",
		"GET /chat/completions":                   "other",
		"POST /completions":                       "completion",
		"POST /images/generations":                "image_generation",
		"POST /audio/transcriptions":              "audio_transcription",
		"GET /models":                             "model",
		"DELETE /files/file-1":                    "file",
		"POST /fine_tuning/jobs/ftjob-1/cancel":   "fine_tuning",
		"GET /realtime":                           "realtime",
		"POST /things/to/come":                    "other",
		"GET /":                                   "other",
		"POST /mychat/completionsx":               "other",
	} {
		var method, path string
		if _, err := fmt.Sscan(request, &method, &path); err != nil {
			t.Fatal(err)
		}
		if got := operationOf(method, path).name; got != want {
			t.Errorf("%s is %s, want %s", request, got, want)
		}
	}
}

func TestErrorTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		raw, want string
	}{
		{429, `{"type":"tokens","code":"rate_limit_exceeded"}`, "rate_limit_exceeded"},
		{429, `{"type":"requests","code":null}`, "rate_limit_exceeded"},
		{429, `{"type":"insufficient_quota","code":"insufficient_quota"}`, "insufficient_quota"},
		{400, `{"type":"invalid_request_error","code":"context_length_exceeded"}`, "context_length_exceeded"},
		{400, `{"type":"invalid_request_error","code":"anything_new"}`, "invalid_request_error"},
		{401, `{}`, "authentication_error"},
		{401, `{"type":"invalid_request_error","code":null}`, "authentication_error"},
		{401, `{"type":"invalid_request_error","code":"invalid_api_key"}`, "invalid_api_key"},
		{503, `nonsense`, "server_error"},
		{504, ``, "timeout"},
		{200, `{"type":"x","code":7}`, "other"},
		{418, ``, "invalid_request_error"},
	} {
		if got := errorTypeOf(c.status, []byte(c.raw)); got != c.want {
			t.Errorf("%d %s is %s, want %s", c.status, c.raw, got, c.want)
		}
	}
}
