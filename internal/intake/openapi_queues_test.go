package intake_test

// What internal/queues answers. It stands in the same document, since a server
// has one; a test of internal/app holds it against what is answered.

// queuePaths describes it.
func queuePaths() object {
	return object{
		"/api/queues": getPage("list-queues", "Every queue: how many jobs wait, how long, why, and how fast they come and go. The one whose oldest job has waited longest is first.", "Queues"),
		"/api/queues/{name}": getPage("get-queue", "One queue, why its jobs failed, and what its alerts did in the last 24 h.", "QueueDetail",
			object{"name": "name", "in": "path", "required": true, "description": "The queue's name, percent-encoded as one segment of the path.", "schema": textType()}),
	}
}

// queueSchemas are those of what internal/queues answers.
func queueSchemas() object {
	moment, number, text, flag := object{"type": "string", "format": "date-time"}, object{"type": "number"}, textType(), object{"type": "boolean"}
	maybeMoment, maybe := object{"type": []string{"string", "null"}, "format": "date-time"}, object{"type": []string{"number", "null"}}
	list := func(items object) object { return object{"type": "array", "items": items} }
	ref := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	orNull := func(o object) object { return object{"anyOf": []any{o, object{"type": "null"}}} }
	said := func(o object, description string) object {
		with := object{"description": description}
		for k, v := range o {
			with[k] = v
		}
		return with
	}
	level := object{"enum": []string{"ok", "warn", "firing"}, "description": "firing while an alert about it fires; warn above half the limit."}
	recently := object{
		"wait_p50_seconds": said(maybe, "Of the jobs that started in the last 5 min, or since the start where that is less; within 5 %."),
		"wait_p95_seconds": maybe,
		"started_5m":       number,
		"in_per_second":    said(maybe, "Jobs that were added, in the same time; null where nobody tells."),
		"out_per_second":   said(maybe, "Jobs that ended; where nobody tells of that, those that started."),
	}
	with := func(properties object) object {
		for name, schema := range recently {
			properties[name] = schema
		}
		return closed(properties)
	}
	return object{
		"Queues": closed(object{"servers": list(ref("QueueServer")), "queues": list(ref("Queue")), "all": ref("AllQueues"), "looked_at": moment}),
		"QueueServer": closed(object{
			"name": text, "address": text, "origin": object{"enum": []string{"configuration", "REDIS_URL", "default"}}, "up": flag,
			"error": text, "error_at": maybeMoment, "since": maybeMoment, "version": text, "replica": flag,
			"queues": number, "skipped": said(number, "Queues that are not watched for want of room."), "notes": list(text),
		}),
		"QueueStates": closed(object{
			"waiting": number, "prioritized": number, "paused": number, "delayed": number, "active": number,
			"completed": number, "failed": number, "waiting_children": number,
		}),
		"Queue": with(object{
			"name": text, "source": object{"enum": []string{"redis", "events"}}, "server": text, "prefix": text, "at": maybeMoment,
			"states": orNull(ref("QueueStates")), "due": said(number, "Delayed jobs whose delay has ended and that nobody has moved on."),
			"oldest_seconds": said(maybe, "Age of the oldest job that could run now; 0 when none could."),
			"drain_seconds":  said(maybe, "Until nothing waits, at the pace of the last minute, or of five where that is too few jobs."), "drain_words": text,
			"paused": flag, "concurrency": said(number, "The queue's limit of active jobs; 0 for none."), "rate_limited_seconds": number,
			"workers": maybe, "reason": object{"enum": []string{"", "paused", "no_worker", "rate_limited", "concurrency", "busy"}}, "reason_words": text,
			"limit_seconds": number, "level": level,
		}),
		"AllQueues": with(object{
			"queues": number, "watched": said(number, "How many of them have states."), "states": orNull(ref("QueueStates")), "due": number,
			"oldest_seconds": maybe, "worst": said(text, "The queue that has it."), "limit_seconds": number, "level": level,
		}),
		"QueueDetail": closed(object{
			"queue": ref("Queue"),
			"failures": orNull(closed(object{
				"failed": said(number, "Failed jobs that the queue keeps."), "read": said(number, "How many of them, the newest, were looked at."),
				"groups": list(closed(object{
					"reason": text, "example": text, "jobs": number, "first": moment, "last": moment, "names": list(text), "job_ids": list(text),
				})),
			})),
			"failures_error": text,
			"incidents": list(closed(object{
				"rule": text, "severity": text, "state": object{"enum": []string{"firing", "pending"}}, "from": moment, "to": moment, "ongoing": flag,
			})),
			"incidents_error": text,
		}),
	}
}
