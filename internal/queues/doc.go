// Package queues says how every queue does: what the Queues page and
// `luneo queues` show, and the gauges of watched queues.
//
// It knows queues from two sources. A watched queue is read from memory of
// whoever watches it, with its depth, its workers and why its jobs wait. A pushed
// queue is known by the events that the platform sends. What both have in common,
// waits and rates of the last five minutes, comes from the events that were
// recorded: Board keeps them in memory, bounded, and begins anew after a restart.
//
// Nothing here asks Redis but HandleQueue, for the reasons of failures, and that
// with a time-out.
package queues
