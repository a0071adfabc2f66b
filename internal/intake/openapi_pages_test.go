package intake_test

import "slices"

// What the pages of the web UI ask for. It stands in the same document, since
// a server has one; a test of internal/app holds it against what is answered.

// pagePaths describes it.
func pagePaths() object {
	dashboards := object{"type": "array", "items": closed(object{"uid": textType(), "title": textType()})}
	uid := object{"name": "uid", "in": "path", "required": true, "description": "The dashboard's uid.", "schema": textType()}
	stream := object{"description": "Server-sent events: source with a Source, received with a Recent.", "content": object{"text/event-stream": object{}}}
	test := pageOperation("test-source", "Take a sample event of a source through the decoder. It is counted nowhere. Asks for the scope admin.",
		answered("What became of it.", closed(object{"status": object{"type": "integer"}, "text": textType()})))
	return object{
		"/api/session":          getPage("get-session", "Which Luneo this is, who asks, and what they may do.", "Session"),
		"/api/dashboards":       object{"get": pageOperation("list-dashboards", "The dashboards.", answered("All of them.", dashboards))},
		"/api/dashboards/{uid}": object{"get": pageOperation("get-dashboard", "A dashboard as Grafana imports it.", answered("Grafana's classic dashboard JSON.", object{"type": "object"}), uid)},
		"/api/setup":            getPage("get-setup", "What has come from which part of the platform.", "Setup"),
		"/api/setup/stream":     object{"get": pageOperation("follow-setup", "The same as it happens.", stream)},
		"/api/setup/test":       object{"post": withBody(test, closed(object{"source": object{"enum": []string{"queues", "openai", "renders", "embeds", "ar"}}}))},
		"/api/settings":         getPage("get-settings", "The configuration in use, the limits and how full they are, and what is on disk.", "Settings"),
		"/api/spend":            getPage("get-spend", "What AI calls cost today, this month and until its end.", "Spend"),
		"/api/gateway":          getPage("get-gateway", "How the gateway and the APIs behind it do, and what these still allow.", "Gateway"),
		"/api/notifications":    getPage("get-notifications", "Who is told of alerts, and what became of the last attempts.", "Notifications"),
		"/api/notify/test":      object{"post": testNotification()},
	}
}

func testNotification() object {
	receiver := object{"name": "receiver", "in": "query", "description": "The receiver's name; all of them when it is left out.", "schema": textType()}
	outcomes := object{"type": "array", "items": object{"$ref": "#/components/schemas/Outcome"}}
	return pageOperation("test-notification", "Send a sample to a receiver, or to all, and say what became of it. It is not in the log. Asks for the scope admin.",
		answered("What became of each sample; of one that did not arrive, too.", closed(object{"outcomes": outcomes})), receiver)
}

func getPage(id, summary, schema string, parameters ...any) object {
	return object{"get": pageOperation(id, summary, answered("As of now.", object{"$ref": "#/components/schemas/" + schema}), parameters...)}
}

func pageOperation(id, summary string, success object, parameters ...any) object {
	return refusable(object{"operationId": id, "summary": summary, "responses": object{"200": success}}, map[string]string{
		"401": "No credential, or a wrong one.",
		"403": "The credential has not the scope.",
		"404": "There is no such thing.",
		"422": "A field is missing or not allowed.",
		"503": "What is asked does not answer, or too many listen.",
	}, parameters)
}

func textType() object { return object{"type": "string"} }

// closed is an object whose properties are all there, but for those named, and
// no others.
func closed(properties object, but ...string) object {
	optional := map[string]bool{}
	for _, name := range but {
		optional[name] = true
	}
	required := []string{}
	for name := range properties {
		if !optional[name] {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": sorted(required), "additionalProperties": false}
}

func pageSchemas() object {
	moment := object{"type": "string", "format": "date-time"}
	text, number, flag := textType(), object{"type": "number"}, object{"type": "boolean"}
	maybe := func(t string) object { return object{"type": []string{t, "null"}} }
	perhaps := object{"type": []string{"string", "null"}, "format": "date-time"}
	list := func(items object) object { return object{"type": "array", "items": items} }
	ref := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	return object{
		"Session": closed(object{
			"version": text, "instance": text, "publicUrl": text, "mode": object{"enum": []string{"embedded", "external"}},
			"scrapeIntervalSeconds": number, "timezone": text, "startedAt": moment,
			"caller": closed(object{"name": text, "scopes": list(object{"enum": []string{"ingest", "openai", "read", "admin"}})}),
		}),
		"Part": closed(object{"text": text, "kind": text, "href": text}, "href"),
		"Source": closed(object{
			"id": text, "state": object{"enum": []string{"waiting", "live", "quiet"}}, "firstEventAt": moment, "lastEventAt": moment,
			"events": number, "perMinute": number, "found": list(ref("Part")),
		}, "firstEventAt", "lastEventAt"),
		"Recent": closed(object{
			"at": moment, "status": object{"type": "integer"}, "type": text, "text": text, "detail": text, "error": text, "fix": text, "test": flag,
		}, "error", "fix", "test"),
		"Setup": closed(object{"publicUrl": text, "sources": list(ref("Source")), "connected": number, "total": number, "recent": list(ref("Recent"))}),
		"Settings": closed(object{
			"version": text, "goVersion": text, "config": text, "ui": closed(object{"built": flag, "version": text}),
			"files":   list(closed(object{"key": text, "path": text})),
			"limits":  list(closed(object{"name": text, "what": text, "unit": text, "limit": number, "used": maybe("number"), "hits": maybe("number")})),
			"storage": list(closed(object{"name": text, "bytes": number, "since": moment, "retention": text}, "since", "retention")),
			"disk":    closed(object{"freeBytes": number, "sizeBytes": number}),
			"reload":  closed(object{"at": moment, "ok": flag, "error": text}),
		}),
		"Spend": closed(object{
			"at": moment, "timezone": text, "todayCents": number, "yesterdayCents": number, "monthCents": number,
			"forecastCents": maybe("number"), "forecastBasis": text, "monthComplete": flag, "historySince": perhaps,
			"rows": list(closed(object{
				"model": text, "operation": text, "todayCents": number, "monthCents": number, "lastDayCents": number, "calls24h": number,
				"centsPerCall": maybe("number"), "usualCentsPerCall": maybe("number"), "share": number,
			})),
			"days":     list(closed(object{"date": object{"type": "string", "format": "date"}, "cents": number})),
			"unpriced": list(closed(object{"model": text, "requests24h": number})),
			"windows":  list(closed(object{"window": text, "currentCents": maybe("number"), "baselineCents": maybe("number"), "ratio": maybe("number"), "state": text})),
			"tags":     list(closed(object{"name": text, "todayCents": number, "monthCents": number, "lastDayCents": number, "share": number})),
			"upstreams": list(closed(object{
				"name": text, "todayCents": number, "monthCents": number, "lastDayCents": number, "share": number, "calls24h": number, "failed24h": number,
			})),
			"unpricedRemaining": list(closed(object{"model": text, "requests": number})),
			"retries24h":        closed(object{"calls": number, "cents": number, "seconds": number}),
			"refused24h":        closed(object{"wait": number, "outOfMoney": number}),
			"budgets": list(closed(object{
				"name": text, "tag": text, "period": object{"enum": []string{"day", "month"}}, "limitCents": number, "spentCents": number, "ratio": number,
				"forecastCents": maybe("number"), "reachedAt": perhaps, "state": object{"enum": []string{"ok", "near", "over"}},
			})),
		}),
		"Gateway": closed(object{
			"at": moment,
			"upstreams": list(closed(object{
				"name": text, "path": text, "address": text, "inject": flag, "ownKey": flag, "inFlight": number, "calls": number, "failed": number,
				"lastAt": perhaps, "lastStatus": object{"type": "integer"}, "failure": text, "failureAt": perhaps,
			})),
			"limits": list(closed(object{
				"upstream": text, "model": text, "scope": object{"enum": []string{"key", "project"}}, "resource": object{"enum": []string{"requests", "tokens"}},
				"limit": number, "remaining": number, "used": number, "resetsAt": perhaps, "seenAt": moment,
			})),
			"overheadP50": number, "overheadP99": number,
			"unknown": object{"type": "object", "additionalProperties": number},
		}),
		"Outcome": closed(object{
			"at": moment, "receiver": text, "integration": text, "alert": text, "firing": object{"type": "integer"}, "resolved": object{"type": "integer"},
			"seconds": number, "ok": flag, "status": object{"type": "integer"}, "answer": text, "error": text, "retry": flag, "advice": text,
		}),
		"Notifications": closed(object{
			"receivers": list(closed(object{
				"name": text, "integrations": list(text), "last": object{"anyOf": []any{ref("Outcome"), object{"type": "null"}}},
			})),
			"log": list(ref("Outcome")),
		}),
	}
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}
