package app_test

import (
	"encoding/json"
	"fmt"
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
