package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestAPIExamples runs every example of docs/api.md in its order against one
// server, and compares what it prints with what stands there; for those that
// show no output, with what they have to print.
func TestAPIExamples(t *testing.T) {
	t.Parallel()
	testkit.Command(t, "curl")
	run := &exampleRun{
		server: testkit.Start(t, "--data-dir", t.TempDir()), dir: t.TempDir(),
		node: testkit.Command(t, "node"), golang: testkit.Command(t, "go"),
	}
	silent := map[string][]string{ // what examples without an output print, by language
		"sh": {`{"accepted":1,"duplicate":0}`},
		"js": {`{ accepted: 1, duplicate: 0 }`},
		"go": {`202 {"accepted":2,"duplicate":0,"rejected":0,"errors":[]}`},
	}
	for _, block := range apiExamples(t) {
		if name, ok := strings.CutPrefix(strings.SplitN(block.command, "\n", 2)[0], "// "); ok && block.language == "js" {
			run.write(t, name, block.command) // a module that a later example imports
			continue
		}
		want := block.output
		if want == "" && len(silent[block.language]) > 0 {
			want, silent[block.language] = silent[block.language][0], silent[block.language][1:]
		}
		cmd := run.command(t, block)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr // curl's progress and go's warnings are no output
		if out, err := cmd.Output(); err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s\nprinted\n%s%s\n(%v) instead of\n%s", block.command, out, stderr.String(), err, want)
		}
	}
	for language, left := range silent {
		if len(left) > 0 {
			t.Errorf("the examples in %s that print %q are gone", language, left)
		}
	}
	families := metricsOf(t, run.server.URL)
	for name, want := range map[string]float64{"luneo_openai_requests_total": 3, "luneo_openai_cost_cents": 8.024} {
		if got := total(families, name); got != want {
			t.Errorf("after the examples %s is %v, want %v", name, got, want)
		}
	}
}

// apiExample is a block of docs/api.md with the output that follows it, if any.
type apiExample struct{ language, command, output string }

func apiExamples(t *testing.T) (list []apiExample) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)\n```\n(?:```\n(.*?)\n```\n)?")
	for _, b := range blocks.FindAllStringSubmatch(string(text), -1) {
		list = append(list, apiExample{b[1], b[2], b[3]})
	}
	if len(list) < 6 {
		t.Fatalf("docs/api.md has %d examples", len(list))
	}
	return list
}

// exampleRun runs examples against one server in one directory.
type exampleRun struct {
	server            *testkit.Process
	dir, node, golang string
}

func (r *exampleRun) write(t *testing.T, name, content string) (path string) {
	t.Helper()
	path = filepath.Join(r.dir, filepath.Base(name))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (r *exampleRun) command(t *testing.T, e apiExample) *exec.Cmd {
	t.Helper()
	code := strings.ReplaceAll(e.command, "http://127.0.0.1:4000", r.server.URL)
	var cmd *exec.Cmd
	switch e.language {
	case "sh":
		cmd = exec.Command("sh", "-c", code)
	case "js":
		cmd = exec.Command(r.node, r.write(t, "example.mjs", code))
	case "go":
		cmd = exec.Command(r.golang, "run", r.write(t, "example.go", code))
	default:
		t.Fatalf("docs/api.md has an example in %q, which this test can't run:\n%s", e.language, e.command)
	}
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "LUNEO_URL="+r.server.URL, "LUNEO_TOKEN=")
	return cmd
}
