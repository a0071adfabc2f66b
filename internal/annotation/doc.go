// Package annotation keeps marks of moments that people want to see beside
// their charts: a deploy, a campaign, a change of settings.
//
// A mark that was answered with 200 is on disk: the whole file is written
// beside the old one, synced, and put in its place. There are at most 1,000
// marks; a new one past that takes the place of the oldest. A file that can't
// be read is set aside, never deleted, and Luneo starts without its marks: a
// monitor that does not start for want of a label helps nobody.
//
// The endpoints and the names of their fields are those of Grafana's HTTP API
// (grafana.com/docs, "Annotations HTTP API"), so that a script written for one
// works with the other. The newest marks are also series of
// luneo_annotation_timestamp_seconds, for whoever draws from Prometheus.
package annotation
