package kpi

import "time"

// Tally is a number of events that are all alike, of which a simulation or an
// import makes one step.
type Tally struct {
	Event Event
	Times int
}

// Reading is what one series of a metric shows at a moment.
type Reading struct {
	Metric *Metric
	// Labels are the values of the metric's labels, in its order.
	Labels []string
	// Since is when a counter or a histogram began with nothing; zero when
	// that is not known, and for a gauge.
	Since time.Time
	// Value is a counter's or a gauge's, in the metric's unit.
	Value float64
	// Sum and Counts are a histogram's: what was observed in the metric's
	// unit, and how often by bucket, not cumulative, +Inf last.
	Sum    float64
	Counts []uint64
}
