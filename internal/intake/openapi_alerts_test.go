package intake_test

// What internal/status and internal/annotation answer. It stands in the same
// document, since a server has one; a test of internal/app holds it against
// what is answered.

// alertPaths describes it.
func alertPaths() object {
	return object{
		"/api/status": getPage("get-status", "In a sentence, whether all is well; the state of each alert rule.", "Status"),
		"/api/alerts": getPage("list-alerts", "The alert rules, in words and in numbers, with their alerts.", "Alerts"),
		"/api/alerts/history": getPage("get-alert-history", "When alerts were pending and firing.", "AlertHistory",
			query("range", false, "How far back; 24h when absent.", object{"enum": []string{"24h", "7d"}})),
		"/api/alerts/{rule}": getPage("explain-alert", "One rule and an alert of it: what happened and what to check first. Parameters label.NAME choose the alert, the worst when there are none.", "AlertDetail",
			object{"name": "rule", "in": "path", "required": true, "description": "The rule's name.", "schema": textType()},
			query("at", false, "When: RFC 3339 or seconds since 1970; now when absent.", textType())),
		"/api/annotations": object{
			"get":  listAnnotations(),
			"post": withBody(pageOperation("add-annotation", "Mark a moment on the charts, as with Grafana's API. Asks for the scope admin.", answered("Added.", closed(object{"id": object{"type": "integer"}, "message": textType()}))), object{"$ref": "#/components/schemas/NewAnnotation"}),
		},
		"/api/annotations/{id}": object{"delete": pageOperation("remove-annotation", "Take a mark away. Asks for the scope admin.", answered("Removed.", closed(object{"message": textType()})),
			object{"name": "id", "in": "path", "required": true, "description": "The mark's id.", "schema": object{"type": "integer"}})},
	}
}

func listAnnotations() object {
	milliseconds := object{"type": "integer", "minimum": 0}
	list := object{"type": "array", "items": object{"$ref": "#/components/schemas/Annotation"}}
	return pageOperation("list-annotations", "Marks on the charts, the newest first, as with Grafana's API.", answered("The marks.", list),
		query("from", false, "Milliseconds since 1970; a mark that ends earlier is left out.", milliseconds),
		query("to", false, "Milliseconds since 1970; a mark that begins later is left out.", milliseconds),
		query("tags", false, "May be given many times; a mark needs all of them.", object{"type": "array", "items": textType()}),
		query("matchAny", false, "One of the tags is enough.", object{"type": "boolean"}),
		query("limit", false, "The most marks to list; 100 when absent.", object{"type": "integer", "minimum": 0, "maximum": 1000}))
}

// alertSchemas are those of what internal/status and internal/annotation answer.
func alertSchemas() object {
	moment, number, text := object{"type": "string", "format": "date-time"}, object{"type": "number"}, textType()
	maybeMoment, maybe := object{"type": []string{"string", "null"}, "format": "date-time"}, object{"type": []string{"number", "null"}}
	list := func(items object) object { return object{"type": "array", "items": items} }
	ref := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	labels := object{"type": "object", "additionalProperties": text}
	sentence := list(ref("Part"))
	state := object{"enum": []string{"firing", "pending", "quiet", "blind"}}
	alertState := object{"enum": []string{"firing", "pending"}}
	worst := closed(object{"rule": text, "labels": labels, "id": text})
	worst["type"] = []string{"object", "null"}
	return object{
		"Status": closed(object{
			"at": moment, "level": object{"enum": []string{"firing", "pending", "stale", "starting", "ok"}}, "sentence": sentence,
			"facts":  list(closed(object{"icon": text, "level": object{"enum": []string{"bad", "warn", "ok", "mute"}}, "parts": sentence})),
			"worst":  worst,
			"counts": closed(object{"total": number, "firing": number, "pending": number, "quiet": number, "blind": number}),
			"rules":  object{"type": "object", "additionalProperties": ref("RuleStatus")},
			"events": closed(object{"perSecond": number, "rejectedPerSecond": number}),
			"setup":  closed(object{"connected": number, "total": number}),
			"dataAt": maybeMoment,
		}),
		"RuleStatus": closed(object{
			"state": state, "since": maybeMoment, "forSeconds": number, "heldSeconds": number, "value": maybe, "limit": maybe,
			"unit": text, "subject": text, "chip": text, "meaning": text, "shown": text,
		}),
		"Alerts": closed(object{"at": moment, "rules": list(ref("AlertRule"))}),
		"AlertRule": closed(object{
			"name": text, "group": text, "severity": text, "component": text, "state": state, "expr": text, "forSeconds": number,
			"runbook": text, "dashboard": text, "title": text, "sentence": sentence, "query": text, "limitQuery": text,
			"limit": maybe, "unit": text, "value": maybe, "shown": text, "against": text, "subject": text, "chip": text,
			"alerts": list(ref("Alert")), "more": object{"type": "integer", "description": "How many alerts are not listed."}, "error": text,
		}),
		"Alert": closed(object{
			"id": text, "labels": labels, "state": alertState, "value": maybe, "activeAt": moment, "firedAt": maybeMoment,
			"sentence": sentence, "subject": text, "shown": text, "against": text, "summary": text, "description": text,
		}),
		"AlertDetail": closed(object{
			"rule": ref("AlertRule"), "alert": object{"anyOf": []any{ref("Alert"), object{"type": "null"}}},
			"happened": list(closed(object{"at": moment, "kind": object{"enum": []string{"annotation", "pending", "firing", "resolved", "restart"}}, "parts": sentence})),
			"checks":   list(closed(object{"question": text, "parts": sentence, "href": text, "link": text}, "href", "link")),
		}),
		"AlertHistory": closed(object{"from": moment, "to": moment, "words": text, "lanes": list(closed(object{
			"rule": text, "severity": text, "fired": number, "firingSeconds": number, "words": text,
			"intervals": list(closed(object{"state": alertState, "from": moment, "to": moment, "labels": labels})),
		}))}),
		"NewAnnotation": object{
			"type": "object", "required": []string{"text"},
			"properties": object{
				"text": text, "tags": list(text), "time": object{"type": "integer", "description": "Milliseconds since 1970; now when absent."},
				"timeEnd": object{"type": "integer", "description": "Milliseconds since 1970; time when absent."},
			},
		},
		"Annotation": closed(object{
			"id": object{"type": "integer"}, "text": text, "tags": list(text), "time": object{"type": "integer"}, "timeEnd": object{"type": "integer"}, "user": text,
		}),
	}
}
