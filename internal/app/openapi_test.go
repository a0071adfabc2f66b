package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestCostAnswersAreAsDocumented holds what /api/cost/* answers against the
// document that the server itself hands out.
func TestCostAnswersAreAsDocumented(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	doc, err := openapi3.NewLoader().LoadFromData([]byte(get(t, p.URL+"/api/openapi.json").body))
	if err != nil {
		t.Fatal(err)
	}
	conforms := func(schema, body string) {
		t.Helper()
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if err := doc.Components.Schemas[schema].Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	conforms("CostExplanation", get(t, p.URL+"/api/cost/explain?window=1h").body)
	mark := post(t, p.URL+"/api/cost/expected", "application/json", fmt.Sprintf(`{"from":%q,"to":%q,"reason":"Black Friday"}`,
		time.Now().UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
	conforms("ExpectedSpike", mark.body)
	if list := get(t, p.URL+"/api/cost/expected").body; !strings.Contains(list, "Black Friday") {
		t.Error(list)
	}
	conforms("Problem", get(t, p.URL+"/api/cost/explain?window=2h").body)
}

// TestPageAnswersAreAsDocumented holds what the pages of the web UI ask for
// against the document that the server itself hands out.
func TestPageAnswersAreAsDocumented(t *testing.T) {
	t.Parallel()
	f, hook, secret := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true}), testkit.NewHookServer(t), filepath.Join(t.TempDir(), "webhook")
	if err := os.WriteFile(secret, []byte(hook.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _ := behindGateway(t, f, gatewaySettings{
		dataDir: t.TempDir(), more: ", budgets: [{name: all, period: day, limit_cents: 100}]",
		args: quick("--notifications-webhook-url-file", secret, "--notifications-group-wait", "0s"),
	})
	doc, err := openapi3.NewLoader().LoadFromData([]byte(get(t, p.URL+"/api/openapi.json").body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := chat(t, p, "")
	if err != nil {
		t.Fatal(err)
	}
	testkit.Body(t, resp)
	post(t, p.URL+"/api/metrics/openai", "", `{"model":"gpt-4o","operation":"chat","durationSeconds":1.2,"costCents":0.5}`)
	post(t, p.URL+"/api/metrics/render", "", `{}`)
	post(t, p.URL+"/api/metrics/queue-wait", "", `{"queueName":"render/hd","waitSeconds":4.2,"oldestWaitingSeconds":12}`)
	post(t, p.URL+"/api/setup/test", "application/json", `{"source":"renders"}`)
	awaitQuery(t, p.URL, "luneo_openai_cost_cents")
	post(t, p.URL+"/api/annotations", "application/json", `{"text":"worker-ia 2.31.0","tags":["deploy"]}`)
	post(t, p.URL+"/api/v2/alerts", "application/json", `[{"labels":{"alertname":"FromElsewhere"}}]`)
	hook.Await(t, 1)
	testkit.Await(t, "the message to be noted", func() bool {
		page := setupOf(t, p.URL)
		return page.state("notifications") == "live"
	})
	paths := []string{
		"/api/session", "/api/dashboards", "/api/setup", "/api/settings", "/api/spend", "/api/gateway",
		"/api/status", "/api/alerts", "/api/alerts/history", "/api/alerts/{rule}", "/api/annotations", "/api/queues", "/api/queues/{name}", "/api/notifications",
	}
	for _, path := range paths {
		a := get(t, p.URL+strings.NewReplacer("{rule}", "QueueWaitTimeHigh", "{name}", "render%2Fhd").Replace(path))
		conforms(t, path, doc.Paths.Value(path).Get, a.body)
	}
	conforms(t, "a test", doc.Paths.Value("/api/notify/test").Post, post(t, p.URL+"/api/notify/test?receiver=webhook", "", "").body)
}

// conforms holds the body of an answer 200 against its operation.
func conforms(t *testing.T, what string, o *openapi3.Operation, body string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v: %s", what, err, body)
	}
	schema := o.Responses.Value("200").Value.Content["application/json"].Schema.Value
	if err := schema.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s: %v: %s", what, err, body)
	}
}
