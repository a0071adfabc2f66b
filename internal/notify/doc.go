// Package notify is an Alertmanager inside this process: it takes alerts from
// the rules (or, at /api/v2/alerts, from any Prometheus), groups, inhibits and
// silences them, and tells people through the receivers of Alertmanager's own
// packages; in the short form of a configuration Slack and mail are told by its
// own.
//
// It guarantees that a silence which was acknowledged, and a notification that
// was sent and noted, survive kill -9 and power loss: each change is on disk
// before it is answered, or (notifications) at most one write later. Alerts are
// kept too, so that one which ended while nobody looked is still told to have
// ended. A notification that fails is tried again, with back-off, for as long as
// its alert lasts. One that was sent in the last moment before a crash may be
// sent a second time.
//
// It does not look at metrics and knows no rule: what an alert says is in its
// annotations.
package notify
