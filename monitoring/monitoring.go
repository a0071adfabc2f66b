// Package monitoring holds the files for a Prometheus, Alertmanager and Grafana
// of one's own. Luneo evaluates the same rules and draws the same dashboards,
// so they are embedded here.
package monitoring

import (
	"embed"
	"io/fs"
)

//go:embed prometheus/alerts.yml
var alerts string

// Alerts is prometheus/alerts.yml, a rule file in Prometheus' own schema.
func Alerts() string { return alerts }

//go:embed alertmanager/luneo.tmpl
var templates string

// Templates is alertmanager/luneo.tmpl, what messages say, in Alertmanager's
// template language.
func Templates() string { return templates }

//go:embed grafana/dashboards/*.json
var dashboards embed.FS

// Dashboards are the files of grafana/dashboards: Grafana's classic dashboard
// JSON, each named by its uid, as in luneo-kpis.json.
func Dashboards() fs.FS {
	sub, err := fs.Sub(dashboards, "grafana/dashboards")
	if err != nil {
		panic("monitoring: " + err.Error()) // the path above is wrong
	}
	return sub
}
