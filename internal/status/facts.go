package status

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// beforeAlert is how long before an alert a mark may be its cause.
const beforeAlert = 30 * time.Minute

// facts are said below the sentence, the most telling first.
func (s *scene) facts(v verdict, counts Counts) (facts []Fact) {
	switch v.level {
	case levelStarting:
		if len(s.sources()) > 0 {
			return nil
		}
		return []Fact{{"setup", "mute", say(link("Connect your platform", setupPage), text(": the first event shows up here by itself."))}}
	case levelStale:
		facts = append(facts, s.staleFacts(v)...)
	}
	if v.worst != nil && v.worst.alert != nil {
		if mark, ok := s.deployBefore(v.worst.alert.ActiveAt); ok {
			facts = append(facts, Fact{"deploy", "mute", s.after(mark, v.worst.alert.ActiveAt)})
		}
	}
	facts = append(facts, s.otherAlerts(v)...)
	if counts.Quiet > 0 && v.level != levelOK && v.level != levelStale {
		facts = append(facts, Fact{"quiet", "ok", say(text(fmt.Sprintf("%d other %s quiet", counts.Quiet, ruleOrRules(counts.Quiet))))})
	}
	facts = append(facts, s.blindFacts(v)...)
	if v.level == levelOK && len(s.sources()) < sourcesInAll {
		facts = append(facts, Fact{"setup", "mute", say(link(fmt.Sprintf("%d of %d sources connected", len(s.sources()), sourcesInAll), setupPage))})
	}
	return facts
}

// lower writes the first letter small.
func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func ruleOrRules(n int) string {
	if n == 1 {
		return "rule"
	}
	return "rules"
}

func (s *scene) staleFacts(v verdict) (facts []Fact) {
	if at := s.dataAt(); !at.IsZero() && s.now.Sub(at) > s.stale {
		facts = append(facts, Fact{"stale", "warn", say(text("Last scrape " + at.In(s.place).Format("15:04:05") + ". Alerts keep being checked on what is stored."))})
	}
	if v.worst != nil && v.worst.alert.Firing && v.worst.rule.Name != "LuneoDown" && v.worst.rule.Name != "LuneoSourceSilent" {
		facts = append(facts, Fact{"firing", "bad", v.worst.inWords()})
	}
	return facts
}

// otherAlerts are the alerts that the sentence is not about, by rule: what
// fires, and what is about to.
func (s *scene) otherAlerts(v verdict) (facts []Fact) {
	for _, r := range s.rules {
		x := r.worst()
		if x == nil || x.alert == nil || v.worst != nil && r.Name == v.worst.rule.Name {
			continue
		}
		said := say(link(r.words.title, alertPage(r.Name, x.labels)))
		if shown := r.status().Shown; shown != number.Unknown && r.words.limitText != "" {
			said = said.then(text(" "), value(shown))
		}
		if x.alert.Firing {
			facts = append(facts, Fact{"firing", "bad", said.then(text(", fires " + s.lasting(x.firedAt())))})
		} else {
			facts = append(facts, Fact{"pending", "warn", said.then(text(", fires in " + number.Soon(r.For-x.held())))})
		}
	}
	return facts
}

// blindFacts says why rules can't judge.
func (s *scene) blindFacts(v verdict) (facts []Fact) {
	if v.level != levelOK {
		return nil
	}
	for _, r := range s.rules {
		if r.state == stateBlind {
			icon := "setup"
			if r.words.limitQuery != "" {
				icon = "baseline"
			}
			facts = append(facts, Fact{icon, "mute", say(link(r.words.title, alertPage(r.Name, nil)), text(": "+lower(r.chip)+", "+r.meaning))})
		}
	}
	return facts
}

// lastEnded says of the last 24 hours which alert ended last.
func (b *Board) lastEnded(ctx context.Context, s *scene) (Fact, bool) {
	h, err := b.history(ctx, historyRanges()["24h"])
	if err != nil {
		return Fact{}, false
	}
	var last *Interval
	var rule string
	for _, lane := range h.Lanes {
		for i, in := range lane.Intervals {
			if in.State == stateFiring && (last == nil || in.To.After(last.To)) {
				last, rule = &lane.Intervals[i], lane.Rule
			}
		}
	}
	if last == nil {
		return Fact{"quiet", "mute", say(text("No alert fired in the last 24 h"))}, true
	}
	return Fact{"ended", "mute", say(text("Last alert ended "+s.ago(last.To)+", "), ruleLink(rule), text(", "+number.Span(last.To.Sub(last.From))))}, true
}

// deployBefore is the last mark within half an hour before a time.
func (s *scene) deployBefore(at time.Time) (Mark, bool) {
	marks := s.marks.Between(at.Add(-beforeAlert), at)
	marks = slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return m.At.After(at) || m.At.Before(at.Add(-beforeAlert)) })
	if len(marks) == 0 {
		return Mark{}, false
	}
	return marks[len(marks)-1], true
}

// after is "Began 7 min after deploy worker-ia 2.31.0".
func (s *scene) after(m Mark, at time.Time) Sentence {
	return say(text("Began "+number.Span(at.Sub(m.At))+" after "+m.prefix()), name(m.Text))
}

// prefix says what a mark is, where its text does not.
func (m Mark) prefix() string {
	if slices.Contains(m.Tags, "deploy") && !strings.HasPrefix(strings.ToLower(m.Text), "deploy") {
		return "deploy "
	}
	return ""
}
