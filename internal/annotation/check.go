package annotation

import (
	"strings"
	"time"
	"unicode"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// earliest and latest bound the times. Seconds since 1970, where milliseconds
// are meant, lie before the one.
func earliest() int64 { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }
func latest() int64   { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }

// check says what is wrong with a mark.
func (a *Annotation) check() (bad []kpi.Violation) {
	switch {
	case strings.TrimSpace(a.Text) == "":
		bad = append(bad, kpi.Invalid("text", "is needed: what happened, in at most %d bytes", maxText))
	case len(a.Text) > maxText:
		bad = append(bad, kpi.Invalid("text", "has %d bytes, at most %d are allowed", len(a.Text), maxText))
	case unprintable(a.Text):
		bad = append(bad, kpi.Invalid("text", "is %q, expected text without control characters", a.Text))
	}
	if len(a.Tags) > maxTags {
		bad = append(bad, kpi.Invalid("tags", "has %d tags, at most %d are allowed", len(a.Tags), maxTags))
	}
	for _, tag := range a.Tags {
		if tag == "" || len(tag) > maxTag || unprintable(tag) {
			bad = append(bad, kpi.Invalid("tags", "has %q, expected 1 to %d bytes without control characters", clip(tag), maxTag))
			break
		}
	}
	if a.Time < earliest() || a.Time > latest() {
		bad = append(bad, kpi.Invalid("time", "is %d, expected milliseconds since 1970, from the year 2000 to 2100", a.Time))
	}
	if a.TimeEnd < a.Time || a.TimeEnd > latest() {
		bad = append(bad, kpi.Invalid("timeEnd", "is %d, expected milliseconds since 1970, not before time and not after the year 2100", a.TimeEnd))
	}
	return bad
}

func unprintable(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// clip bounds what an error repeats.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
