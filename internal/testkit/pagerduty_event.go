package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of the Events API v2; a size of 512 KB is 512,000 bytes as
// Alertmanager counts it, the smaller of the two readings.
const (
	pagerDutyBody    = 512000
	pagerDutyRouting = 32
	pagerDutyDedup   = 255
	pagerDutySummary = 1024
)

// pagerDutyForm is what is wrong with the body before its content is looked at.
func pagerDutyForm(r *http.Request, body []byte) []string {
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); {
	case kind != "application/json":
		return []string{"the Content-Type is not application/json"}
	case len(body) > pagerDutyBody:
		return []string{"the payload is larger than 512 KB"}
	case !utf8.Valid(body):
		return []string{"the body is not UTF-8"}
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&PagerDutyEvent{}); err != nil {
		return []string{err.Error()}
	}
	if strict.More() {
		return []string{"something follows the event"}
	}
	return nil
}

// wrong is what is wrong with the event.
func (e PagerDutyEvent) wrong() []string {
	var list []string
	unless := func(ok bool, format string, args ...any) {
		if !ok {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	unless(len(e.RoutingKey) == pagerDutyRouting, "'routing_key' is invalid (must be %d characters)", pagerDutyRouting)
	unless(slices.Contains([]string{"trigger", "acknowledge", "resolve"}, e.Action), "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
	unless(e.DedupKey != "", "'dedup_key' is missing or blank")
	unless(utf8.RuneCountInString(e.DedupKey) <= pagerDutyDedup, "'dedup_key' is too long (maximum is %d characters)", pagerDutyDedup)
	unless(utf8.RuneCountInString(e.Payload.Summary) <= pagerDutySummary, "'payload.summary' is too long (maximum is %d characters)", pagerDutySummary)
	if e.Action == "trigger" {
		unless(e.Payload.Summary != "", "'payload.summary' is missing or blank")
		unless(e.Payload.Source != "", "'payload.source' is missing or blank")
	}
	if e.Action == "trigger" || e.Payload.Severity != "" {
		unless(slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity), "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
	}
	unless(e.Payload.Timestamp == "" || isISO8601(e.Payload.Timestamp), "'payload.timestamp' is invalid")
	return append(list, e.wrongContexts()...)
}

func (e PagerDutyEvent) wrongContexts() []string {
	var list []string
	for i, image := range e.Images {
		if !strings.HasPrefix(image.Src, "https://") {
			list = append(list, fmt.Sprintf("'images[%d].src' must be served via HTTPS", i))
		}
	}
	for i, link := range e.Links {
		if link.Href == "" {
			list = append(list, fmt.Sprintf("'links[%d].href' is missing or blank", i))
		}
	}
	return list
}

// isISO8601 knows the two forms that the documents show.
func isISO8601(text string) bool {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
