package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Classic is a dashboard in Grafana's classic schema. The SDK would have people
// use the newer ones, which a Grafana before version 12 can't import.
type Classic = dashboard.Dashboard //nolint:staticcheck // see above

// Board is a dashboard and the name of its file.
type Board struct {
	File      string
	Dashboard Classic
}

// All returns every dashboard, the most important first.
func All() []Board {
	return []Board{
		{File: "luneo-kpis.json", Dashboard: kpis()},
		{File: "luneo-overview.json", Dashboard: overview()},
	}
}

// JSON is the dashboard as Grafana imports it: indented, so that a change can
// be reviewed, and the same bytes each time.
func (b Board) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // for people who read queries with > and &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(b.Dashboard); err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", b.File, err)
	}
	return text.Bytes(), nil
}

// The uids are part of links that people have saved: never change them.
const (
	kpisUID     = "luneo-kpis"
	overviewUID = "luneo-overview"
)

// identity is what tells one dashboard from another.
type identity struct {
	uid, title, description string
}

// newBoard is a dashboard without panels. 42 is the version of the classic
// schema that the SDK knows; Grafana migrates from it on import.
func newBoard(is identity) Classic {
	d := dashboard.NewDashboard()
	d.Uid, d.Title, d.Description = &is.uid, &is.title, &is.description
	d.Tags = []string{"luneo"}
	d.GraphTooltip = new(dashboard.DashboardCursorSyncCrosshair)
	d.Time = &dashboard.DashboardDashboardTime{From: "now-3h", To: "now"}
	d.Refresh = new("15s")
	d.Timepicker = &dashboard.TimePickerConfig{RefreshIntervals: []string{"5s", "15s", "30s", "1m", "5m", "15m", "1h"}}
	d.Annotations.List = annotations()
	return *d
}
