package status

import (
	"fmt"
	"math"
	"time"

	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/number"
)

const (
	costQuery   = `sum by (time_window) (luneo_ai_cost_current_cents)`
	costLimit   = `2 * max by (time_window) (luneo_ai_cost_baseline_cents)`
	windowLabel = "time_window"
)

func costWords() *words {
	return &words{
		title: "AI cost", query: costQuery, limitQuery: costLimit, unit: unitCents, limitText: "2× limit",
		subject: func(r *reading) string { return r.labels[windowLabel] + " window" },
		shown: func(r *reading) string {
			if !number.Known(r.limit) || r.limit == 0 {
				return number.Money(r.value)
			}
			return number.Times(costRatio(r))
		},
		tile: func(r *reading) string { return number.Money(r.value) },
		against: func(r *reading) string {
			if !number.Known(r.limit) {
				return "no baseline yet"
			}
			return "of 2×"
		},
		line: func(r *reading) Sentence {
			s := say(text("AI spend of the "+windowWord(r.labels[windowLabel])+" is "), Part{Text: number.Money(r.value), Kind: kindValue, Href: spendPage})
			if number.Known(costRatio(r)) {
				s = s.then(text(", "), value(number.Times(costRatio(r))), text(" the usual "+number.Money(r.limit/2)))
			}
			return s
		},
		page:    costSentence,
		idle:    "No spend is known yet.",
		over:    "Too little to judge",
		meaning: costMeaning,
		blind:   noBaseline,
		checks:  costChecks,
	}
}

// costRatio is the spend as a multiple of the usual; NaN without a baseline.
func costRatio(r *reading) float64 {
	if !number.Known(r.limit) || r.limit <= 0 {
		return math.NaN()
	}
	return 2 * r.value / r.limit
}

func windowWord(label string) string {
	length, err := model.ParseDuration(label)
	switch {
	case err != nil:
		return "last " + label
	case label == "1h":
		return "last hour"
	case label == "24h" || label == "1d":
		return "last 24 h"
	default:
		return "last " + number.Span(time.Duration(length))
	}
}

func costSentence(r *reading) Sentence {
	s := say(text("AI spend of the "+windowWord(r.labels[windowLabel])+" is "), value(number.Money(r.value)))
	if !number.Known(costRatio(r)) {
		return s.then(text(". There is no baseline yet to measure it against."))
	}
	return s.then(text(", "), value(number.Times(costRatio(r))), text(" the usual "), value(number.Money(r.limit/2)),
		text(". This rule fires when that is over "), limitPart("2× for 5 min"), text("."))
}

func costMeaning(r *reading) string {
	if !number.Known(costRatio(r)) {
		return "no baseline yet for the " + windowWord(r.labels[windowLabel])
	}
	return windowWord(r.labels[windowLabel]) + ": " + number.Money(r.value) + ", " + number.Times(costRatio(r)) + " the usual " + number.Money(r.limit/2) + " · limit 2×"
}

// noBaseline is why CostSpikeDetected can't judge: no window has a baseline.
func noBaseline(s *scene, r *rule) (chip, meaning string) {
	for _, x := range r.readings {
		if number.Known(x.limit) {
			return "", ""
		}
	}
	var first time.Time
	for _, series := range s.figures[queryReady] {
		at := time.UnixMilli(int64(series.last() * 1000))
		if series.last() > 0 && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return "No baseline yet", "no spend is known yet"
	}
	return "No baseline yet", "the first one is ready in " + number.Soon(first.Sub(s.now))
}

func costChecks(r *reading) []check {
	window := r.labels[windowLabel]
	if _, err := model.ParseDuration(window); err != nil { // of a series that is not Luneo's
		window = "1h"
	}
	return []check{callsCheck(r, window), dearestCheck(r, window), unpricedCheck(window)}
}

func callsCheck(r *reading, window string) check {
	calls := fmt.Sprintf(`sum(increase(luneo_openai_requests_total[%s]))`, window)
	callsBefore := fmt.Sprintf(`sum(increase(luneo_openai_requests_total[%s] offset 1d))`, window)
	centsBefore := fmt.Sprintf(`sum(luneo_ai_cost_current_cents{time_window=%q} offset 1d)`, window)
	return check{
		question: "More calls, or dearer ones?", link: "Compare", href: spendPage, queries: []string{calls, callsBefore, centsBefore},
		say: func(f figures) Sentence {
			n := f.orZero(calls)
			if n < 0.5 {
				return say(text("No call in the " + windowWord(window) + "."))
			}
			s := say(value(things(n, "call")), text(" at "), value(number.Money(r.value/n)), text(" each"))
			before, ok := f.one(callsBefore)
			if cents, have := f.one(centsBefore); ok && have && before >= 0.5 {
				s = s.then(text(fmt.Sprintf("; at this time yesterday %s at %s", number.Count(before), number.Money(cents/before))))
			}
			return s.then(text("."))
		},
	}
}

func dearestCheck(r *reading, window string) check {
	top := fmt.Sprintf(`topk(1, sum by (model, operation) (luneo_openai_cost_cents - (luneo_openai_cost_cents offset %s or luneo_openai_cost_cents * 0)) > 0)`, window)
	return check{
		question: "What costs most?", link: "Open AI spend", href: spendPage, queries: []string{top},
		say: func(f figures) Sentence {
			if len(f[top]) == 0 {
				return say(text("Nothing was spent in the " + windowWord(window) + "."))
			}
			most := f[top][0]
			s := say(name(most.Labels["model"]+" "+most.Labels["operation"]), text(": "), value(number.Money(most.last())))
			if r.value > 0 {
				s = s.then(text(", " + number.Percent(min(1, most.last()/r.value)) + " of it"))
			}
			return s.then(text("."))
		},
	}
}

func unpricedCheck(window string) check {
	unpriced := fmt.Sprintf(`sum(increase(luneo_openai_unpriced_requests_total[%s]))`, window)
	return check{
		question: "Anything unpriced?", link: "Open AI spend", href: spendPage, queries: []string{unpriced},
		say: func(f figures) Sentence {
			if n := f.orZero(unpriced); n >= 0.5 {
				return say(value(things(n, "call")), text(" without a known price, so the spend is higher than shown."))
			}
			return say(text("Every call has a known price."))
		},
	}
}
