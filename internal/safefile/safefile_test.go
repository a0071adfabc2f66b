package safefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/safefile"
)

// TestReplace: a file is made, then replaced, for its owner alone, and nothing
// is left beside it.
func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "marks.json")
	for _, content := range []string{"a long first content", "short", ""} {
		if err := safefile.Replace(file, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != content {
			t.Errorf("%q, %v, want %q", got, err, content)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	alone(t, dir, "marks.json")
}

// TestReplaceFails: what can't be replaced stays, and no temporary file does.
func TestReplaceFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := safefile.Replace(folder, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	alone(t, dir, "folder")
	if err := safefile.Replace(filepath.Join(dir, "missing", "file"), []byte("x")); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
}

func alone(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("in the folder: %v, %v", entries, err)
	}
}
