// Package cost knows what AI calls usually cost at this time: the baseline of
// luneo_ai_cost_current_cents, from that gauge's own history.
//
// The baseline is an honest statement, never a threshold in disguise: what a
// window that ends at this time of day usually costs. It is
//
//   - the median of the windows that ended at the same local time on each of
//     the past days, or on the same weekday once there are three of those, so
//     that a spike on one day hardly moves it. One window in twelve is taken to
//     be such a spike and set aside first;
//   - smoothed over the times around it: the fewer days there are, the wider;
//   - while there are fewer than twelve days, drawn some way to the level of the
//     last twelve hours, since few days say little about the days to come.
//
// Windows that Luneo did not see whole, in which nothing was spent, that were
// marked as expected, or that lie before a rise that has lasted, are left out,
// each with its reason. Until there are enough windows there is no baseline,
// and the estimate says when there will be one. Baseline is a pure function.
//
// A Keeper keeps the history in memory, at most about 40,000 samples for each
// window, reads it from any Prometheus HTTP API, and shows the baselines as
// metrics. It never waits for that API while it is scraped. When the API
// fails, the baselines go on from what is in memory for an hour and are then
// absent; a metric and a log line say so. It does not decide about alerts.
//
// What was decided, and the figures, are in docs/decisions/0004-cost-baseline.md.
package cost
