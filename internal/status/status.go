package status

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// The levels of all of it together.
const (
	levelFiring   = "firing"
	levelPending  = "pending"
	levelStale    = "stale"
	levelStarting = "starting"
	levelOK       = "ok"
)

// Status is how things are.
type Status struct {
	At       time.Time             `json:"at"`
	Level    string                `json:"level"`
	Sentence Sentence              `json:"sentence"`
	Facts    []Fact                `json:"facts"`
	Worst    *Worst                `json:"worst"`
	Counts   Counts                `json:"counts"`
	Rules    map[string]RuleStatus `json:"rules"`
	Events   Events                `json:"events"`
	Setup    Setup                 `json:"setup"`
	// DataAt is the time of the newest scrape; absent when there is none.
	DataAt *time.Time `json:"dataAt"`
}

// Fact is said below the sentence.
type Fact struct {
	// Icon is deploy, pending, firing, quiet, ended, stale, baseline or setup;
	// Level is bad, warn, ok or mute.
	Icon  string   `json:"icon"`
	Level string   `json:"level"`
	Parts Sentence `json:"parts"`
}

// Worst is the alert that the sentence is about.
type Worst struct {
	Rule   string            `json:"rule"`
	Labels map[string]string `json:"labels"`
	ID     string            `json:"id"`
}

// Counts are of alert rules, by state.
type Counts struct {
	Total   int `json:"total"`
	Firing  int `json:"firing"`
	Pending int `json:"pending"`
	Quiet   int `json:"quiet"`
	Blind   int `json:"blind"`
}

// RuleStatus is one rule, for a tile.
type RuleStatus struct {
	State string `json:"state"`
	// Since is when it began to fire, or its condition to hold; null when quiet.
	Since       *time.Time `json:"since"`
	ForSeconds  float64    `json:"forSeconds"`
	HeldSeconds float64    `json:"heldSeconds"`
	// Value and Limit are null when they are not known.
	Value   *float64 `json:"value"`
	Limit   *float64 `json:"limit"`
	Unit    string   `json:"unit"`
	Subject string   `json:"subject"`
	Chip    string   `json:"chip"`
	Meaning string   `json:"meaning"`
	Shown   string   `json:"shown"`
}

// Events are how many arrive a second.
type Events struct {
	PerSecond         float64 `json:"perSecond"`
	RejectedPerSecond float64 `json:"rejectedPerSecond"`
}

// Setup is how many kinds of sources have ever sent anything.
type Setup struct {
	Connected int `json:"connected"`
	Total     int `json:"total"`
}

// maxFacts is how many facts are said.
const maxFacts = 3

// Status says how things are. It does not fail: that Prometheus does not
// answer is something to say.
func (b *Board) Status(ctx context.Context) Status {
	c := b.clock()
	s, err := b.scene(ctx)
	if err != nil {
		return c.unanswered(err)
	}
	status := s.status()
	if status.Level == levelOK {
		if fact, ok := b.lastEnded(ctx, s); ok {
			status.Facts = append([]Fact{fact}, status.Facts...)
		}
	}
	status.Facts = status.Facts[:min(maxFacts, len(status.Facts))]
	return status
}

// unanswered is the status when Prometheus says nothing.
func (c clock) unanswered(err error) Status {
	why := "It answered with an error, which Luneo's log has."
	if err == errSlow || strings.Contains(err.Error(), context.DeadlineExceeded.Error()) { //nolint:errorlint // the API's client wraps without %w
		why = "It did not answer within 2.5 s."
	}
	return Status{
		At: c.now.UTC(), Level: levelStale,
		Sentence: say(text("Prometheus does not answer, so nobody knows whether all is well.")),
		Facts:    []Fact{{"stale", "warn", say(text(why))}},
		Rules:    map[string]RuleStatus{}, Setup: Setup{Total: sourcesInAll},
	}
}

// status composes the whole.
func (s *scene) status() Status {
	out := Status{
		At: s.now.UTC(), Rules: map[string]RuleStatus{}, Facts: []Fact{},
		Events: Events{PerSecond: s.figures.orZero(queryAccepted), RejectedPerSecond: s.figures.orZero(queryRejected)},
		Setup:  Setup{Connected: len(s.sources()), Total: sourcesInAll},
	}
	if at := s.dataAt(); !at.IsZero() {
		out.DataAt = &at
	}
	for _, r := range s.rules {
		out.Rules[r.Name] = r.status()
		out.Counts.add(r.state)
	}
	v := s.verdict()
	out.Level, out.Sentence = v.level, v.sentence
	if v.worst != nil {
		out.Worst = &Worst{Rule: v.worst.rule.Name, Labels: v.worst.labels, ID: v.worst.id()}
	}
	out.Facts = append(out.Facts, s.facts(v, out.Counts)...)
	return out
}

func (c *Counts) add(state string) {
	c.Total++
	switch state {
	case stateFiring:
		c.Firing++
	case statePending:
		c.Pending++
	case stateBlind:
		c.Blind++
	default:
		c.Quiet++
	}
}

// status is the rule for a tile.
func (r *rule) status() RuleStatus {
	out := RuleStatus{State: r.state, ForSeconds: r.For.Seconds(), Unit: r.words.unit, Chip: r.chipWords(), Meaning: r.meaning, Shown: number.Unknown}
	if r.words.limit != 0 {
		out.Limit = &r.words.limit
	}
	x := r.worst()
	if x == nil {
		if r.state != stateBlind {
			out.Meaning = r.words.idle
		}
		return out
	}
	out.Value, out.Limit, out.Subject = orNull(x.value), orNull(x.limit), x.subject()
	switch {
	case r.words.tile != nil:
		out.Shown = r.words.tile(x)
	case r.words.shown != nil:
		out.Shown = r.words.shown(x)
	}
	if r.state != stateBlind && r.words.meaning != nil {
		out.Meaning = r.words.meaning(x)
	}
	if x.alert != nil {
		since := x.alert.ActiveAt.UTC()
		if x.alert.Firing {
			since = x.firedAt().UTC()
		}
		out.Since, out.HeldSeconds = &since, math.Floor(x.held().Seconds())
	}
	return out
}

// orNull is a value for JSON, which has no NaN.
func orNull(v float64) *float64 {
	if !number.Known(v) {
		return nil
	}
	return &v
}

// chipWords are the state in words with its time.
func (r *rule) chipWords() string {
	switch r.state {
	case stateBlind:
		return r.chip
	case stateQuiet:
		if r.words.limit != 0 || r.words.limitQuery != "" {
			if x := r.worst(); x != nil && x.excess() > 1 {
				return cmp.Or(r.words.over, "Just over")
			}
			return "Within limit"
		}
		return "Quiet"
	}
	x := r.worst()
	if r.state == statePending {
		return "Pending " + heldOf(x.held(), r.For)
	}
	if d := x.s.now.Sub(x.firedAt()); d < time.Hour {
		return "Firing " + number.Span(d)
	}
	return "Firing since " + x.s.when(x.firedAt())
}

// heldOf writes "3 of 5 min".
func heldOf(held, whole time.Duration) string {
	if whole < time.Minute {
		return fmt.Sprintf("%d of %s", int(held.Seconds()), number.Span(whole))
	}
	if whole%time.Hour == 0 && whole > time.Hour {
		return number.Span(held) + " of " + number.Span(whole)
	}
	return fmt.Sprintf("%d of %d min", int(held.Minutes()), int(whole.Minutes()))
}

// byWorst orders the readings with an alert over all rules: those that fire
// first, then by severity, then in the order of the files.
func (s *scene) byWorst() (list []*reading) {
	for _, r := range s.rules {
		list = append(list, r.active()...)
	}
	slices.SortStableFunc(list, func(a, b *reading) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(severityRank(a), severityRank(b)), cmp.Compare(a.rule.order, b.rule.order), worse(a, b))
	})
	return list
}

func severityRank(r *reading) int {
	if at := slices.Index([]string{"critical", "error", "warning", "info", "none"}, r.labels["severity"]); at >= 0 {
		return at
	}
	return 1 // of a severity that nobody knows: not to be overlooked
}
