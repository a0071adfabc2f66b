package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestAlertGauges: the rules learn the limits of the configuration, also after
// a reload, and where links point.
func TestAlertGauges(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	write := func(conf string) {
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("public_url: https://ops:secret@luneo.example/kpi/\nalerts: {min_events: 7}\n")
	p := testkit.Start(t, "--config", file, "--data-dir", t.TempDir())
	want := func(lines ...string) {
		t.Helper()
		metrics := get(t, p.URL+"/metrics").body
		for _, line := range lines {
			if !strings.Contains(metrics, "\n"+line+"\n") {
				t.Errorf("/metrics has no line %s", line)
			}
		}
	}
	want("luneo_alert_min_events 7", "luneo_alert_min_errors 5", "luneo_alert_cost_floor_cents 10", `luneo_public_url_info{url="https://luneo.example/kpi"} 1`)

	write("public_url: https://ops:secret@luneo.example/kpi/\nalerts: {min_events: 0, min_errors: 3}\ncost: {floor_cents: 500}\n")
	if a := post(t, p.URL+"/-/reload", "", ""); a.status != http.StatusOK || strings.TrimSpace(a.body) != `{"needs_restart":[]}` {
		t.Errorf("reload: %d %s", a.status, a.body)
	}
	want("luneo_alert_min_events 0", "luneo_alert_min_errors 3", "luneo_alert_cost_floor_cents 500")
}

func TestPublicURLIsTheListenAddressWhenUnset(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	if metrics := get(t, p.URL+"/metrics").body; !strings.Contains(metrics, "\nluneo_public_url_info{url=\""+p.URL+"\"} 1\n") {
		t.Errorf("luneo_public_url_info does not say %s", p.URL)
	}
}
