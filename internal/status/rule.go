package status

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/number"
)

// The states of a rule.
const (
	stateFiring  = "firing"
	statePending = "pending"
	stateQuiet   = "quiet"
	stateBlind   = "blind" // what it reads is missing
)

// rule is an alert rule with its words and what it reads now.
type rule struct {
	Rule
	words *words
	order int
	state string
	// readings are the worst first; there may be none.
	readings []*reading
	// chip and meaning of a blind rule.
	chip, meaning string
}

// reading is one thing that a rule judges: a queue, a window of spend.
type reading struct {
	s      *scene
	rule   *rule
	labels map[string]string
	// value and limit are NaN when they are not known.
	value, limit float64
	// perMinute is how fast the value changes, lately in the last two minutes.
	perMinute, lately float64
	alert             *Alert // nil when it is quiet
}

// readRules gives each rule its words, in the order of their files.
func (s *scene) readRules(rules []Rule) (out []*rule) {
	for i, r := range rules {
		known := &rule{Rule: r, words: wordsOf(&r), order: i}
		known.readings = s.readingsOf(known)
		s.judge(known)
		out = append(out, known)
	}
	return out
}

// readingsOf are the values of a rule with the alerts that belong to them.
func (s *scene) readingsOf(r *rule) (list []*reading) {
	for _, series := range s.figures[r.words.query] {
		of := maps.Clone(series.Labels)
		delete(of, "__name__")
		list = append(list, &reading{
			s: s, rule: r, labels: of, value: series.last(), limit: s.limitOf(r, of), perMinute: slope(series.Samples), lately: slope(since(series.Samples, trendLately)),
		})
	}
	for i := range r.Alerts {
		a := &r.Alerts[i]
		at := slices.IndexFunc(list, func(x *reading) bool { return x.alert == nil && within(x.labels, a.Labels) })
		if at < 0 {
			at = len(list)
			list = append(list, &reading{s: s, rule: r, value: a.Value, limit: s.limitOf(r, a.Labels)})
		}
		list[at].alert, list[at].labels = a, a.Labels
	}
	slices.SortStableFunc(list, worse)
	return list
}

func (s *scene) limitOf(r *rule, labels map[string]string) float64 {
	if r.words.limitQuery != "" {
		for _, series := range s.figures[r.words.limitQuery] {
			if within(series.Labels, labels) {
				return series.last()
			}
		}
		return math.NaN()
	}
	if r.words.limit == 0 {
		return math.NaN()
	}
	return r.words.limit
}

// since are the last samples of a length of time.
func since(samples []Sample, length time.Duration) []Sample {
	from := samples[len(samples)-1].At.Add(-length)
	return samples[slices.IndexFunc(samples, func(s Sample) bool { return !s.At.Before(from) }):]
}

// slope is how much a value changes in a minute.
func slope(samples []Sample) float64 {
	first, last := samples[0], samples[len(samples)-1]
	minutes := last.At.Sub(first.At).Minutes()
	if minutes < 1 || !number.Known(first.Value) || !number.Known(last.Value) {
		return 0
	}
	return (last.Value - first.Value) / minutes
}

// worse orders readings of one rule: firing, pending, and then by how near the
// limit is.
func worse(a, b *reading) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), -cmp.Compare(a.excess(), b.excess()))
}

func (r *reading) rank() int {
	switch {
	case r.alert == nil:
		return 2
	case r.alert.Firing:
		return 0
	default:
		return 1
	}
}

// excess is the value as a part of its limit, or the value where there is none.
func (r *reading) excess() float64 {
	switch {
	case !number.Known(r.value):
		return math.Inf(-1)
	case number.Known(r.limit) && r.limit > 0:
		return r.value / r.limit
	case r.rule.words.limitQuery != "":
		return -1 // nothing to measure it against yet
	case r.rule.words.order == lowIsBad:
		return -r.value
	default:
		return r.value
	}
}

// judge says in which state a rule is.
func (s *scene) judge(r *rule) {
	switch {
	case r.Name == watchdog:
		s.judgeWatchdog(r)
	case len(r.readings) > 0 && r.readings[0].alert != nil:
		r.state = statePending
		if r.readings[0].alert.Firing {
			r.state = stateFiring
		}
	case r.LastEvaluation.IsZero():
		r.state, r.chip, r.meaning = stateBlind, "Not judged yet", "its first evaluation is due"
	case r.LastError != "":
		r.state, r.chip, r.meaning = stateBlind, "Can't be judged", "its evaluation fails"
	default:
		r.state = stateQuiet
		if blind := r.words.blind; blind != nil {
			if chip, meaning := blind(s, r); chip != "" {
				r.state, r.chip, r.meaning = stateBlind, chip, meaning
			}
		}
	}
}

// judgeWatchdog: it fires always, which is as it should be.
func (s *scene) judgeWatchdog(r *rule) {
	r.state = stateQuiet
	if len(r.Alerts) == 0 {
		r.state, r.chip, r.meaning = stateBlind, "Not judged yet", "rules are not evaluated yet"
	}
	r.Alerts, r.readings = nil, nil
}

// worst is the reading that a rule is worded by; nil when there is none.
func (r *rule) worst() *reading {
	if len(r.readings) == 0 {
		return nil
	}
	return r.readings[0]
}

// active are the readings with an alert.
func (r *rule) active() (list []*reading) {
	for _, x := range r.readings {
		if x.alert != nil {
			list = append(list, x)
		}
	}
	return list
}

// firedAt is when an alert began to fire, or will.
func (r *reading) firedAt() time.Time { return r.alert.ActiveAt.Add(r.rule.For) }

// held is how long the condition has held.
func (r *reading) held() time.Duration { return max(0, r.s.now.Sub(r.alert.ActiveAt)) }

// id is the alert's fingerprint, the same as in Alertmanager.
func (r *reading) id() string { return fingerprint(r.labels) }

func fingerprint(labels map[string]string) string {
	set := model.LabelSet{}
	for n, v := range labels {
		set[model.LabelName(n)] = model.LabelValue(v)
	}
	return set.Fingerprint().String()
}

// scopeOf are the labels that say what an alert is about.
func scopeOf(labels map[string]string) map[string]string {
	scope := maps.Clone(labels)
	for _, n := range []string{"__name__", "alertname", "severity", "component", "alertstate"} {
		delete(scope, n)
	}
	return scope
}

// subject says in short what a reading is of.
func (r *reading) subject() string {
	if r.rule.words.subject != nil {
		return r.rule.words.subject(r)
	}
	scope := scopeOf(r.labels)
	var values []string
	for _, n := range slices.Sorted(maps.Keys(scope)) {
		values = append(values, scope[n])
	}
	return strings.Join(values, " · ")
}
