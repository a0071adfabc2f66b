package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestReadmeExamples runs the commands of the README's worked example and
// compares what they print with what stands there.
func TestReadmeExamples(t *testing.T) {
	t.Parallel()
	testkit.Command(t, "curl")
	p := testkit.Start(t, "--data-dir", t.TempDir())
	for _, example := range readmeExamples(t) {
		if strings.HasPrefix(example.command, "go run ./cmd/luneo serve") {
			continue // that is what runs already
		}
		command := strings.ReplaceAll(example.command, "http://127.0.0.1:4000", p.URL)
		out, err := exec.Command("sh", "-c", command).CombinedOutput()
		if got := strings.TrimRight(string(out), "\n"); err != nil || got != example.output {
			t.Errorf("$ %s\n%s\n(%v) the README says:\n%s", example.command, got, err, example.output)
		}
	}
}

type example struct{ command, output string }

// readmeExamples finds the commands behind "$ " in the README's marked blocks,
// each with the lines up to the next one.
func readmeExamples(t *testing.T) (list []example) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)<!-- example: \\w+ -->\n```\n(.*?)\n```").FindAllStringSubmatch(string(text), -1)
	for _, b := range blocks {
		for _, part := range strings.Split("\n"+b[1], "\n$ ")[1:] {
			lines := strings.Split(part, "\n")
			n := 1
			for n < len(lines) && strings.Count(strings.Join(lines[:n], "\n"), "'")%2 == 1 {
				n++ // the command goes on inside quotes
			}
			list = append(list, example{strings.Join(lines[:n], "\n"), strings.Join(lines[n:], "\n")})
		}
	}
	if len(list) < 5 {
		t.Fatalf("the README has %d examples", len(list))
	}
	return list
}
