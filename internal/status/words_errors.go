package status

import (
	"fmt"

	"github.com/luneo-platform/luneo/internal/number"
)

// errorRateQuery is the left side of ErrorRateHigh as alerts.yml records it.
const errorRateQuery = `luneo:error_ratio:rate5m`

func errorRateWords() *words {
	return &words{
		title: "Error rate", query: errorRateQuery, limit: 0.01, unit: unitPercent, limitText: "1 % limit",
		subject: func(r *reading) string { return failingSection(r.s) },
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(*reading) string { return "of 1 %" },
		line: func(r *reading) Sentence {
			s := say(value(number.Percent(r.value)), text(" of all operations fail"))
			if section := failingSection(r.s); section != "" {
				s = s.then(text(", most of them "), name(section))
			}
			return s
		},
		page: func(r *reading) Sentence {
			s := say(value(number.Percent(r.value)), text(" of all operations failed in the last 5 min"))
			if errors, ok := r.s.figures.one(queryErrors); ok {
				s = s.then(text(fmt.Sprintf(": %s of %s", number.Count(errors), number.Count(r.s.figures.orZero(queryEvents)))))
			}
			return s.then(text(". This rule fires when that is over "), limitPart("1 %"), text("."))
		},
		idle: "Nothing happened in the last 5 min, so nothing failed.",
		meaning: func(r *reading) string {
			if section := failingSection(r.s); section != "" {
				return "limit 1 % over 5 min · most in " + section
			}
			return "limit 1 % over 5 min"
		},
		over:   "Too few to judge",
		blind:  noEventsYet,
		checks: func(r *reading) []check { return errorChecks(r, "5m", "5 min") },
	}
}

func lowVolumeWords() *words {
	return &words{
		title: "Error rate at low volume", query: `luneo:error_ratio:rate1h`, limit: 0.01, unit: unitPercent, limitText: "1 % limit",
		subject: func(*reading) string { return "last hour" },
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(*reading) string { return "of 1 %" },
		line: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the few operations of the last hour failed"))
		},
		page: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the operations of the last hour failed. This rule judges hours with too few events for "),
				ruleLink("ErrorRateHigh"), text(", and fires when that is over "), limitPart("1 %"), text("."))
		},
		idle:    "Nothing happened in the last hour, so nothing failed.",
		meaning: func(*reading) string { return "limit 1 % over 1 h, when there are few events" },
		over:    "Judged by 5 min",
		blind:   noEventsYet,
		checks:  func(r *reading) []check { return errorChecks(r, "1h", "hour") },
	}
}

// noEventsYet is why a rule about failures can't judge.
func noEventsYet(s *scene, _ *rule) (chip, meaning string) {
	found := s.sources()
	if found["openai"] || found["renders"] || found["ar"] || found["embeds"] {
		return "", ""
	}
	return "No events yet", "no call, render, conversion or handshake seen yet"
}

// failingSection is where most failures of the last 5 minutes are.
func failingSection(s *scene) string {
	series := s.figures[queryFailing]
	if len(series) == 0 {
		return ""
	}
	return sectionWord(series[0].Labels["section"])
}

// sectionWord names a section of alerts.yml.
func sectionWord(section string) string {
	switch section {
	case "openai":
		return "OpenAI requests"
	case "render":
		return "renders"
	case "ar":
		return "AR conversions"
	case "embed":
		return "embed handshakes"
	}
	return section
}

// errorKinds are the failures of a window by kind, of all sections.
func errorKinds(window, offset string) string {
	by := func(metric string) string { return fmt.Sprintf("increase(%s[%s]%s)", metric, window, offset) }
	kind := func(section, metric string) string {
		return fmt.Sprintf(`label_replace(sum by (error_type) (%s), "section", "%s", "", "")`, by(metric), section)
	}
	return kind("openai", "luneo_openai_requests_error_total") + " or " +
		kind("render", "luneo_renders_error_total") + " or " +
		kind("ar", "luneo_ar_conversions_error_total") + " or " +
		`label_replace(label_replace(sum by (failure_reason) (` + by("luneo_embed_handshake_failures_total") + `), "error_type", "$1", "failure_reason", "(.+)"), "section", "embed", "", "")`
}

func errorChecks(r *reading, window, words string) []check {
	sections := "topk(1, " + sumsBySection(errorKinds(window, "")) + " > 0)"
	share := sumsBySection(errorKinds(window, "")) + " / on (section) " + sectionEvents(window)
	grown := fmt.Sprintf("topk(1, (%s) - (%s or 0 * %s) > 0)", kinds(window, ""), kinds(window, " offset 1h"), kinds(window, ""))
	return []check{
		{
			question: "Where?", link: "Open KPIs", href: kpisPage, queries: []string{sections, share},
			say: func(f figures) Sentence {
				if len(f[sections]) == 0 {
					return say(text("Nothing failed in the last " + words + "."))
				}
				worst := f[sections][0]
				s := say(name(sectionWord(worst.Labels["section"])), text(" fail most: "), value(number.Count(worst.last())), text(" in the last "+words))
				if v, ok := f.find(share, worst.Labels); ok {
					s = s.then(text(", " + number.Percent(v) + " of them"))
				}
				return s.then(text("."))
			},
		},
		{
			question: "Which error grew?", link: "Compare", href: kpisPage, queries: []string{grown},
			say: func(f figures) Sentence {
				if len(f[grown]) == 0 {
					return say(text("None has grown since an hour ago."))
				}
				most := f[grown][0]
				return say(name(most.Labels["error_type"]), text(" in "+sectionWord(most.Labels["section"])+": "),
					value(number.Count(most.last())), text(" more in the last "+words+" than an hour ago."))
			},
		},
		deployCheck(r),
	}
}

func kinds(window, offset string) string {
	return "sum by (section, error_type) (" + errorKinds(window, offset) + ")"
}

func sumsBySection(kinds string) string { return "sum by (section) (" + kinds + ")" }

// sectionEvents are the events of a window by section.
func sectionEvents(window string) string {
	of := func(section, metric string) string {
		return fmt.Sprintf(`label_replace(sum(increase(%s[%s])), "section", "%s", "", "")`, metric, window, section)
	}
	return "(" + of("openai", "luneo_openai_requests_total") + " or " + of("render", "luneo_renders_total") + " or " +
		of("ar", "luneo_ar_conversions_total") + " or " + of("embed", "luneo_embed_handshakes_total") + ")"
}

// deployCheck asks the marks instead of Prometheus.
func deployCheck(r *reading) check {
	return check{question: "After a deploy?", say: func(figures) Sentence {
		if r.alert == nil {
			return say(text("The rule is quiet."))
		}
		mark, ok := r.s.deployBefore(r.alert.ActiveAt)
		if !ok {
			return say(text("No deploy is marked in the 30 min before it began."))
		}
		return r.s.after(mark, r.alert.ActiveAt).then(text("."))
	}}
}
