package kpi

import "time"

// Alert is an alert of a rule on its way to people: one that fires, or one that
// has ended.
type Alert struct {
	// Labels say which alert it is, alertname among them; Annotations what it has
	// to say.
	Labels, Annotations map[string]string
	// StartsAt is when it began to fire. EndsAt is when it ended, or how long it
	// holds without being sent again.
	StartsAt, EndsAt time.Time
	// GeneratorURL shows its query.
	GeneratorURL string
	// Value is what its rule's expression was; LowIsBad says that smaller ones are
	// worse, as of a rule with "<".
	Value    float64
	LowIsBad bool
}
