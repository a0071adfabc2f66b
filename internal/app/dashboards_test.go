package app_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

func TestDashboardsByteForByte(t *testing.T) {
	t.Parallel()
	const kpis = "{\n  \"uid\": \"luneo-kpis\", \"title\": \"Luneo KPIs\",\n  \"panels\": []\n}\n"
	url := inProcess(t, func(o *app.Options) {
		o.Dashboards = fstest.MapFS{
			"luneo-kpis.json":     {Data: []byte(kpis)},
			"luneo-overview.json": {Data: []byte(`{"uid":"luneo-overview","title":"Luneo Overview"}`)},
			"README.md":           {Data: []byte("no dashboard")},
		}
	})
	if a := get(t, url+"/api/dashboards"); strings.TrimSpace(a.body) != `[{"uid":"luneo-kpis","title":"Luneo KPIs"},{"uid":"luneo-overview","title":"Luneo Overview"}]` {
		t.Error(a.body)
	}
	a := get(t, url+"/api/dashboards/luneo-kpis") // compressed on the way
	if a.body != kpis || a.header.Get("Content-Type") != "application/json" || a.header.Get("ETag") == "" || a.header.Get("Vary") == "" {
		t.Errorf("%v %s", a.header, a.body)
	}
	if a := get(t, url+"/api/dashboards/other"); a.status != http.StatusNotFound || !strings.Contains(a.body, "luneo-kpis, luneo-overview") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestDashboardsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"no JSON": "{", "no uid": "{}"} {
		o := app.Options{Config: config.Default(), Dashboards: fstest.MapFS{"a.json": {Data: []byte(text)}}}
		o.Config.Listen, o.Config.DataDir = "127.0.0.1:0", t.TempDir()
		if _, err := app.New(o); err == nil || !strings.Contains(err.Error(), "dashboard a.json: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
