package status

import "github.com/luneo-platform/luneo/internal/number"

// noWorkerWords are those of jobs that nobody will take.
func noWorkerWords() *words {
	return &words{
		title: "Jobs without a worker", unit: unitCount,
		query: `(sum by (queue_name) (luneo_queue_jobs{state=~"waiting|prioritized"}) + max by (queue_name) (luneo_queue_delayed_due_jobs))` +
			` * on (queue_name) (max by (queue_name) (luneo_queue_workers) == bool 0) * on (queue_name) (max by (queue_name) (luneo_queue_paused) == bool 0)`,
		subject: func(r *reading) string { return r.labels[queueLabel] },
		shown:   func(r *reading) string { return jobs(r.value) },
		against: func(*reading) string { return "without a worker" },
		line: func(r *reading) Sentence {
			return say(value(jobs(r.value)), text(" in "), queueLink(r.labels[queueLabel]), text(" can run, and no worker is connected"))
		},
		page:    noWorkerSentence,
		idle:    "Each queue in which jobs wait has a worker.",
		meaning: func(*reading) string { return "fires when none is connected for 2 min" },
	}
}

func noWorkerSentence(r *reading) Sentence {
	queue := queueLink(r.labels[queueLabel])
	if r.alert == nil && r.value == 0 {
		return say(text("No job of "), queue, text(" waits without a worker. This rule fires when some do "), limitPart("for 2 min"), text("."))
	}
	return say(value(jobs(r.value)), text(" in "), queue, text(" could run now and no worker is connected. This rule fires when that lasts "),
		limitPart("2 min"), text(", unless the queue is paused."))
}

// redisWords are those of a Redis that does not answer.
func redisWords() *words {
	return &words{
		title: "Redis", unit: unitCount, order: lowIsBad,
		query:   `max by (job, instance, redis) (luneo_redis_up)`,
		subject: func(r *reading) string { return r.labels["redis"] },
		shown:   func(r *reading) string { return upOrDown(1 - r.value) },
		line: func(r *reading) Sentence {
			return say(text("Redis "), nameLink(r.labels["redis"], queuesPage), text(" does not answer, so nobody sees how long jobs wait there"))
		},
		page: func(r *reading) Sentence {
			if r.alert == nil && r.value > 0 {
				return say(text("Redis "), nameLink(r.labels["redis"], queuesPage), text(" answers. This rule fires when it does not "), limitPart("for 2 min"), text("."))
			}
			return say(text("Redis "), nameLink(r.labels["redis"], queuesPage), text(" does not answer: current waits are unknown, and the rules on queues can't fire. The page of queues has the last error."))
		},
		idle:    "No Redis is watched.",
		meaning: func(*reading) string { return "fires when it does not answer for 2 min" },
	}
}

// missedWords are those of events that were gone before they were read.
func missedWords() *words {
	return &words{
		title: "Missed queue events", unit: unitCount, tail: tailAgo,
		query:   `sum by (job, instance, queue_name) (increase(luneo_queue_events_missed_total{reason=~"trimmed|rewound"}[15m]))`,
		subject: func(r *reading) string { return r.labels[queueLabel] },
		shown:   func(r *reading) string { return number.Count(r.value) },
		against: func(*reading) string { return "in 15 min" },
		line: func(r *reading) Sentence {
			return say(text("At least "), value(things(r.value, "event")), text(" of "), queueLink(r.labels[queueLabel]), text(" were gone before they were counted"))
		},
		page: func(r *reading) Sentence {
			if r.alert == nil {
				return say(text("Every event of "), queueLink(r.labels[queueLabel]), text(" was read in the last 15 min."))
			}
			return say(text("At least "), value(things(r.value, "event")), text(" of "), queueLink(r.labels[queueLabel]),
				text(" were gone in the last 15 min before they could be read: the waits they told of are in no histogram."))
		},
		idle:    "No event was missed.",
		meaning: func(*reading) string { return "fires when one is gone before it is read" },
	}
}
