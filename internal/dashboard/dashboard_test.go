package dashboard_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/dashboard"
)

var update = flag.Bool("update", false, "write the dashboards anew")

// folder is where the dashboards are, for people and for the binary.
const folder = "../../monitoring/grafana/dashboards"

// TestDashboardsAreAsWritten is their generator too: with -update it writes them.
func TestDashboardsAreAsWritten(t *testing.T) {
	t.Parallel()
	for _, board := range dashboard.All() {
		want, err := board.JSON()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, board.File)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, want) {
			t.Errorf("%s is not what the code says: make generate", path)
		}
	}
}
