// Package kpi holds the words of Luneo: the events that happen on an AI
// product platform, the metrics that they feed, and the errors that tell a
// caller what was wrong.
//
// It is the one package that every other package may import, and imports none
// of them. The tables here (Schemas, Fields, Catalogue) are read by the
// decoder, the metric state, the OpenAPI document, docs/metrics.md and the
// tests, so that a name is written once.
package kpi
