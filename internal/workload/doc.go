// Package workload models a small AI product platform: shops that embed a
// widget, an API, OpenAI calls, and four queues whose jobs make images, render
// and convert models for AR. Its events are what such a platform would post to
// /api/metrics/batch.
//
// Past is its history, minute by minute and much faster; where a Past ends, a
// Platform with the same staging goes on at the same rates. Staging bends both:
// nights and weekends (Rhythm), incidents.
//
// It guarantees that the same random source, start and staging give the same
// events, in order of time and without end. About 12 events happen a second.
// It is a model for a demonstration, not for measuring capacity.
//
// Arrivals, lengths of prompts and answers, and the pace of answers are figures
// measured on recorded traces (see figures.go, which a test recomputes). What
// no trace tells is chosen, and stands in catalogue.go: how many calls, renders
// and handshakes there are, how long renders and conversions take, the share of
// failures (0.3 %), the number of workers, and the rhythm of days and weeks. Queue waits are neither: they
// follow from arrivals, durations and workers.
package workload
