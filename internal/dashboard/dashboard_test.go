package dashboard_test

import (
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/dashboard"
	"github.com/luneo-platform/luneo/internal/testkit"
)

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
		testkit.Golden(t, filepath.Join(folder, board.File), string(want))
	}
}
