package app_test

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

func TestDashboardsByteForByte(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	if a := get(t, p.URL+"/api/dashboards"); strings.TrimSpace(a.body) != `[{"uid":"luneo-kpis","title":"Luneo KPIs"},{"uid":"luneo-overview","title":"Luneo Overview"}]` {
		t.Error(a.body)
	}
	for _, uid := range []string{"luneo-kpis", "luneo-overview"} {
		file, err := fs.ReadFile(monitoring.Dashboards(), uid+".json")
		if err != nil {
			t.Fatal(err)
		}
		a := get(t, p.URL+"/api/dashboards/"+uid) // compressed on the way
		if a.body != string(file) || a.header.Get("Content-Type") != "application/json" || a.header.Get("ETag") == "" || a.header.Get("Vary") == "" {
			t.Errorf("%s: %v %.200s", uid, a.header, a.body)
		}
	}
	a := get(t, p.URL+"/api/dashboards/other")
	if a.status != http.StatusNotFound || !strings.Contains(a.body, "luneo-kpis, luneo-overview") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
