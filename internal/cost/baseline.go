package cost

import (
	"errors"
	"fmt"
	"time"
)

// Options say how the usual cost of one window is computed.
type Options struct {
	// Window is the length of the window, in whole minutes up to a day.
	Window time.Duration
	// History is how far back windows count; 28 days when 0.
	History time.Duration
	// MinDays is how many usable windows there must be; 3 when 0.
	MinDays int
	// Location says which hours and weekdays are the same; time.Local when nil.
	Location *time.Location
	// Method says which of the windows count; Median when empty.
	Method Method
	// Expected are spans whose spend was expected; windows that touch them are
	// left out.
	Expected []Span
}

// Method says how one value is made of the windows of several days.
type Method string

// The methods.
const (
	// Median is the one in the middle, once the uppermost twelfth, which is
	// taken to be spikes, is set aside; between two windows it interpolates.
	Median Method = "median"
	// TrimmedMean is the mean of all but a fifth at either end.
	TrimmedMean Method = "trimmed_mean"
)

// Span is from From on until before To.
type Span struct{ From, To time.Time }

// Check says what is wrong with the options.
func (o Options) Check() error {
	switch {
	case o.Window < time.Minute || o.Window > day || o.Window%time.Minute != 0:
		return fmt.Errorf("the window is %s, expected whole minutes from 1m to 24h", o.Window)
	case o.History != 0 && (o.History < day || o.History > 365*day):
		return fmt.Errorf("the history is %s, expected from 1 to 365 days", o.History)
	case o.MinDays < 0 || o.MinDays > 28:
		return fmt.Errorf("at least %d days are asked for, expected from 1 to 28", o.MinDays)
	case o.Method != "" && o.Method != Median && o.Method != TrimmedMean:
		return fmt.Errorf("the method is %q, expected %s or %s", o.Method, Median, TrimmedMean)
	}
	for _, s := range o.Expected {
		if !s.From.Before(s.To) {
			return errors.New("an expected span ends before it begins")
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.History == 0 {
		o.History = 28 * day
	}
	if o.MinDays == 0 {
		o.MinDays = 3
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Method == "" {
		o.Method = Median
	}
	return o
}

// isExpected reports whether the window that ends at a time touches an
// expected span.
func (o *Options) isExpected(end time.Time) bool {
	for _, s := range o.Expected {
		if s.From.Before(end) && s.To.After(end.Add(-o.Window)) {
			return true
		}
	}
	return false
}

// Season says which windows are compared.
type Season string

// The seasons.
const (
	SeasonDay  Season = "day"  // the same time of day
	SeasonWeek Season = "week" // the same weekday and time of day
)

// Use says what part a window has in the baseline.
type Use string

// The uses.
const (
	Used        Use = "used"         // it is in the middle
	TrimmedHigh Use = "trimmed_high" // it cost more than those
	TrimmedLow  Use = "trimmed_low"  // it cost less
	LeftOut     Use = "left_out"     // it does not count; see the reason
)

// Reason says why a window was left out.
type Reason string

// The reasons.
const (
	ReasonNoData   Reason = "no_data"       // there is no sample at its end
	ReasonGap      Reason = "gap"           // Luneo did not see all of it
	ReasonExpected Reason = "expected"      // it touches a span marked as expected
	ReasonNothing  Reason = "nothing_spent" // while most other days have spend: a pause
	ReasonWeekday  Reason = "other_weekday" // there are enough of the same weekday
	ReasonRise     Reason = "before_a_rise" // spend has risen since, and stayed
)

// Window is one window of the past at the time of the estimate.
type Window struct {
	End time.Time `json:"end"`
	// Cents it cost; 0 when that is not known.
	Cents  float64 `json:"cents"`
	Use    Use     `json:"use"`
	Reason Reason  `json:"reason,omitempty"`
}

// Estimate is the usual cost of a window, and how it came about:
// Cents = SmoothedCents × LevelFactor.
type Estimate struct {
	// Ready says that there is a baseline. If not, ReadyAt is when there will be.
	Ready   bool
	ReadyAt time.Time
	// Cents are US cents.
	Cents  float64
	Season Season
	// Days is how many windows count: those used and those trimmed.
	Days int
	// MiddleCents is the middle of those windows.
	MiddleCents float64
	// SmoothedCents is the weighted mean of such middles up to Around before
	// and after this time of day.
	SmoothedCents float64
	Around        time.Duration
	// LowCents and HighCents are the range in which all but a tenth of the
	// windows at either end were: smoothed and levelled as Cents, which is within.
	LowCents, HighCents float64
	// LevelFactor is how far the last hours' level counts; 1 when it does not.
	LevelFactor float64
	// RisenSince is from when on windows count; zero unless spend has risen.
	RisenSince time.Time
	// Windows are those of the same time, newest first.
	Windows []Window
}

// Baseline estimates what a window that ends now usually costs. Only samples
// before now count, in the order of time.
func Baseline(samples []Sample, now time.Time, o Options) Estimate {
	p := NewPast(o)
	for _, s := range samples {
		if s.At.Before(now) {
			p.Add(s)
		}
	}
	return p.Baseline(now)
}
