// Package sender posts events in batches to POST /api/metrics/batch of a
// running Luneo.
//
// It guarantees that every event is answered for before Run returns nil:
// counted now, counted before, or refused with a reason. An event that fails
// to arrive is sent again with the same bytes; as long as it carries an id, the
// server counts it once, even when an answer was lost on the way. Events of
// different batches may arrive in any order when there is more than one
// connection; with one they arrive in the order of the source.
//
// It does not keep events: what was not answered when Run returns an error has
// to come from the source again.
package sender
