package status

import "github.com/luneo-platform/luneo/internal/number"

// watchdog is the rule that always fires.
const watchdog = "Watchdog"

// healthWords are those of Luneo's own health.
func healthWords() map[string]*words {
	return map[string]*words{
		watchdog: {
			title: "Alerting works", unit: unitCount,
			line: func(*reading) Sentence { return say(text("Rules are not evaluated")) },
			page: func(*reading) Sentence {
				return say(text("Rules are evaluated. This alert always fires, so that whoever expects it notices when it stops."))
			},
			idle:    "Rules are evaluated. This alert always fires, so that whoever expects it notices when it stops.",
			meaning: func(*reading) string { return "fires always, and that is well" },
		},
		"LuneoDown": {
			title: "Luneo is scraped", query: `count(luneo_build_info) or vector(0)`, unit: unitCount,
			shown: func(r *reading) string { return number.Count(r.value) + " up" },
			line: func(*reading) Sentence {
				return say(text("No Luneo is scraped, so nothing that happens now raises an alert"))
			},
			page: func(r *reading) Sentence {
				if r.alert == nil {
					return say(value(number.Count(r.value)+" Luneo"), text(" scraped. This rule fires when there is none "), limitPart("for 1 min"), text("."))
				}
				return say(text("No Luneo has been scraped for a minute: nothing that happens now raises an alert."))
			},
			meaning: func(*reading) string { return "fires when none is scraped for 1 min" },
		},
		"LuneoScrapeFailing": perInstance(instance{"can't be scraped", "could not be scraped", "is scraped", "scrapes fail for 2 min"}, words{
			title: "Scrapes of Luneo", query: `sum by (job, instance) (1 - up and on (job, instance) last_over_time(luneo_build_info[1d]))`,
			shown: func(r *reading) string { return upOrDown(r.value) },
			blind: missing("Never scraped", "no Luneo has been scraped yet"),
		}),
		"LuneoJournalFailing": perInstance(instance{"can't write its journal, so events are refused", "can't write its journal and has refused events", "writes its journal", "a commit fails"}, words{
			title: "Journal", query: `sum by (job, instance) (increase(luneo_journal_commit_failures_total[5m]))`,
			blind: missing("No figures", "its metrics are missing"),
		}),
		"LuneoSnapshotFailing": perInstance(instance{"can't write snapshots", "could not write its snapshots", "writes its snapshots", "one can't be written"}, words{
			title: "Snapshots", query: `sum by (job, instance) (increase(luneo_journal_snapshot_failures_total[1h]))`,
			blind: missing("No figures", "its metrics are missing"),
		}),
		"LuneoJournalDamaged": perInstance(instance{"found damage in its data directory", "found damage in its data directory", "could read all of its data directory", "its last start could not read a part"}, words{
			title: "Data directory", tail: tailAgo, query: `sum by (job, instance) (luneo_journal_damages + luneo_journal_bad_snapshots + luneo_journal_lost_records)`,
			blind: missing("No figures", "its metrics are missing"),
		}),
		"LuneoDiskFilling": perInstance(instance{"runs out of disk", "has been running out of disk", "has room on its disk", "less than 5 % is free, or the disk is full within a day"}, words{
			title: "Free disk", query: `min by (job, instance) (luneo_data_disk_free_bytes / luneo_data_disk_size_bytes)`, unit: unitPercent, order: lowIsBad,
			shown:   func(r *reading) string { return number.Percent(r.value) },
			against: func(*reading) string { return "free, of 5 %" },
			blind:   missing("No figures", "the size of the disk is not known"),
		}),
		"LuneoSourceSilent":  silentWords(),
		"LuneoEventsRefused": refusedWords(),
		"LuneoCostUnknown":   unpricedWords(),

		"LuneoNotificationsFailing": failingWords(),
	}
}

// instance is what is said of one Luneo: what is wrong, what has been for some
// time, what is well, and when the rule fires.
type instance struct{ wrong, lasting, well, when string }

// perInstance fills in the words of a rule that judges each Luneo.
func perInstance(of instance, w words) *words {
	if w.unit == "" {
		w.unit = unitCount
	}
	if w.shown == nil {
		w.shown = func(r *reading) string { return number.Count(r.value) }
	}
	w.subject = func(r *reading) string { return r.labels["instance"] }
	w.line = func(r *reading) Sentence {
		return say(text("Luneo "), name(r.labels["instance"]), text(" "+of.lasting))
	}
	w.page = func(r *reading) Sentence {
		says := of.well
		if r.alert != nil {
			says = of.wrong
		}
		return say(text("Luneo "), name(r.labels["instance"]), text(" "+says+". This rule fires when "+of.when+"."))
	}
	w.meaning = func(*reading) string { return "fires when " + of.when }
	return &w
}

func upOrDown(down float64) string {
	if down > 0 {
		return "down"
	}
	return "up"
}

// missing is blind where there is nothing to read.
func missing(chip, meaning string) func(*scene, *rule) (string, string) {
	return func(_ *scene, r *rule) (string, string) {
		if len(r.readings) > 0 {
			return "", ""
		}
		return chip, meaning
	}
}

func silentWords() *words {
	section := func(r *reading) string { return sectionWord(r.labels["section"]) }
	return &words{
		title: "Silent sources", tail: tailNone, query: `max_over_time(luneo:section_events:increase5m[10m])`, unit: unitCount, order: lowIsBad,
		subject: section,
		shown:   func(r *reading) string { return number.Count(r.value) },
		against: func(*reading) string { return "in 5 min" },
		line: func(r *reading) Sentence {
			return say(text("No "), name(section(r)), text(" have come for over 15 min, though they came steadily for a day"))
		},
		page: func(r *reading) Sentence {
			if r.alert == nil {
				return say(text("The sources that were steady yesterday still send. This rule fires when one is silent for "), limitPart("15 min"), text("."))
			}
			return say(text("No "), name(section(r)), text(" came in the last 15 min, though they came steadily for the last day. Silence looks healthy to every other rule."))
		},
		idle:    "Nothing has been sent yet.",
		meaning: func(*reading) string { return "fires when a steady source is silent for 15 min" },
		blind:   noEventsYet,
	}
}

func refusedWords() *words {
	return &words{
		title: "Refused events", unit: unitPercent, limit: 0.05, limitText: "5 % limit",
		query:   `sum by (job, instance, type) (increase(luneo_ingest_events_total{result="rejected"}[15m])) / (sum by (job, instance, type) (increase(luneo_ingest_events_total[15m])) > 0)`,
		subject: func(r *reading) string { return r.labels["type"] },
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(*reading) string { return "of 5 %" },
		line: func(r *reading) Sentence {
			return say(text("Luneo refuses "), value(number.Percent(r.value)), text(" of the events sent to "), nameLink("/api/metrics/"+r.labels["type"], setupPage))
		},
		page: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the events sent to "), name("/api/metrics/"+r.labels["type"]),
				text(" in the last 15 min were refused and are not counted. This rule fires when that is over "), limitPart("5 %, and at least 5 of them"), text("."))
		},
		idle:    "No event was refused in the last 15 min.",
		over:    "Too few to judge",
		meaning: func(*reading) string { return "limit 5 % over 15 min" },
	}
}

// failingWords are those of messages that do not arrive.
func failingWords() *words {
	const sent = `sum by (receiver_name, integration) (increase(alertmanager_notification_requests`
	receiver := func(r *reading) string { return r.labels["receiver_name"] }
	return &words{
		title: "Failing messages", unit: unitPercent, limit: 0.1, limitText: "10 % limit",
		query:   sent + `_failed_total[5m])) / (` + sent + `_total[5m])) > 0)`,
		subject: receiver,
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(*reading) string { return "of 10 %" },
		line: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the attempts to tell "), name(receiver(r)), text(" of alerts have failed"))
		},
		page: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the attempts to tell "), name(receiver(r)),
				text(" of alerts in the last 5 min failed. This rule fires when that is over "), limitPart("10 % for 2 min"), text("."))
		},
		idle:    "No message had to be sent in the last 5 min.",
		meaning: func(*reading) string { return "limit 10 % for 2 min" },
	}
}

func unpricedWords() *words {
	return &words{
		title: "Calls without a price", query: `sum by (model) (increase(luneo_openai_unpriced_requests_total[1h]))`, unit: unitCount,
		subject: func(r *reading) string { return r.labels["model"] },
		shown:   func(r *reading) string { return number.Count(r.value) },
		against: func(*reading) string { return "of 0" },
		line: func(r *reading) Sentence {
			return say(text("The cost of "), nameLink(r.labels["model"], spendPage), text(" has been unknown"))
		},
		page: func(r *reading) Sentence {
			if r.alert == nil {
				return say(text("Every call of the last hour has a known price."))
			}
			return say(value(things(r.value, "call")), text(" of "), name(r.labels["model"]),
				text(" in the last hour are in no cost, for want of a price or of usage. "), ruleLink("CostSpikeDetected"), text(" does not see them."))
		},
		idle:    "Every call of the last hour has a known price.",
		meaning: func(*reading) string { return "calls without a price in 1 h" },
	}
}
