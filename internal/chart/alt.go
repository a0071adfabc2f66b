package chart

import (
	"fmt"
	"strings"

	"github.com/luneo-platform/luneo/internal/number"
)

// limit is the threshold, nil if it is no number.
func (c *Chart) limit() *float64 {
	if c.Threshold == nil || !number.Known(*c.Threshold) {
		return nil
	}
	return c.Threshold
}

// beyond reports whether a value is on the bad side of the limit.
func (c *Chart) beyond(v float64) bool {
	limit := c.limit()
	if limit == nil {
		return false
	}
	if c.Below {
		return v < *limit
	}
	return v > *limit
}

// Alt says in a sentence what the picture shows, for who cannot see it: what, when,
// the worst series, its last value and its range, and how it stands to the limit.
func (c *Chart) Alt() string {
	var b strings.Builder
	title := clean(c.Title)
	if title == "" {
		title = "Chart"
	}
	from := c.From.In(c.To.Location())
	layout := "15:04"
	if from.YearDay() != c.To.YearDay() || from.Year() != c.To.Year() {
		layout = "2 Jan 15:04"
	}
	fmt.Fprintf(&b, "%s, %s to %s: ", title, from.Format(layout), c.To.Format(layout+" MST"))
	all := c.ranked()
	if len(all) == 0 {
		b.WriteString("no data")
	} else {
		worst := all[0]
		if len(all) > 1 {
			fmt.Fprintf(&b, "worst of %d is %s, ", len(all), named(worst.series.Name))
		}
		lo, hi := worst.last.Value, worst.last.Value
		for _, p := range worst.series.Points {
			if number.Known(p.Value) && c.shown(p) {
				lo, hi = min(lo, p.Value), max(hi, p.Value)
			}
		}
		fmt.Fprintf(&b, "at last %s, between %s and %s", c.Unit.Write(worst.last.Value), c.Unit.Write(lo), c.Unit.Write(hi))
	}
	if limit := c.limit(); limit != nil {
		b.WriteString("; " + c.stands(all) + c.Unit.Write(*limit))
	}
	return b.String() + "."
}

// stands says how the worst series stands to the limit.
func (c *Chart) stands(all []ranked) string {
	switch {
	case len(all) == 0:
		return "the limit is "
	case !c.beyond(all[0].last.Value):
		return "within the limit of "
	case c.Below:
		return "below the limit of "
	default:
		return "above the limit of "
	}
}

// named is a name of a series as it is shown.
func named(name string) string {
	if name = clean(name); name == "" {
		return "(no name)"
	}
	return name
}
