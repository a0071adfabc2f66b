package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
)

const (
	queueQuery = `max by (queue_name) (luneo_worker_queue_wait_time_current_seconds)`
	queueLabel = "queue_name"
)

func queueWords() *words {
	return &words{
		title: "Longest queue wait", query: queueQuery, limit: kpi.QueueWaitLimit.Seconds(), unit: unitSeconds, limitText: "60 s limit",
		subject: func(r *reading) string { return r.labels[queueLabel] },
		shown:   func(r *reading) string { return number.Seconds(r.value) },
		against: func(*reading) string { return "of 60 s" },
		line: func(r *reading) Sentence {
			return say(text("Jobs in "), queueLink(r.labels[queueLabel]), text(" wait "), value(number.Seconds(r.value)))
		},
		page:    queueSentence,
		idle:    "No job waits.",
		meaning: func(r *reading) string { return "limit 60 s for 2 min · " + r.labels[queueLabel] },
		blind: func(s *scene, r *rule) (string, string) {
			switch {
			case len(r.readings) > 0:
				return "", ""
			case s.sources()["queues"]:
				return "No queue read", "no queue has reported its oldest job for 2 min"
			default:
				return "No queue yet", "no jobs seen yet"
			}
		},
		checks: queueChecks,
	}
}

func queueSentence(r *reading) Sentence {
	queue := queueLink(r.labels[queueLabel])
	if r.alert == nil && r.value == 0 {
		return say(text("No job waits in "), queue, text(". This rule fires when one has waited over "), limitPart("60 s for 2 min"), text("."))
	}
	s := say(text("The oldest job in "), queue, text(" has waited "), value(number.Seconds(r.value)),
		text(". This rule fires when that is over "), limitPart("60 s for 2 min"), text("."))
	switch {
	case r.alert == nil:
		return s
	case r.trend() > 0:
		return s.then(text(" It grows by about "), value(number.Seconds(r.perMinute)), text(" a minute, so workers finish fewer jobs than arrive."))
	case r.trend() < 0:
		return s.then(text(" It falls: workers catch up."))
	default:
		return s.then(text(" It is steady."))
	}
}

func queueChecks(r *reading) []check {
	queue := r.labels[queueLabel]
	started := func(window, offset string) string {
		return fmt.Sprintf(`sum(increase(luneo_worker_queue_wait_time_seconds_count{queue_name=%q}[%s]%s))`, queue, window, offset)
	}
	added := func(offset string) string {
		return fmt.Sprintf(`sum(increase(luneo_queue_jobs_added_total{queue_name=%q}[1h]%s))`, queue, offset)
	}
	connected := fmt.Sprintf(`max(luneo_queue_workers{queue_name=%q})`, queue)
	w := workOf(queue)
	slow := `histogram_quantile(0.95, sum by (le) (rate(` + w.metric + `_bucket[5m]%s))) >= 0`
	now, before := fmt.Sprintf(slow, ""), fmt.Sprintf(slow, " offset 1d")
	return []check{
		{
			question: "Workers alive?", link: "Open queue", href: queuePage(queue),
			queries: []string{started("5m", ""), started("5m", " offset 1d"), connected},
			say: func(f figures) Sentence {
				workers, watched := f.one(connected)
				n := f.orZero(started("5m", ""))
				switch {
				case n < 0.5 && watched && workers == 0:
					return say(value("No worker"), text(" is connected, and no job started in the last 5 min."))
				case n < 0.5 && watched:
					return say(value(things(workers, "worker")), text(" connected, and no job started in the last 5 min: they are stuck, or the queue is limited."))
				case n < 0.5:
					return say(value("No job"), text(" started in the last 5 min: its workers are down or stuck."))
				case watched:
					return say(value(things(workers, "worker")), text(" connected; "+jobs(n)+" started in the last 5 min"), yesterday(f, started("5m", " offset 1d"), number.Count), text("."))
				}
				return say(value(jobs(n)), text(" started in the last 5 min"), yesterday(f, started("5m", " offset 1d"), number.Count), text("."))
			},
		},
		{
			question: "Jobs slower?", link: "Compare", href: kpisPage,
			queries: []string{now, before},
			say: func(f figures) Sentence {
				v, ok := f.one(now)
				if !ok {
					return say(text("No " + w.one + " ended in the last 5 min."))
				}
				return say(text(w.many+" take "), value(number.Seconds(v)), text(" at the 95th percentile"), yesterday(f, before, number.Seconds), text("."))
			},
		},
		{
			question: "More jobs?", link: "Compare", href: queuePage(queue),
			queries: []string{started("1h", ""), started("1h", " offset 1d"), added(""), added(" offset 1d")},
			say: func(f figures) Sentence {
				if n, ok := f.one(added("")); ok {
					return say(value(jobs(n)), text(" came in the last hour"), yesterday(f, added(" offset 1d"), number.Count), text("."))
				}
				return say(value(jobs(f.orZero(started("1h", "")))), text(" started in the last hour"), yesterday(f, started("1h", " offset 1d"), number.Count), text("."))
			},
		},
	}
}

// work is what the jobs of a queue do.
type work struct{ metric, one, many string }

// workOf guesses from the name of a queue what its jobs do; renders when the
// name tells nothing.
func workOf(queue string) work {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			return slices.Contains(strings.FieldsFunc(strings.ToLower(queue), func(r rune) bool { return r < 'a' || r > 'z' }), word)
		})
	}
	switch {
	case has("ai", "openai", "image", "images", "generation", "chat", "ia"):
		return work{"luneo_openai_request_duration_seconds", "OpenAI request", "OpenAI requests"}
	case has("ar", "usdz", "glb", "gltf", "conversion", "convert"):
		return work{"luneo_ar_conversion_duration_seconds", "AR conversion", "AR conversions"}
	default:
		return work{"luneo_render_duration_seconds", "render", "Renders"}
	}
}

func jobs(n float64) string { return things(n, "job") }

// things counts: "1 job", "12 jobs".
func things(n float64, what string) string {
	if s := number.Count(n); s == "1" {
		return "1 " + what
	}
	return number.Count(n) + " " + what + "s"
}

// yesterday compares with the same time of the day before, where that is known.
func yesterday(f figures, query string, write func(float64) string) Part {
	v, ok := f.one(query)
	if !ok {
		return text("")
	}
	return text(", " + write(v) + " at this time yesterday")
}
