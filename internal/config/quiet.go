package config

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// QuietTime is a span of the week, written as "mon-fri 22:00-07:00", "sat,sun"
// or "22:00-06:00". One that ends before it begins ends on the next day.
type QuietTime struct {
	Text string
	// Days are those on which it begins; all when it names none.
	Days []time.Weekday
	// From and To are times of the day; 0 and 24h for whole days.
	From, To time.Duration
}

var quietText = regexp.MustCompile(`^(?:((?:mon|tue|wed|thu|fri|sat|sun)(?:[-,](?:mon|tue|wed|thu|fri|sat|sun))*)(?: |$))?(?:(\d\d:\d\d)-(\d\d:\d\d))?$`)

var errQuiet = errors.New("must be days, times or both, as mon-fri 22:00-07:00, sat,sun or 22:00-06:00")

// UnmarshalText accepts days, times, or both.
func (q *QuietTime) UnmarshalText(text []byte) error {
	m := quietText.FindStringSubmatch(string(text))
	if m == nil || m[0] == "" || strings.HasSuffix(m[0], " ") {
		return errQuiet
	}
	*q = QuietTime{Text: string(text), To: day}
	if m[2] != "" {
		from, fromErr := timeOfDay(m[2])
		to, toErr := timeOfDay(m[3])
		if fromErr != nil || toErr != nil || from == to || from == day {
			return errQuiet
		}
		q.From, q.To = from, to
	}
	return q.setDays(m[1])
}

// MarshalText writes it as it was written.
func (q QuietTime) MarshalText() ([]byte, error) { return []byte(q.Text), nil }

func timeOfDay(text string) (time.Duration, error) {
	if text == "24:00" {
		return day, nil
	}
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

// setDays reads days and spans of days, as mon-fri,sun.
func (q *QuietTime) setDays(text string) error {
	if text == "" {
		text = "mon-sun"
	}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isSpan := strings.Cut(part, "-")
		if !isSpan {
			last = first
		}
		from, to := slices.Index(names, first), slices.Index(names, last)
		if from < 0 || to < 0 {
			return errQuiet
		}
		for d := from; ; d = (d + 1) % len(names) {
			if !slices.Contains(q.Days, time.Weekday(d)) {
				q.Days = append(q.Days, time.Weekday(d))
			}
			if d == to {
				break
			}
		}
	}
	return nil
}
