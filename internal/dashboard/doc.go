// Package dashboard defines Luneo's two dashboards once, in Go, and writes them
// as Grafana's classic dashboard JSON: for a Grafana of one's own, and for the
// web UI, which draws the very same files.
//
// It promises stable uids and panel ids, a unit and a description of how to
// read it on every panel, limits that are those of the alert rules, and nothing
// that ui/src/dashboard/drawable.json does not list. Its tests hold it to that
// and execute every query against a Luneo with data.
//
// No binary links it: its own test writes monitoring/grafana/dashboards
// (`make generate`), and package monitoring embeds what was written.
package dashboard
