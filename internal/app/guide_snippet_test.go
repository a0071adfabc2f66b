package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestGuidesWorkerSnippet runs the worker example of the guide, copied out of
// its text, under real Node. Around it stand the names that it takes for
// granted; in it only the elided argument {...} is filled in, which is no
// JavaScript. Its fetch sends a string body, so the content type is text/plain.
func TestGuidesWorkerSnippet(t *testing.T) {
	t.Parallel()
	node := testkit.Command(t, "node")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "instrumentation-guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```typescript\n// Example: Record OpenAI request duration\n")
	snippet, _, found := strings.Cut(rest, "```")
	if !found || !strings.Contains(snippet, "/api/metrics/openai") {
		t.Fatal("the guide has no such example any more")
	}
	p := testkit.Start(t, "--data-dir", t.TempDir())
	script := filepath.Join(t.TempDir(), "worker.mjs")
	program := `
const BACKEND_URL = process.argv[2];
const openai = { images: { generate: async () => ({ data: [{}] }) } };
const calculateCost = () => 4;
` + strings.Replace(snippet, "generate({...})", "generate({})", 1)
	if err := os.WriteFile(script, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(node, script, p.URL).CombinedOutput(); err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	families := metricsOf(t, p.URL)
	model, operation := "model=dall-e-3", "operation=image_generation"
	if n := value(t, families, "luneo_openai_requests_total", model, operation); n != 1 {
		t.Errorf("%v requests are counted, want 1", n)
	}
	if n := value(t, families, "luneo_openai_cost_cents", model, operation); n != 4 {
		t.Errorf("they cost %v cents, want 4", n)
	}
}
