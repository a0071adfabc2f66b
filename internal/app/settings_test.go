package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

type settingsPage struct {
	Version, GoVersion, Config string
	Files                      []struct{ Key, Path string }
	Limits                     []struct {
		Name, What, Unit string
		Used, Hits       *float64
		Limit            float64
	}
	Storage []struct {
		Name, Retention string
		Bytes           int64
		Since           time.Time
	}
	Disk   struct{ FreeBytes, SizeBytes float64 }
	Reload struct {
		At    time.Time
		OK    bool
		Error string
	}
}

func settingsOf(t *testing.T, url string) settingsPage {
	t.Helper()
	return pageOf[settingsPage](t, url+"/api/settings")
}

func TestSettingsSayWhatIsInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "luneo.yml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const secret = "very-secret-0123456789"
	write("tokens: [{name: worker, token: " + secret + ", scopes: [ingest]}]\nlimits: {label_values: 2}\nalerts: {min_events: 7}\n")
	p := testkit.Start(t, quick("--config", file, "--data-dir", filepath.Join(dir, "data"))...)
	for i := range 3 {
		post(t, p.URL+"/api/metrics/queue-wait", "", fmt.Sprintf(`{"queueName":"q%d","waitSeconds":1}`, i))
	}
	awaitQuery(t, p.URL, "up == 1")
	s := settingsOf(t, p.URL)
	if strings.Contains(s.Config, secret) || !strings.Contains(s.Config, "<redacted>") || !strings.Contains(s.Config, "min_events: 7") || !s.Reload.OK || s.Reload.At.IsZero() {
		t.Errorf("at first: %+v", s)
	}
	if len(s.Files) != 1 || s.Files[0].Path != file || s.GoVersion == "" || s.Version == "" {
		t.Errorf("%+v", s.Files)
	}
	found := 0
	for _, l := range s.Limits {
		switch l.Name + l.What {
		case "limits.label_values" + "distinct values of queue_name in queue-wait events; new ones become other":
			found++
			if *l.Used != 2 || l.Limit != 2 || *l.Hits != 1 || l.Unit != "values" {
				t.Errorf("%+v", l)
			}
		case "meter_series" + "series of luneo_worker_queue_wait_time_seconds":
			found++
			if *l.Used != 3 || l.Limit != 10000 || *l.Hits != 0 {
				t.Errorf("%+v", l)
			}
		}
		if l.Limit == 0 || l.Unit == "" || l.What == "" {
			t.Errorf("%+v", l)
		}
	}
	if found != 2 || s.Disk.SizeBytes == 0 {
		t.Errorf("%+v, disk %+v", s.Limits, s.Disk)
	}
	kept := map[string]int64{}
	for _, e := range s.Storage {
		kept[e.Name] = e.Bytes
		if e.Name == "history" && (e.Retention != "30d" || time.Since(e.Since) > time.Hour) {
			t.Errorf("%+v", e)
		}
	}
	if kept["history"] == 0 || kept["journal"] == 0 {
		t.Errorf("%+v", s.Storage)
	}

	write("limits: {label_values: 9}\nalerts: {min_events: 8}\n")
	if a := post(t, p.URL+"/-/reload", "", ""); a.status != http.StatusOK {
		t.Fatal(a.body)
	}
	if s = settingsOf(t, p.URL); !strings.Contains(s.Config, "min_events: 8") || !strings.Contains(s.Config, "label_values: 2") || strings.Contains(s.Config, "worker") {
		t.Errorf("after a reload: %s", s.Config)
	}
	before := s.Config
	write("alerts: {min_events: many}\n")
	post(t, p.URL+"/-/reload", "", "")
	if s = settingsOf(t, p.URL); s.Reload.OK || !strings.Contains(s.Reload.Error, "min_events") || s.Config != before {
		t.Errorf("after a reload that failed: %+v", s.Reload)
	}
}
