package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// verdict is the one sentence.
type verdict struct {
	level    string
	sentence Sentence
	worst    *reading // what it is about; may be nil
}

// verdict decides what is said first. Data that stopped comes before all else,
// since nothing that is said of it can be trusted; a silent source comes before
// all quiet.
func (s *scene) verdict() verdict {
	active := s.byWorst()
	if v, ok := s.noData(active); ok {
		return v
	}
	if len(active) == 0 {
		return s.quiet()
	}
	v := verdict{worst: active[0], sentence: active[0].inWords(), level: levelPending}
	if active[0].alert.Firing {
		v.level = levelFiring
		if active[0].rule.Name == "LuneoSourceSilent" {
			v.level = levelStale
		}
	}
	v.sentence = v.sentence.then(text(others(active) + "."))
	return v
}

// others says how many more alerts are as bad.
func others(active []*reading) string {
	n := 0
	for _, r := range active[1:] {
		if r.rank() == active[0].rank() {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and %d more", n)
}

// noData is the verdict when what is shown is old, or nothing was ever shown.
func (s *scene) noData(active []*reading) (verdict, bool) {
	at := s.dataAt()
	down := slices.IndexFunc(active, func(r *reading) bool { return r.rule.Name == "LuneoDown" && r.alert.Firing })
	switch {
	case at.IsZero() && down < 0:
		return verdict{level: levelStarting, sentence: say(text("Luneo has just started: its first figures are on their way."))}, true
	case down >= 0:
		since := active[down].alert.ActiveAt
		if !at.IsZero() {
			since = at
		}
		return verdict{level: levelStale, sentence: say(text("No Luneo has been scraped " + s.lasting(since) + ", so nothing that happens now raises an alert.")), worst: active[down]}, true
	case s.now.Sub(at) > s.stale:
		return verdict{level: levelStale, sentence: say(text("Data stopped " + s.ago(at) + ", so this page may be out of date.")), worst: first(active)}, true
	case len(s.rules) == 0:
		return verdict{level: levelStale, sentence: say(text("No alert rule is loaded, so nothing is watched."))}, true
	}
	if old, ok := s.unjudged(); ok {
		return verdict{level: levelStale, sentence: say(text("The rules were last evaluated " + s.ago(old) + ", so no new alert can fire.")), worst: first(active)}, true
	}
	return verdict{}, false
}

func first(active []*reading) *reading {
	if len(active) == 0 {
		return nil
	}
	return active[0]
}

// unjudged reports whether the rules are no longer evaluated, and since when:
// each of them has missed three evaluations at least, and a minute.
func (s *scene) unjudged() (last time.Time, yes bool) {
	for _, r := range s.rules {
		if r.LastEvaluation.IsZero() || s.now.Sub(r.LastEvaluation) < max(time.Minute, 3*r.Interval) {
			return time.Time{}, false
		}
		if r.LastEvaluation.After(last) {
			last = r.LastEvaluation
		}
	}
	return last, len(s.rules) > 0
}

// quiet is the verdict when no alert is active.
func (s *scene) quiet() verdict {
	found := s.sources()
	judged := slices.ContainsFunc(s.rules, func(r *rule) bool { return !r.LastEvaluation.IsZero() })
	if !judged {
		return verdict{level: levelStarting, sentence: say(text("Luneo has just started: its rules are judged for the first time."))}
	}
	if len(found) == 0 && len(s.figures[querySources]) == 0 {
		return verdict{level: levelStarting, sentence: say(text("Luneo is ready and waits for the first event."))}
	}
	var counts Counts
	for _, r := range s.rules {
		counts.add(r.state)
	}
	if counts.Blind > 0 {
		return verdict{level: levelOK, sentence: say(text(fmt.Sprintf("%d of %d rules are quiet, %s can't judge yet.", counts.Quiet, counts.Total, oneOrMore(counts.Blind))))}
	}
	if idle := s.idleSources(); len(idle) > 0 {
		return verdict{level: levelOK, sentence: say(text(fmt.Sprintf("All %d rules are quiet; no %s in the last 5 min.", counts.Total, strings.Join(idle, ", "))))}
	}
	return verdict{level: levelOK, sentence: say(text(fmt.Sprintf("All %d rules are quiet, and every source is reporting.", counts.Total)))}
}

func oneOrMore(n int) string {
	if n == 1 {
		return "one"
	}
	return fmt.Sprint(n)
}

// idleSources are those that have sent before, and nothing of late.
func (s *scene) idleSources() (list []string) {
	for _, series := range s.figures[queryIdle] {
		list = append(list, sectionWord(series.Labels["section"]))
	}
	slices.Sort(list)
	return list
}

// inWords is the status line's sentence about an alert, without the full stop.
func (r *reading) inWords() Sentence {
	s := r.rule.words.line(r)
	if !r.alert.Firing {
		s = s.then(text(r.overLimit()+"; this fires in "), value(number.Soon(r.rule.For-r.held())))
		return s
	}
	if r.rule.words.limitText == "" {
		return s.then(text(r.ending()))
	}
	s = s.then(text(", over the "), limitPart(r.rule.words.limitText), text(r.ending()))
	switch {
	case r.trend() > 0:
		return s.then(text(" and still rising"))
	case r.trend() < 0:
		return s.then(text(", but falling"))
	}
	return s
}

// ending says since when.
func (r *reading) ending() string {
	switch r.rule.words.tail {
	case tailAgo:
		return " " + r.s.ago(r.alert.ActiveAt)
	case tailFiring:
		return ", firing " + r.s.lasting(r.firedAt())
	case tailNone:
		return ""
	default:
		return " " + r.s.lasting(r.alert.ActiveAt)
	}
}

// overLimit is ", over the 60 s limit", or nothing.
func (r *reading) overLimit() string {
	if r.rule.words.limitText == "" {
		return ""
	}
	return ", over the " + r.rule.words.limitText
}
