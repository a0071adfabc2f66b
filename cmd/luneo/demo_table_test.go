package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// matchGolden compares a text with a file in testdata.
func matchGolden(t *testing.T, name, got string) {
	t.Helper()
	testkit.Golden(t, filepath.Join("testdata", name), got)
}

func TestKPITable(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"demo-metrics", "demo-empty"} {
		metrics, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := kpiTable(string(metrics))
		if err != nil {
			t.Fatal(err)
		}
		matchGolden(t, name+".golden", got)
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("a line has %d columns: %s", n, line)
			}
		}
	}
}

func TestKPITableRefusesOtherText(t *testing.T) {
	t.Parallel()
	if _, err := kpiTable("<html>"); err == nil {
		t.Error("a page was read as metrics")
	}
}

func TestRedrawFitsTheScreen(t *testing.T) {
	t.Parallel()
	if got, want := redraw("a\nb\n", 24), "\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := redraw("a\nb\nc\nd\n", 3), "\x1b[Ha\x1b[K\nb\x1b[K\n… 2 lines more: make the terminal higher\x1b[J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPeopleReadDurations(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{
		0: "0 s", 0.012: "12 ms", 0.5: "500 ms", 1: "1 s", 2.345: "2.3 s", 12.3: "12 s", 119: "119 s", 120: "2 min", 135: "2.3 min", 600: "10 min",
	} {
		if got := people(seconds); got != want {
			t.Errorf("%v s is %q, want %q", seconds, got, want)
		}
	}
}
