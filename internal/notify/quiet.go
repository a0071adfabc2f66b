package notify

import (
	"fmt"
	"time"
)

// Quiet is a span of the week: it begins on Days at From, and ends at To, on the
// next day where that is not later.
type Quiet struct {
	Days     []time.Weekday
	From, To time.Duration
}

// quietName is the name of the quiet times in the configuration.
const quietName = "quiet"

const wholeDay = 24 * time.Hour

// quietIntervals are Alertmanager's time_intervals, none of which may pass
// midnight.
func (s *Short) quietIntervals() yamlList {
	if len(s.Quiet) == 0 {
		return yamlList{}
	}
	var list yamlList
	for _, q := range s.Quiet {
		if q.To > q.From {
			list = append(list, s.interval(q.Days, q.From, q.To))
			continue
		}
		list = append(list, s.interval(q.Days, q.From, wholeDay))
		if q.To > 0 {
			list = append(list, s.interval(dayAfter(q.Days), 0, q.To))
		}
	}
	return yamlList{yamlMap{"name": quietName, "time_intervals": list}}
}

func (s *Short) interval(days []time.Weekday, from, to time.Duration) yamlMap {
	m := yamlMap{"times": yamlList{yamlMap{"start_time": clock(from), "end_time": clock(to)}}}
	var names yamlList
	for _, d := range days {
		names = append(names, weekdays[d])
	}
	m["weekdays"] = names
	if s.Zone != "" {
		m["location"] = s.Zone
	}
	return m
}

// weekdays are Alertmanager's names of them.
var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func dayAfter(days []time.Weekday) []time.Weekday {
	next := make([]time.Weekday, len(days))
	for i, d := range days {
		next[i] = (d + 1) % 7
	}
	return next
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}
