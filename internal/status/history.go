package status

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// History is when alerts were pending and firing.
type History struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Lanes []Lane    `json:"lanes"`
	Words string    `json:"words"`
}

// Lane is one rule of a history.
type Lane struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	// Intervals are in the order of their beginnings, the newest maxIntervals.
	Intervals []Interval `json:"intervals"`
	// Fired is how often it fired, FiringSeconds how long in all: alerts of the
	// same rule at the same time count their time once.
	Fired         int     `json:"fired"`
	FiringSeconds float64 `json:"firingSeconds"`
	Words         string  `json:"words"`
}

// Interval is how long an alert was in a state.
type Interval struct {
	State  string            `json:"state"`
	From   time.Time         `json:"from"`
	To     time.Time         `json:"to"`
	Labels map[string]string `json:"labels"`
}

// maxIntervals bounds the intervals of a lane.
const maxIntervals = 500

// historyRange is a length of history and how fine it is read.
type historyRange struct {
	name         string
	length, step time.Duration
}

func historyRanges() map[string]historyRange {
	return map[string]historyRange{
		"24h": {"24h", 24 * time.Hour, time.Minute},
		"7d":  {"7d", 7 * 24 * time.Hour, 5 * time.Minute},
	}
}

const (
	// historyFresh is how long a history is good, historyPatience how long
	// Prometheus may take for it.
	historyFresh    = 30 * time.Second
	historyPatience = 15 * time.Second
	historyQuery    = `ALERTS{alertname!="` + watchdog + `"}`
)

// History reads a range, "24h" or "7d".
func (b *Board) History(ctx context.Context, name string) (History, error) {
	r, ok := historyRanges()[name]
	if !ok {
		return History{}, invalid("range", "is %q, expected 24h or 7d", name)
	}
	h, err := b.history(ctx, r)
	if err != nil {
		return History{}, unavailable(err)
	}
	return h, nil
}

func (b *Board) history(ctx context.Context, r historyRange) (History, error) {
	v, err := b.memo.get(ctx, question{key: "history " + r.name, fresh: historyFresh, patience: historyPatience, ask: func(ctx context.Context) (any, error) {
		to := b.o.Now().UTC().Truncate(time.Second)
		span := Span{From: to.Add(-r.length), To: to, Step: r.step}
		series, err := b.o.Prometheus.Range(ctx, historyQuery, span)
		if err != nil {
			return nil, err
		}
		return historyOf(series, span), nil
	}})
	if err != nil {
		return History{}, err
	}
	return v.(History), nil
}

// guideRules have a lane whether they fired or not.
func guideRules() []string {
	return []string{"QueueWaitTimeHigh", "ErrorRateHigh", "CostSpikeDetected"}
}

// historyOf makes intervals of samples of ALERTS.
func historyOf(series []Series, span Span) History {
	lanes := map[string]*Lane{}
	for _, name := range guideRules() {
		lanes[name] = &Lane{Rule: name, Severity: "critical", Intervals: []Interval{}}
	}
	for _, s := range series {
		name, state := s.Labels["alertname"], s.Labels["alertstate"]
		if name == "" || state != stateFiring && state != statePending {
			continue
		}
		if lanes[name] == nil {
			lanes[name] = &Lane{Rule: name}
		}
		lanes[name].Severity = s.Labels["severity"]
		lanes[name].Intervals = append(lanes[name].Intervals, intervalsOf(s, span)...)
	}
	h := History{From: span.From, To: span.To, Lanes: []Lane{}}
	for _, lane := range lanes {
		lane.finish()
		h.Lanes = append(h.Lanes, *lane)
	}
	slices.SortFunc(h.Lanes, func(a, b Lane) int {
		return cmp.Or(cmp.Compare(laneRank(a), laneRank(b)), strings.Compare(a.Rule, b.Rule))
	})
	h.Words = historyWords(h.Lanes)
	return h
}

func laneRank(l Lane) int {
	if at := slices.Index(guideRules(), l.Rule); at >= 0 {
		return at
	}
	return len(guideRules())
}

// intervalsOf merges samples that follow each other.
func intervalsOf(s Series, span Span) (list []Interval) {
	labels := maps.Clone(s.Labels)
	delete(labels, "__name__")
	delete(labels, "alertstate")
	for _, sample := range s.Samples {
		at := sample.At.UTC()
		end := at.Add(span.Step)
		if end.After(span.To) {
			end = span.To
		}
		if n := len(list); n > 0 && !at.After(list[n-1].To) {
			list[n-1].To = end
			continue
		}
		list = append(list, Interval{State: s.Labels["alertstate"], From: at, To: end, Labels: labels})
	}
	return list
}

// finish sorts and counts a lane.
func (l *Lane) finish() {
	slices.SortStableFunc(l.Intervals, func(a, b Interval) int { return a.From.Compare(b.From) })
	var upTo time.Time
	var firing time.Duration
	for _, in := range l.Intervals {
		if in.State != stateFiring {
			continue
		}
		l.Fired++
		from := in.From
		if from.Before(upTo) {
			from = upTo
		}
		if in.To.After(from) {
			firing += in.To.Sub(from)
			upTo = in.To
		}
	}
	l.Intervals = l.Intervals[max(0, len(l.Intervals)-maxIntervals):]
	l.FiringSeconds = firing.Seconds()
	l.Words = laneWords(l.Fired, firing)
}

// flapping is from how many times on a rule is said to flap, when it fires for
// less than ten minutes each time.
const flapping, flap = 6, 10 * time.Minute

func laneWords(fired int, firing time.Duration) string {
	switch {
	case fired == 0:
		return "none fired"
	case fired >= flapping && firing/time.Duration(fired) < flap:
		return fmt.Sprintf("%d fired, %s, flapping", fired, number.Span(firing))
	default:
		return fmt.Sprintf("%d fired, %s", fired, number.Span(firing))
	}
}

func historyWords(lanes []Lane) string {
	fired, firing := 0, 0.0
	for _, l := range lanes {
		fired += l.Fired
		firing += l.FiringSeconds
	}
	switch fired {
	case 0:
		return "No alert fired"
	case 1:
		return "1 alert fired, " + number.Span(durationOf(firing))
	default:
		return fmt.Sprintf("%d alerts fired, %s in all", fired, number.Span(durationOf(firing)))
	}
}
