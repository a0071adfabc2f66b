package status

import (
	"strconv"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// ago writes when something was: "18 min ago" within the last hour, "3 h ago"
// within the day, else the day.
func (c clock) ago(at time.Time) string {
	d := c.now.Sub(at)
	switch {
	case d < time.Hour:
		return number.Span(d) + " ago"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	default:
		return c.when(at)
	}
}

// clock writes times as they are read in one place at one moment.
type clock struct {
	now   time.Time
	place *time.Location
}

// lasting writes since when: "for 20 min", after an hour "since 14:05".
func (c clock) lasting(from time.Time) string {
	if d := c.now.Sub(from); d < time.Hour {
		return "for " + number.Span(d)
	}
	return "since " + c.when(from)
}

// when writes a time: 14:05 today, else with the day.
func (c clock) when(at time.Time) string {
	at = at.In(c.place)
	now := c.now.In(c.place)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	if d := now.Sub(at); d < 6*24*time.Hour && d > 0 {
		return at.Format("Mon 15:04")
	}
	return at.Format("2 Jan 15:04")
}
