package trace_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/trace"
)

func FuzzAzure(f *testing.F) { fuzz(f, "azure-2023.csv", "azure-2024.csv") }
func FuzzBurstGPT(f *testing.F) {
	fuzz(f, "burstgpt.csv", "burstgpt-session.csv", "burstgpt-slice.csv")
}
func FuzzMooncake(f *testing.F) { fuzz(f, "mooncake.csv", "mooncake.jsonl") }
func FuzzNDJSON(f *testing.F)   { fuzz(f, "luneo.ndjson") }

// fuzz holds that whatever is read becomes one valid JSON object a row, and
// that the same content reads the same twice.
func fuzz(f *testing.F, seeds ...string) {
	for _, name := range seeds {
		content, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Fuzz(func(t *testing.T, content string) {
		first, err := render(strings.NewReader(content), trace.Options{})
		second, again := render(strings.NewReader(content), trace.Options{})
		if first != second || (err == nil) != (again == nil) {
			t.Fatalf("read twice it differs:\n%s%v\n%s%v", first, err, second, again)
		}
		checkEvents(t, content)
	})
}

func checkEvents(t *testing.T, content string) {
	t.Helper()
	r, err := trace.Open(strings.NewReader(content), trace.Options{})
	if err != nil {
		return
	}
	for {
		row, err := r.Next()
		if err != nil {
			var bad *trace.Error
			if !errors.Is(err, io.EOF) && !errors.As(err, &bad) {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		body, err := row.AppendJSON(nil, noon)
		if err != nil {
			t.Fatal(err)
		}
		var event struct{ ID, Type, Timestamp any }
		if err := json.Unmarshal(body, &event); err != nil || event.Type == nil || event.ID == nil {
			t.Fatalf("line %d became %s (%v)", row.Line, body, err)
		}
	}
}
