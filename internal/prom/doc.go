// Package prom is Prometheus inside Luneo: it scrapes, keeps history, evaluates
// rules and answers PromQL, with Prometheus' own packages.
//
// It guarantees that Luneo's own metrics are scraped whatever happens to the
// listener, its TLS or its credentials: that scrape goes through an in-process
// connection. A first event of a new series is an increase, and a restart is
// none (start timestamps). The pending time of an alert survives a restart that
// takes less than an hour. What was scraped survives a kill; a power loss may
// take what the operating system had not written yet.
//
// Backfill writes a history that is known all at once, before New opens it.
//
// It does not check who asks: internal/web does. A broken file of the user's is
// an error of New, or of Prepare at a reload, which changes nothing.
package prom
