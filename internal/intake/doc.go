// Package intake takes events over HTTP: one at an endpoint of its type, or
// many in a batch.
//
// It guarantees that an event is handed to the recorder only when every field
// is known, of the right type and in range, that an answer 202 is sent only
// after the recorder has acknowledged, and that every refusal names the field,
// what was wrong and what is allowed. A body is bounded as it is sent and as
// it expands, a batch in its events, a text in its depth.
//
// A field that is not in the tables of kpi is refused, not ignored: a typo in
// costCents must not lose money in silence. A field that is null is absent.
//
// It does not decide whether an event was seen before, does not limit label
// values, and does not know about credentials beyond the caller's name. Its
// handlers return errors of type *kpi.Error; turning them into statuses is for
// the web package.
package intake
