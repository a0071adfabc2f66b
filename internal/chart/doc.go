// Package chart draws a metric of the last hour with its limit as a PNG, for the
// messages that tell of an alert: Slack, e-mail and webhooks show a picture where
// they cannot show the web UI.
//
// It promises that any input gives a picture or an error, never a panic, in
// bounded time and memory: points are reduced to the least and the largest of
// each column of pixels before anything is drawn, at most eight series are drawn,
// and the sizes are limited. The same chart gives the same bytes. It keeps no
// state, so that any number may be drawn at once.
//
// Colours, dashes and order are those of the web UI: red belongs to limits and
// firing, a series is never red, gaps stay gaps, and there is no ninth colour.
// Text is written in the Go fonts, which are part of golang.org/x/image.
package chart
