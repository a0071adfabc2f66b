package status

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
)

// Wanted is which alert is to be explained.
type Wanted struct {
	Rule string
	// Labels choose one of several; none for the worst.
	Labels map[string]string
	// At is when; zero for now.
	At time.Time
}

// Detail explains an alert.
type Detail struct {
	Rule     AlertsRule   `json:"rule"`
	Alert    *AlertsAlert `json:"alert"`
	Happened []Happened   `json:"happened"`
	Checks   []Checked    `json:"checks"`
}

// Happened is one thing that happened.
type Happened struct {
	At time.Time `json:"at"`
	// Kind is annotation, pending, firing, resolved or restart.
	Kind  string   `json:"kind"`
	Parts Sentence `json:"parts"`
}

// Checked is a question with its answer.
type Checked struct {
	Question string   `json:"question"`
	Parts    Sentence `json:"parts"`
	Href     string   `json:"href,omitempty"`
	Link     string   `json:"link,omitempty"`
}

// detailPatience is how long Prometheus may take for an explanation.
const detailPatience = 10 * time.Second

// Detail explains one alert, or a rule that is quiet.
func (b *Board) Detail(ctx context.Context, w Wanted) (Detail, error) {
	s, err := b.scene(ctx)
	if err != nil {
		return Detail{}, unavailable(err)
	}
	if s.rule(w.Rule) == nil {
		return Detail{}, kpi.Errorf(kpi.KindNotFound, "There is no alert rule %q.", w.Rule)
	}
	v, err := b.memo.get(ctx, question{key: "detail " + w.key(), fresh: fresh, patience: detailPatience, any: true, ask: func(ctx context.Context) (any, error) {
		if !w.At.IsZero() {
			then, err := b.sceneAt(ctx, s, w)
			if err != nil {
				return nil, err
			}
			return b.detail(ctx, then, w), nil
		}
		return b.detail(ctx, s, w), nil
	}})
	if err != nil {
		return Detail{}, unavailable(err)
	}
	return v.(Detail), nil
}

func (w Wanted) key() string {
	return fmt.Sprintf("%q %q %d", w.Rule, fmt.Sprint(w.Labels), w.At.Unix())
}

func (s *scene) rule(name string) *rule {
	for _, r := range s.rules {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// sceneAt is the scene of another time, as far as one rule goes: which alerts
// there were is read from their history.
func (b *Board) sceneAt(ctx context.Context, now *scene, w Wanted) (*scene, error) {
	r := now.rule(w.Rule).Rule
	words := now.rule(w.Rule).words
	c := clock{now: w.At, place: b.o.Zone}
	states := fmt.Sprintf(`ALERTS{alertname=%q}`, r.Name)
	since := fmt.Sprintf(`ALERTS_FOR_STATE{alertname=%q}`, r.Name)
	f, err := b.askFigures(ctx, []string{states, since, querySources, queryEvents, queryErrors, queryFailing, queryReady}, Span{To: c.now})
	if err != nil {
		return nil, err
	}
	lately, err := b.askFigures(ctx, slices.DeleteFunc([]string{words.query, words.limitQuery}, func(q string) bool { return q == "" }), Span{c.now.Add(-trendSpan), c.now, trendStep})
	if err != nil {
		return nil, err
	}
	maps.Copy(f, lately)
	s := &scene{clock: c, figures: f, marks: b.o.Marks, stale: b.o.StaleAfter}
	r.Alerts, r.LastError, r.LastEvaluation = alertsThen(f[states], f[since]), "", c.now
	s.rules = s.readRules([]Rule{r})
	return s, nil
}

// alertsThen makes alerts of ALERTS and of when each became active.
func alertsThen(states, since []Series) (list []Alert) {
	for _, s := range states {
		labels := maps.Clone(s.Labels)
		delete(labels, "__name__")
		delete(labels, "alertstate")
		a := Alert{Labels: labels, Firing: s.Labels["alertstate"] == stateFiring, ActiveAt: s.Samples[len(s.Samples)-1].At, Value: math.NaN()}
		for _, other := range since {
			of := maps.Clone(other.Labels)
			delete(of, "__name__")
			if maps.Equal(of, labels) {
				a.ActiveAt = time.Unix(int64(other.last()), 0)
			}
		}
		list = append(list, a)
	}
	return list
}

// detail explains what is wanted of a scene.
func (b *Board) detail(ctx context.Context, s *scene, w Wanted) Detail {
	r := s.rule(w.Rule)
	d := Detail{Rule: r.page(), Happened: []Happened{}, Checks: []Checked{}}
	x := r.choose(w.Labels)
	if x != nil && x.alert != nil {
		a := x.page()
		d.Alert = &a
	}
	d.Happened = append(d.Happened, b.happened(ctx, s, r, x)...)
	if x != nil && r.words.checks != nil {
		d.Checks = append(d.Checks, b.checked(ctx, s, r.words.checks(x))...)
	}
	return d
}

// choose is the worst reading that has some labels.
func (r *rule) choose(labels map[string]string) *reading {
	for _, x := range r.readings {
		if within(labels, x.labels) {
			return x
		}
	}
	return nil
}

// checked asks what the questions need. One that can't be answered says so.
func (b *Board) checked(ctx context.Context, s *scene, checks []check) (list []Checked) {
	var queries []string
	for _, c := range checks {
		queries = append(queries, c.queries...)
	}
	slices.Sort(queries)
	f, err := b.askFigures(ctx, slices.Compact(queries), Span{To: s.now})
	for _, c := range checks {
		answered := Checked{Question: c.question, Href: c.href, Link: c.link}
		if err != nil && len(c.queries) > 0 {
			answered.Parts = say(text("Prometheus did not answer this."))
		} else {
			answered.Parts = c.say(f)
		}
		list = append(list, answered)
	}
	return list
}

// maxHappened bounds what happened to the newest.
const maxHappened = 20

// happened lists marks, states and restarts about an alert; of a quiet rule,
// what its last alerts of the day were.
func (b *Board) happened(ctx context.Context, s *scene, r *rule, x *reading) (list []Happened) {
	from := s.now.Add(-24 * time.Hour)
	if x != nil && x.alert != nil {
		from = x.alert.ActiveAt.Add(-beforeAlert)
		list = append(list, x.crossings()...)
	} else if h, err := b.history(ctx, historyRanges()["24h"]); err == nil {
		list = append(list, s.episodes(h, r)...)
	}
	for _, m := range s.marks.Between(from, s.now) {
		if !m.At.Before(from) {
			list = append(list, Happened{m.At.UTC(), "annotation", m.inWords()})
		}
	}
	list = append(list, b.restarts(ctx, Span{From: from, To: s.now})...)
	slices.SortStableFunc(list, func(a, b Happened) int { return a.At.Compare(b.At) })
	return list[max(0, len(list)-maxHappened):]
}

// inWords is "Deploy worker-ia 2.31.0 by ci".
func (m Mark) inWords() Sentence {
	s := say(name(m.Text))
	if p := m.prefix(); p != "" {
		s = say(text(strings.ToUpper(p[:1])+p[1:]), name(m.Text))
	}
	if m.User != "" {
		s = s.then(text(" by " + m.User))
	}
	return s
}

// crossings are when the alert of a reading became pending and fired.
func (r *reading) crossings() (list []Happened) {
	if r.rule.For > 0 {
		list = append(list, Happened{r.alert.ActiveAt.UTC(), statePending, say(text(r.rule.words.title+" crosses its limit, "), ruleLink(r.rule.Name), text(" is pending"))})
	}
	if !r.alert.Firing {
		return list
	}
	said := say(ruleLink(r.rule.Name), text(" fires"))
	if r.rule.For > 0 {
		said = say(text("Over it for "+number.Span(r.rule.For)+", "), ruleLink(r.rule.Name), text(" fires"))
	}
	return append(list, Happened{r.firedAt().UTC(), stateFiring, said})
}

// episodes are the alerts of a rule of the last day.
func (s *scene) episodes(h History, r *rule) (list []Happened) {
	for _, lane := range h.Lanes {
		if lane.Rule != r.Name {
			continue
		}
		for _, in := range lane.Intervals {
			of := (&reading{s: s, rule: r, labels: in.Labels}).subject()
			if in.State != stateFiring || in.To.After(s.now) {
				continue
			}
			list = append(list, Happened{in.From, stateFiring, say(ruleLink(r.Name), text(" fires"), text(about(of)))},
				Happened{in.To, "resolved", say(ruleLink(r.Name), text(" is quiet again after "+number.Span(in.To.Sub(in.From))), text(about(of)))})
		}
	}
	return list
}

func about(subject string) string {
	if subject == "" {
		return ""
	}
	return ": " + subject
}

// restarts are the starts of Luneo within a span.
func (b *Board) restarts(ctx context.Context, span Span) (list []Happened) {
	const query = `process_start_time_seconds and on (job, instance) luneo_build_info`
	f, err := b.askFigures(ctx, []string{query}, Span{To: span.To})
	if err != nil {
		return nil
	}
	for _, s := range f[query] {
		at := time.UnixMilli(int64(s.last() * 1000)).UTC()
		if at.After(span.From) && at.Before(span.To) {
			list = append(list, Happened{at, "restart", say(text("Luneo "), name(s.Labels["instance"]), text(" started"))})
		}
	}
	return list
}
