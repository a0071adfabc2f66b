// Package status says in words how things are: one sentence for all of it, one
// for each alert rule, what happened, what to check first, and how often rules
// fired lately.
//
// It decides nothing. What fires is what the rules' Prometheus says, through
// its HTTP API: the embedded one or any other that evaluates alerts.yml. Each
// rule of that file has words here (a test holds that); a rule of the user's
// own is worded by its summary.
//
// Words are lists of parts, so that a page can set a name or a value apart; the
// plain text is the parts joined. Nothing may look healthy because nothing
// arrives: when data stops, or Prometheus does not answer in time (2.5 s), the
// sentence says so before anything else.
//
// However many ask, the same question is put to Prometheus once in five
// seconds. However many alerts there are, an answer lists at most 200 of a rule,
// the worst, and 500 intervals, the newest; its counts are whole. A Board holds what it was last told, and nothing on disk.
package status
