// Package monitoring holds the files for a Prometheus, Alertmanager and Grafana
// of one's own. Luneo evaluates the same rules, so they are embedded here.
package monitoring

import _ "embed"

//go:embed prometheus/alerts.yml
var alerts string

// Alerts is prometheus/alerts.yml, a rule file in Prometheus' own schema.
func Alerts() string { return alerts }
