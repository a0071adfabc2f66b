package intake_test

// The endpoints of internal/cost. They stand in the same document, since a
// server has one; a test of internal/app holds them against what is answered.

// costPaths describes them.
func costPaths() object {
	mark := object{"$ref": "#/components/schemas/ExpectedSpike"}
	return object{
		"/api/cost/explain": object{"get": costOperation("explain-cost", "What a window of AI spend costs, what is usual, and how that came about.",
			object{"200": answered("The explanation.", object{"$ref": "#/components/schemas/CostExplanation"})},
			query("window", true, "Length of the window, as in the label time_window.", object{"type": "string", "examples": []string{"1h"}}),
			query("at", false, "When the window ends: RFC 3339 or seconds since 1970; now when absent.", object{"type": "string"}))},
		"/api/cost/expected": object{
			"get": costOperation("list-expected-spikes", "Spans of spend that are marked as expected.",
				object{"200": answered("The marks, the oldest first.", object{"type": "object", "properties": object{"expected": object{"type": "array", "items": mark}}, "required": []string{"expected"}})}),
			"post": withBody(costOperation("expect-spike", "Mark a span as expected: windows that touch it stay out of the baselines. Asks for the scope admin.",
				object{"201": answered("Marked.", mark)}), object{"$ref": "#/components/schemas/ExpectedSpan"}),
		},
		"/api/cost/expected/{id}": object{"delete": costOperation("forget-expected-spike", "Take a mark back. Asks for the scope admin.",
			object{"204": object{"description": "Forgotten."}},
			object{"name": "id", "in": "path", "required": true, "description": "The mark's id.", "schema": object{"type": "string"}})},
	}
}

func costOperation(id, summary string, responses object, parameters ...any) object {
	return refusable(object{"operationId": id, "summary": summary, "responses": responses}, map[string]string{
		"401": "No credential, or a wrong one.",
		"403": "The credential has not the scope.",
		"404": "There is no such mark.",
		"422": "A parameter or a field is missing or out of range.",
	}, parameters)
}

// refusable adds the answers by which an operation is refused, and its parameters.
func refusable(op object, refusals map[string]string, parameters []any) object {
	for status, description := range refusals {
		op["responses"].(object)[status] = object{"description": description, "content": object{"application/problem+json": media("#/components/schemas/Problem")}}
	}
	if len(parameters) > 0 {
		op["parameters"] = parameters
	}
	return op
}

func withBody(op, schema object) object {
	op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": schema}}}
	return op
}

func answered(description string, schema object) object {
	return object{"description": description, "content": object{"application/json": object{"schema": schema}}}
}

func query(name string, required bool, description string, schema object) object {
	return object{"name": name, "in": "query", "required": required, "description": description, "schema": schema}
}

func costSchemas() object {
	moment := object{"type": "string", "format": "date-time"}
	text, number := object{"type": "string"}, object{"type": "number"}
	span := object{"from": moment, "to": moment, "reason": text}
	return object{
		"ExpectedSpan": object{"type": "object", "properties": span, "required": []string{"from", "to", "reason"}, "additionalProperties": false},
		"ExpectedSpike": object{
			"type":       "object",
			"properties": object{"id": text, "from": moment, "to": moment, "reason": text, "by": text, "at": moment},
			"required":   []string{"id", "from", "to", "reason", "at"}, "additionalProperties": false,
		},
		"CostExplanation": object{
			"type":        "object",
			"description": "baselineCents = smoothedCents × levelFactor; docs/decisions/0004-cost-baseline.md says how it is made.",
			"properties": object{
				"window": text, "at": moment, "sum": text, "state": text, "missing": text, "ready": object{"type": "boolean"}, "readyAt": moment,
				"currentCents": number, "baselineCents": number, "ratio": number, "middleCents": number, "smoothedCents": number,
				"aroundMinutes": number, "levelFactor": number, "risenSince": moment, "timeZone": text, "days": object{"type": "integer"},
				"season": object{"enum": []string{"day", "week"}}, "method": object{"enum": []string{"median", "trimmed_mean"}},
				"windows": object{"type": "array", "items": object{
					"type": "object",
					"properties": object{
						"end": moment, "cents": number, "reason": text,
						"use": object{"enum": []string{"used", "trimmed_high", "trimmed_low", "left_out"}},
					},
					"required": []string{"end", "cents", "use"}, "additionalProperties": false,
				}},
				"contributors": object{"type": "array", "items": object{
					"type":       "object",
					"properties": object{"model": text, "operation": text, "cents": number, "share": number},
					"required":   []string{"model", "operation", "cents", "share"}, "additionalProperties": false,
				}},
			},
			"required": []string{"window", "at", "state", "ready", "windows", "contributors"}, "additionalProperties": false,
		},
	}
}
