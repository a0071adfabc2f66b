package openaigo_test

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/testkit/openaigo"
)

// wants is what the scenarios end with that don't simply succeed.
var wants = map[string]struct {
	status, requests int
	code             string
	fails            bool
}{
	"chat_stream_error":      {requests: 1, fails: true},
	"chat_stream_cut":        {requests: 1, fails: true},
	"rate_limited_then_fine": {requests: 2},
	"rate_limited":           {429, 3, "rate_limit_exceeded", true},
	"insufficient_quota":     {429, 1, "insufficient_quota", true},
	"server_errors":          {500, 3, "", true},
	"server_error_then_fine": {requests: 3},
	"wrong_key":              {401, 1, "invalid_api_key", true},
	"unknown_model":          {404, 1, "model_not_found", true},
	"too_long":               {400, 1, "context_length_exceeded", true},
	"unknown_path":           {404, 1, "", true},
	"invalid_json":           {requests: 1, fails: true},
	"closed":                 {requests: 1, fails: true},
	"refused":                {requests: 1, fails: true},
	"timeout":                {requests: 1, fails: true},
}

func TestSDKAgreesWithTheLog(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]testkit.OpenAIOptions{"http/1.1": {}, "http/2": {TLS: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := testkit.OpenAI(t, o)
			at := testkit.SDKOptions{Base: f.URL + "/v1", Refused: testkit.RefusedURL(t) + "/v1"}
			facts := openaigo.Run(t, at, f.Client(), openaigo.Scenarios()...)
			log := map[string][]testkit.Seen{}
			for _, s := range f.Ended(t, testkit.SDKRequests(facts)) {
				log[s.Header.Get("X-Scenario")] = append(log[s.Header.Get("X-Scenario")], s)
				if o.TLS && s.Proto != "HTTP/2.0" {
					t.Errorf("%s came over %s", s.Path, s.Proto)
				}
			}
			for _, fact := range facts {
				ended(t, fact)
				booked(t, fact, log[fact.Scenario])
			}
		})
	}
}

func ended(t *testing.T, fact testkit.SDKFact) {
	t.Helper()
	want, special := wants[fact.Scenario]
	if fact.OK == want.fails {
		t.Errorf("%s: ok %v, error %+v", fact.Scenario, fact.OK, fact.Error)
		return
	}
	if special && fact.Requests != want.requests {
		t.Errorf("%s: %d requests, want %d", fact.Scenario, fact.Requests, want.requests)
	}
	if e := fact.Error; e != nil && (e.Status != want.status || e.Code != want.code) {
		t.Errorf("%s: %+v", fact.Scenario, *e)
	}
}

func booked(t *testing.T, fact testkit.SDKFact, seen []testkit.Seen) {
	t.Helper()
	if fact.Scenario == "refused" {
		return
	}
	if len(seen) != fact.Requests {
		t.Errorf("%s: the log has %d requests, the caller made %d", fact.Scenario, len(seen), fact.Requests)
		return
	}
	last := seen[len(seen)-1]
	if got, want := fact.Usage, last.Usage.SDK(); (got == nil) != (want == nil) || got != nil && *got != *want {
		t.Errorf("%s: the caller got the usage %+v, the log has %+v", fact.Scenario, got, want)
	}
	if fact.Model != "" && fact.Model != last.Answered {
		t.Errorf("%s: model %q, the log has %q", fact.Scenario, fact.Model, last.Answered)
	}
	if e := fact.Error; e != nil && e.Status != 0 && (e.Status != last.Status || e.Code != last.ErrorCode || e.RequestID != last.RequestID) {
		t.Errorf("%s: error %+v, the log has %d %q", fact.Scenario, *e, last.Status, last.ErrorCode)
	}
	if left := fact.Scenario == "chat_stream_cancelled" || fact.Scenario == "timeout"; last.Aborted != left {
		t.Errorf("%s: aborted is %v: %+v", fact.Scenario, last.Aborted, last)
	}
}
