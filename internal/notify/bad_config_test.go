package notify_test

import (
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

// TestBadConfigurations: what is wrong with a configuration of Alertmanager is
// said with its line, in words for people, and shows no secret.
func TestBadConfigurations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all strings.Builder
	for _, file := range files {
		_, err := notify.Prepare(notify.Settings{File: file, Templates: monitoring.Templates()}, &url.URL{}, slog.New(slog.DiscardHandler))
		if err == nil {
			t.Errorf("%s is accepted", file)
			continue
		}
		all.WriteString(err.Error() + "\n\n")
	}
	if strings.Contains(all.String(), "geheim") {
		t.Errorf("a secret is shown: %s", all.String())
	}
	testkit.Golden(t, "testdata/bad/errors.golden", all.String())
}
