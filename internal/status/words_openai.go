package status

import (
	"math"

	"github.com/luneo-platform/luneo/internal/number"
)

// openaiWords are those of the gateway's rules.
func openaiWords() map[string]*words {
	return map[string]*words{
		"OpenAIOutOfMoney":     moneyWords(),
		"OpenAIRateLimitNear":  limitWords(),
		"OpenAIBudgetNear":     budgetWords(budgetRule{title: "Budgets, near", from: 0.8, below: 1, meaning: "fires from 80 % on"}),
		"OpenAIBudgetExceeded": budgetWords(budgetRule{title: "Budgets, used up", from: 1, below: math.Inf(1), meaning: "fires at 100 %"}),
		"LuneoCallsUncounted": perInstance(instance{"lets calls pass that it can't record", "has let calls pass that it could not record", "records every call that passes it", "one can't be recorded"}, words{
			title: "Calls uncounted", tail: tailAgo, query: `sum by (job, instance) (increase(luneo_gateway_uncounted_requests_total[15m]))`,
			blind: missing("No figures", "its metrics are missing"),
		}),
	}
}

// moneyWords are those of calls that only money helps.
func moneyWords() *words {
	return &words{
		title: "Out of money", unit: unitCount, tail: tailNone,
		query:   `sum(increase(luneo_openai_rate_limited_total{reason="out_of_money"}[5m]))`,
		subject: func(*reading) string { return "OpenAI" },
		shown:   func(r *reading) string { return number.Count(r.value) },
		against: func(*reading) string { return "in 5 min" },
		line: func(r *reading) Sentence {
			return say(text("OpenAI refused "), value(things(r.value, "call")), text(" in the last 5 min for want of money"))
		},
		page: func(r *reading) Sentence {
			if r.alert == nil && r.value == 0 {
				return say(text("No call was refused for want of money. This rule fires at the first."))
			}
			return say(value(things(r.value, "call")), text(" of the last 5 min were refused because a quota, a balance or a spend limit is used up. Trying again does not help."))
		},
		idle:    "No call has been made yet.",
		meaning: func(*reading) string { return "fires at the first" },
	}
}

// limitWords are those of rate limits that are nearly used up.
func limitWords() *words {
	what := func(r *reading) string { return r.labels["model"] + " " + r.labels["resource"] }
	return &words{
		title: "Rate limits", unit: unitPercent, order: lowIsBad, limit: 0.2,
		query:   `min by (upstream, model, scope, resource) (luneo_openai_ratelimit_remaining / (luneo_openai_ratelimit_limit > 0))`,
		subject: what,
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(*reading) string { return "left, of 20 %" },
		line: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the "+r.labels["resource"]+" that "), nameLink(r.labels["upstream"], spendPage),
				text(" allows for "+r.labels["model"]+" are left"))
		},
		page: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the "+r.labels["resource"]+" that "), nameLink(r.labels["upstream"], spendPage),
				text(" allows for "+r.labels["model"]+" are left (limit of the "+r.labels["scope"]+"). This rule fires when it is less than "), limitPart("20 % for 2 min"), text("."))
		},
		idle:    "No API has said what it allows.",
		meaning: func(*reading) string { return "fires below 20 % for 2 min" },
	}
}

// budgetRule is what tells the two rules on budgets apart.
type budgetRule struct {
	title       string
	from, below float64
	meaning     string
}

func budgetWords(b budgetRule) *words {
	return &words{
		title: b.title, unit: unitPercent, limit: b.from, tail: tailNone,
		query: `sum by (budget, period, tag) (luneo_openai_budget_spent_cents)` +
			` / max by (budget, period, tag) (luneo_openai_budget_limit_cents)`,
		subject: func(r *reading) string { return r.labels["budget"] },
		shown:   func(r *reading) string { return number.Percent(r.value) },
		against: func(r *reading) string { return "of the " + r.labels["period"] + "'s" },
		line: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the "+r.labels["period"]+"'s budget "), nameLink(r.labels["budget"], spendPage), text(" is used"))
		},
		page: func(r *reading) Sentence {
			return say(value(number.Percent(r.value)), text(" of the "+r.labels["period"]+"'s budget "), nameLink(r.labels["budget"], spendPage),
				text(" is used. No call is held up. This rule "), limitPart(b.meaning), text("."))
		},
		over:    map[bool]string{true: "Past it"}[!math.IsInf(b.below, 1)],
		idle:    "There is no budget: openai.budgets in the configuration sets some.",
		meaning: func(*reading) string { return b.meaning },
	}
}
