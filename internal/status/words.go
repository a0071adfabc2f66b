package status

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/luneo-platform/luneo/internal/number"
)

// words are how a rule is talked about.
type words struct {
	// title is what the rule guards.
	title string
	// query is the left side of the expression, to be drawn; limitQuery its
	// right side where that varies, limit where it does not; 0 for none.
	query, limitQuery string
	limit             float64
	// unit is Grafana's name of it.
	unit string
	// limitText names the limit after "over the".
	limitText string

	// order says which value is the worse one.
	order order

	// subject says in short what a reading is of; its labels when nil.
	subject func(r *reading) string
	// shown is the value, tile what the tile has instead, and against what
	// follows it.
	shown, tile func(r *reading) string
	against     func(r *reading) string
	// line is the status line's sentence, without its end.
	line func(r *reading) Sentence
	// page explains a reading on its own page, quiet or not.
	page func(r *reading) Sentence
	// tail says how the line ends.
	tail tail
	// idle is said where there is nothing to read.
	idle string
	// over is the chip of a rule that is quiet though the value is above its
	// limit; "Just over" when empty.
	over string
	// meaning is the line below the value.
	meaning func(r *reading) string
	// blind says why a quiet rule can't judge; empty when it can.
	blind func(s *scene, r *rule) (chip, meaning string)
	// checks are to be asked first when it fires.
	checks func(r *reading) []check
}

// order says which values are bad.
type order int

const (
	highIsBad order = iota
	lowIsBad
)

// tail says how the status line's sentence ends while a rule fires.
type tail int

const (
	tailLasting tail = iota // since when it holds
	tailAgo                 // when it happened
	tailFiring              // since when the rule fires
	tailNone
)

// check is a question with the queries that answer it.
type check struct {
	question, link, href string
	queries              []string
	say                  func(f figures) Sentence
}

// The units.
const (
	unitSeconds = "s"
	unitPercent = "percentunit"
	unitCents   = "currencyCents"
	unitBytes   = "bytes"
	unitCount   = "short"
)

// written writes a value in its unit.
func written(v float64, unit string) string {
	switch unit {
	case unitSeconds:
		return number.Seconds(v)
	case unitPercent:
		return number.Percent(v)
	case unitCents:
		return number.Money(v)
	case unitBytes:
		return number.Bytes(v)
	default:
		return number.Count(v)
	}
}

// wordsOf finds the words of a rule; a rule that nobody knows gets generic ones.
func wordsOf(r *Rule) *words {
	if w := builtinWords()[r.Name]; w != nil {
		return w
	}
	return genericWords(r)
}

// builtinWords are those of alerts.yml, by the name of the rule.
func builtinWords() map[string]*words {
	all := healthWords()
	maps.Copy(all, openaiWords())
	all["QueueWaitTimeHigh"] = queueWords()
	all["QueueHasNoWorker"] = noWorkerWords()
	all["LuneoRedisDown"] = redisWords()
	all["LuneoQueueEventsMissed"] = missedWords()
	all["ErrorRateHigh"] = errorRateWords()
	all["ErrorRateHighLowVolume"] = lowVolumeWords()
	all["CostSpikeDetected"] = costWords()
	return all
}

// guardedQueries are all queries that the built-in words read.
func guardedQueries() (list []string) {
	for _, w := range builtinWords() {
		for _, q := range []string{w.query, w.limitQuery} {
			if q != "" {
				list = append(list, q)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// genericWords are for rules of the user's own: their summary, and their
// expression as what can be drawn.
func genericWords(r *Rule) *words {
	says := func(x *reading) Sentence {
		if x.alert == nil {
			return say(text("Nothing is above the limit of "), ruleLink(r.Name), text("."))
		}
		summary := strings.TrimSpace(x.alert.Annotations["summary"])
		if summary == "" {
			return say(ruleLink(r.Name), text(" "+x.stateWord()), text("."))
		}
		return say(text(strings.TrimRight(summary, ".") + "."))
	}
	return &words{
		title: r.Name, query: r.Expr, unit: unitCount, tail: tailFiring, idle: "Nothing is above the limit of " + r.Name + ".",
		shown: func(x *reading) string { return written(x.value, unitCount) },
		line: func(x *reading) Sentence {
			s := says(x)
			s[len(s)-1].Text = strings.TrimRight(s[len(s)-1].Text, ".")
			return s
		},
		page: says,
	}
}

// stateWord is what the rule does for a reading.
func (r *reading) stateWord() string {
	switch {
	case r.alert == nil:
		return "is quiet"
	case r.alert.Firing:
		return "fires"
	default:
		return "is about to fire"
	}
}

// trend says whether a value rises or falls. It rises when it has grown by more
// than a twentieth while it was watched, and still does; it falls as soon as
// the last two minutes went down clearly.
func (r *reading) trend() int {
	if !number.Known(r.value) || !number.Known(r.perMinute) || !number.Known(r.lately) {
		return 0
	}
	part := math.Abs(r.value)
	switch {
	case r.lately*trendLately.Minutes() < -part/33:
		return -1
	case r.perMinute*trendSpan.Minutes() > part/20 && r.lately*trendLately.Minutes() > part/100:
		return 1
	default:
		return 0
	}
}
