package config_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/config"
)

func TestTimezoneName(t *testing.T) { // not parallel: it sets TZ
	t.Setenv("TZ", ":America/New_York")
	for zone, want := range map[config.Timezone]string{"Europe/Berlin": "Europe/Berlin", "UTC": "UTC", "Local": "America/New_York"} {
		if got := zone.Name(); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
	t.Setenv("TZ", "/no/such/zone")
	name := config.Timezone("Local").Name()
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		t.Errorf("the machine's zone is %q: %v", name, err)
	}
}
