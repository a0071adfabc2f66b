package intake_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

type goodInput struct {
	name, path, body string
	want             kpi.Event
}

func goodInputs() []goodInput {
	return slices.Concat(goodOpenAICalls(), goodEdges(), goodOthers())
}

// openaiCall is the text of a call with more members.
func openaiCall(more string) string {
	return `{"model":"gpt-4o","operation":"chat","durationSeconds":1.5` + more + `}`
}

func goodOpenAICalls() []goodInput {
	gpt := kpi.Dims{"gpt-4o", "chat"}
	return []goodInput{
		{
			"the guide's worker example", "openai", `{"model":"dall-e-3","operation":"image_generation","durationSeconds":8.2,"costCents":4}`,
			kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"dall-e-3", "image_generation"}, HasDuration: true, Duration: 8200 * time.Millisecond, Basis: kpi.CostStated, Cost: 4 * kpi.Cent},
		},
		{
			"neither cost nor usage", "openai", openaiCall(""),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostUnknown},
		},
		{
			"a cost of nothing", "openai", openaiCall(`,"costCents":0`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated},
		},
		{
			"usage to be priced", "openai", openaiCall(`,"usage":{"prompt_tokens":90,"completion_tokens":12,"total_tokens":102,"prompt_tokens_details":{"cached_tokens":64},"news":{"a":[1]}}`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, HasDuration: true, Duration: 1500 * time.Millisecond, Usage: &kpi.Usage{Input: 90, Output: 12, CachedInput: 64}},
		},
		{
			"cost and usage", "openai", openaiCall(`,"usage":{"inputTokens":9},"costCents":0.000001`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated, Cost: 1, Usage: &kpi.Usage{Input: 9}},
		},
		{
			"a failure without cost", "openai", openaiCall(`,"errorType":"rate_limit_exceeded"`),
			kpi.Event{Type: kpi.TypeOpenAI, Failed: true, Dims: kpi.Dims{"gpt-4o", "chat", "rate_limit_exceeded"}, HasDuration: true, Duration: 1500 * time.Millisecond},
		},
		{
			"a failure without a reason", "openai", openaiCall(`,"success":false`),
			kpi.Event{Type: kpi.TypeOpenAI, Failed: true, Dims: kpi.Dims{"gpt-4o", "chat", "unknown"}, HasDuration: true, Duration: 1500 * time.Millisecond},
		},
		{
			"nulls are absent", "openai", openaiCall(`,"errorType":null,"costCents":null,"usage":null,"id":null,"timestamp":null,"status":null,"success":null,"type":null`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostUnknown},
		},
	}
}

// goodEdges are ids, times, numbers and escapes of an OpenAI call.
func goodEdges() []goodInput {
	const s = time.Second
	gpt := kpi.Dims{"gpt-4o", "chat"}
	return []goodInput{
		{
			"id and timestamp with a zone", "openai", openaiCall(`,"id":"é 1","timestamp":"2026-01-02T04:04:00+01:00","costCents":1`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, ID: "é 1", Time: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated, Cost: kpi.Cent},
		},
		{
			"timestamp in seconds", "openai", openaiCall(`,"timestamp":1767323045.25,"costCents":1`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, Time: clock().Add(s / 4), HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated, Cost: kpi.Cent},
		},
		{
			"timestamp in milliseconds", "openai", openaiCall(`,"timestamp":1767323045250,"costCents":1`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, Time: clock().Add(s / 4), HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated, Cost: kpi.Cent},
		},
		{
			"timestamps at the very edges", "openai", openaiCall(`,"timestamp":"2026-01-01T03:04:05Z","costCents":1`),
			kpi.Event{Type: kpi.TypeOpenAI, Dims: gpt, Time: clock().Add(-24 * time.Hour), HasDuration: true, Duration: 1500 * time.Millisecond, Basis: kpi.CostStated, Cost: kpi.Cent},
		},
		{
			"numbers and escapes at the edges", "openai", `{"model":"\u0067p\ud83d\ude00\/","operation":"chat","durationSeconds":6.048E+5,"costCents":1e8}`,
			kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gp😀/", "chat"}, HasDuration: true, Duration: 604800 * s, Basis: kpi.CostStated, Cost: 100_000_000 * kpi.Cent},
		},
	}
}

// goodOthers are events of the other types.
func goodOthers() []goodInput {
	const s = time.Second
	return []goodInput{
		{
			"render", "render", `{"type":"render","renderType":"2d","quality":"high","durationSeconds":0}`,
			kpi.Event{Type: kpi.TypeRender, Dims: kpi.Dims{"2d", "high"}, HasDuration: true},
		},
		{
			"handshake", "embed-handshake", `{"durationSeconds":0.2,"shopDomain":"a.example","success":true}`,
			kpi.Event{Type: kpi.TypeEmbedHandshake, Dims: kpi.Dims{"", "a.example"}, HasDuration: true, Duration: s / 5},
		},
		{
			"handshake that failed", "embed-handshake", `{"durationSeconds":0.2,"failureReason":"csp"}`,
			kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, Dims: kpi.Dims{"csp", "unknown"}, HasDuration: true, Duration: s / 5},
		},
		{
			"handshake with an errorType", "embed-handshake", `{"durationSeconds":0.2,"errorType":"csp","shopDomain":"a.example"}`,
			kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, Dims: kpi.Dims{"csp", "a.example"}, HasDuration: true, Duration: s / 5},
		},
		{
			"handshake that failed without a reason", "embed-handshake", `{"durationSeconds":0.2,"status":"error"}`,
			kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, Dims: kpi.Dims{"unknown", "unknown"}, HasDuration: true, Duration: s / 5},
		},
		{
			"conversion", "ar-conversion", `{"conversionType":"glb_to_usdz","durationSeconds":12,"success":false,"errorType":"oom"}`,
			kpi.Event{Type: kpi.TypeARConversion, Failed: true, Dims: kpi.Dims{"glb_to_usdz", "oom"}, HasDuration: true, Duration: 12 * s},
		},
		{
			"wait of a job", "queue-wait", `{"queueName":"render","waitSeconds":3}`,
			kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"render"}, HasDuration: true, Duration: 3 * s},
		},
		{
			"age of the oldest job", "queue-wait", `{"queueName":"render","oldestWaitingSeconds":0}`,
			kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"render"}, HasOldest: true},
		},
		{
			"request", "http-request", `{"method":"get","route":"/p/:id","statusCode":404,"durationSeconds":0.01}`,
			kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/p/:id", "404"}, HasDuration: true, Duration: s / 100},
		},
		{
			"request that failed", "http-request", `{"method":"GET","route":"/","statusCode":500,"durationSeconds":0.01}`,
			kpi.Event{Type: kpi.TypeHTTPRequest, Failed: true, Dims: kpi.Dims{"GET", "/", "500"}, HasDuration: true, Duration: s / 100},
		},
		{
			"request that is fine with its 500", "http-request", `{"method":"GET","route":"/","statusCode":500,"durationSeconds":0.01,"status":"success"}`,
			kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/", "500"}, HasDuration: true, Duration: s / 100},
		},
	}
}

func TestGoodInput(t *testing.T) {
	t.Parallel()
	for _, c := range goodInputs() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			w := b.post(kpi.PathPrefix+c.path, c.body)
			if got := w.Body.String(); w.Code != http.StatusAccepted || got != "{\"accepted\":1,\"duplicate\":0}\n" {
				t.Fatalf("%d %s", w.Code, got)
			}
			if got := b.ledger.events(); len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			// In a batch the type may come last.
			inBatch := newBundle(t)
			body := fmt.Sprintf("[%s,\"type\":%q}]", without(c.body, c.path), c.path)
			if w := inBatch.post(kpi.PathPrefix+"batch", body); w.Code != http.StatusAccepted {
				t.Fatalf("%s: %d %s", body, w.Code, w.Body)
			}
			if got := inBatch.ledger.events(); len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("in a batch: got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// without is an event's text without its type and its closing brace.
func without(body, kind string) string {
	for _, t := range []string{`"type":"` + kind + `",`, `,"type":null`} {
		if i := strings.Index(body, t); i >= 0 {
			body = body[:i] + body[i+len(t):]
		}
	}
	return body[:len(body)-1]
}
