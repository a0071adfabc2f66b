package app_test

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestNoticeNamesWhatTheBinaryBundles holds NOTICE against the modules that
// are linked into the binary.
func TestNoticeNamesWhatTheBinaryBundles(t *testing.T) {
	t.Parallel()
	info, err := buildinfo.ReadFile(testkit.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	notice, err := os.ReadFile(filepath.Join("..", "..", "NOTICE"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		if !strings.Contains(string(notice), "\n"+m.Path+" ") {
			t.Errorf("NOTICE does not name %s", m.Path)
		}
	}
	for line := range strings.Lines(string(notice)) {
		path, _, found := strings.Cut(line, " ")
		if !found || !strings.Contains(path, "/") {
			continue
		}
		if !strings.Contains(info.String(), "\t"+path+"\t") {
			t.Errorf("NOTICE names %s, which is not linked", path)
		}
	}
}
