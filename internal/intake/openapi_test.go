package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

const documentFile = "openapi.json"

// object is a part of the document; encoding/json writes its names in order.
type object = map[string]any

func TestOpenAPIIsGenerated(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(openapiDocument()); err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, documentFile, want.String())
}

func openapiDocument() object {
	paths := object{}
	schemas := object{
		"Usage": usageSchema(), "Accepted": acceptedSchema(), "BatchAccepted": batchAcceptedSchema(),
		"Violation": violationSchema(), "Problem": problemSchema(),
	}
	var members []any
	for _, s := range kpi.Schemas() {
		schemas[s.Name] = eventSchema(&s)
		members = append(members, object{
			"$ref":       "#/components/schemas/" + s.Name,
			"required":   []string{"type"},
			"properties": object{"type": object{"const": s.Name}},
		})
		paths[s.Path()] = operation(operationText{
			id: "post-" + s.Name, summary: s.Doc, accepted: "Accepted", key: "The event's id, when the body has none.",
		}, object{"application/json": media("#/components/schemas/" + s.Name), "text/plain": object{}, "application/x-www-form-urlencoded": object{}})
	}
	schemas["BatchEvent"] = object{"oneOf": members}
	batch := object{"schema": object{"type": "array", "minItems": 1, "maxItems": intake.DefaultBatchEvents, "items": object{"$ref": "#/components/schemas/BatchEvent"}}}
	paths[kpi.PathPrefix+"batch"] = operation(operationText{
		id: "post-batch", summary: "Many events of any type, as a JSON array or as NDJSON. Bad ones are refused by their index while the good ones count.",
		accepted: "BatchAccepted", key: "Covers all events of the batch: sent again with the same events it counts nothing twice.",
	}, object{"application/json": batch, "application/x-ndjson": object{}, "application/ndjson": object{}, "text/plain": object{}, "application/x-www-form-urlencoded": object{}})
	maps.Copy(paths, costPaths())
	maps.Copy(schemas, costSchemas())
	maps.Copy(paths, pagePaths())
	maps.Copy(schemas, pageSchemas())
	maps.Copy(paths, alertPaths())
	maps.Copy(schemas, alertSchemas())
	maps.Copy(paths, queuePaths())
	maps.Copy(schemas, queueSchemas())
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Luneo", "version": "1",
			"description": "What happens on the platform, told to Luneo. An answer 202 means: on disk and counted, once for each id. " +
				"Fields that are not named here are refused, so that a typo loses nothing in silence; a field that is null is absent. " +
				fmt.Sprintf("Bodies may be compressed with gzip or zstd and are at most %d bytes, as sent and as expanded, unless the server is set up otherwise. ", intake.DefaultBodyBytes) +
				"Beside what is named here /api/v1/* is Prometheus' own HTTP API, and /api/v2/* is Alertmanager's own API v2, as their projects document them.",
		},
		"paths":      paths,
		"security":   []any{object{}, object{"token": []string{}}},
		"components": object{"schemas": schemas, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}},
	}
}

func media(ref string) object { return object{"schema": object{"$ref": ref}} }

type operationText struct{ id, summary, accepted, key string }

func operation(text operationText, content object) object {
	responses := object{"202": object{"description": "On disk and counted.", "content": object{"application/json": media("#/components/schemas/" + text.accepted)}}}
	for status, description := range map[int]string{
		400: "The body can't be read.",
		401: "No credential, or a wrong one.",
		403: "The credential may not send events.",
		409: "The id was used before for other content.",
		413: "A limit on size was hit.",
		415: "A content type, charset or encoding that is not taken here.",
		422: "Readable, but a field is missing, unknown, of the wrong type or out of range.",
		429: "More events than the credential's limit allows; see Retry-After.",
		503: "The disk refuses or Luneo is stopping; nothing was acknowledged. Send the same again, with the same ids; see Retry-After.",
	} {
		responses[strconv.Itoa(status)] = object{"description": description, "content": object{"application/problem+json": media("#/components/schemas/Problem")}}
	}
	return object{"post": object{
		"operationId": text.id, "summary": text.summary, "responses": responses,
		"requestBody": object{"required": true, "content": content},
		"parameters": []any{object{
			"name": "Idempotency-Key", "in": "header", "required": false, "description": text.key,
			"schema": object{"type": "string", "minLength": 1, "maxLength": kpi.MaxIDBytes},
		}},
	}}
}

func eventSchema(s *kpi.Schema) object {
	properties, needed := object{}, []string{}
	for _, f := range kpi.Fields() {
		if s.Needed.Has(f.ID) {
			needed = append(needed, f.Name)
		}
		if s.Allowed.Has(f.ID) {
			properties[f.Name] = fieldSchema(s, f)
		}
	}
	schema := object{"type": "object", "description": s.Doc, "properties": properties, "required": needed, "additionalProperties": false}
	var anyOf []any
	for _, f := range kpi.Fields() {
		if s.AnyOf.Has(f.ID) {
			anyOf = append(anyOf, object{"required": []string{f.Name}})
		}
	}
	if anyOf != nil {
		schema["anyOf"] = anyOf
	}
	return schema
}

func fieldSchema(s *kpi.Schema, f kpi.Field) object {
	if f.Kind == kpi.UsageField {
		return object{"description": f.Doc, "anyOf": []any{object{"$ref": "#/components/schemas/Usage"}, object{"type": "null"}}}
	}
	schema := object{"type": "string", "minLength": 1, "maxLength": kpi.MaxLabelBytes}
	switch f.Kind {
	case kpi.SecondsField:
		schema = object{"type": "number", "minimum": 0, "maximum": kpi.MaxSeconds}
	case kpi.CentsField:
		schema = object{"type": "number", "minimum": 0, "maximum": kpi.MaxCents}
	case kpi.StatusCodeField:
		schema = object{"type": "integer", "minimum": 100, "maximum": 599}
	case kpi.BoolField:
		schema = object{"type": "boolean"}
	case kpi.TimestampField:
		schema = object{"type": []string{"string", "number"}}
	}
	switch f.ID {
	case kpi.FieldType:
		schema = object{"type": "string", "enum": []any{s.Name}}
	case kpi.FieldStatus:
		schema = object{"type": "string", "enum": []any{kpi.StatusSuccess, kpi.StatusError}}
	}
	schema["description"] = f.Doc
	schema["examples"] = []any{example(s, f.ID)}
	if !s.Needed.Has(f.ID) {
		allowNull(schema)
	}
	return schema
}

func allowNull(schema object) {
	switch kinds := schema["type"].(type) {
	case string:
		schema["type"] = []string{kinds, "null"}
	case []string:
		schema["type"] = append(kinds, "null")
	}
	if values, ok := schema["enum"].([]any); ok {
		schema["enum"] = append(values, nil)
	}
}

func example(s *kpi.Schema, f kpi.FieldID) any {
	return map[kpi.FieldID]any{
		kpi.FieldType: s.Name, kpi.FieldEventID: "01JGJ5Z8W4", kpi.FieldTimestamp: clock().Format(time.RFC3339),
		kpi.FieldStatus: kpi.StatusError, kpi.FieldSuccess: false, kpi.FieldErrorType: "timeout",
		kpi.FieldModel: "gpt-4o-mini", kpi.FieldOperation: "chat", kpi.FieldDurationSeconds: 1.25, kpi.FieldCostCents: 0.42,
		kpi.FieldUsage:      object{"prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102},
		kpi.FieldRenderType: "3d", kpi.FieldQuality: "high", kpi.FieldShopDomain: "shop.example", kpi.FieldFailureReason: "csp",
		kpi.FieldConversionType: "glb_to_usdz", kpi.FieldQueueName: "render", kpi.FieldWaitSeconds: 3.5, kpi.FieldOldestWaitingSeconds: 12,
		kpi.FieldMethod: "GET", kpi.FieldRoute: "/products/:id", kpi.FieldStatusCode: 200,
	}[f]
}

func usageSchema() object {
	schema := memberSchema(kpi.UsageMembers())
	schema["description"] = "What the call consumed: a usage object of OpenAI's as it stands, or the same in camelCase. Other members are ignored."
	return schema
}

func memberSchema(members []kpi.UsageMember) object {
	properties := object{}
	for i := range members {
		m := &members[i]
		property := object{"type": []string{m.JSONType(), "null"}}
		if m.Parts != nil {
			property = memberSchema(m.Parts)
			property["type"] = []string{"object", "null"}
		}
		if kind := m.JSONType(); kind == "integer" || kind == "number" {
			property["minimum"] = 0
		}
		properties[m.Name] = property
	}
	return object{"type": "object", "properties": properties}
}

func acceptedSchema() object {
	return counted(object{})
}

func batchAcceptedSchema() object {
	return counted(object{
		"rejected": object{"type": "integer", "minimum": 0, "description": "Events that were refused."},
		"errors":   violations("The first 100 things that were wrong."),
	})
}

func counted(more object) object {
	more["accepted"] = object{"type": "integer", "minimum": 0, "description": "Events that were counted now."}
	more["duplicate"] = object{"type": "integer", "minimum": 0, "description": "Events that were counted before."}
	var names []string
	for name := range more {
		names = append(names, name)
	}
	slices.Sort(names)
	more["ignored"] = object{"type": "integer", "minimum": 1, "description": "Events that were not counted, since Luneo knows the same from a better source; absent when there are none."}
	return object{"type": "object", "properties": more, "required": names, "additionalProperties": false}
}

func violations(doc string) object {
	return object{"type": "array", "maxItems": 100, "description": doc, "items": object{"$ref": "#/components/schemas/Violation"}}
}

func violationSchema() object {
	return object{
		"type": "object", "required": []string{"index", "kind", "detail"}, "additionalProperties": false,
		"properties": object{
			"index":  object{"type": "integer", "minimum": 0, "description": "Place of the event in the batch, from 0; blank lines do not count."},
			"kind":   object{"enum": []any{kpi.KindMalformed, kpi.KindInvalid, kpi.KindConflict}},
			"field":  object{"type": "string", "description": "The field; absent when it is the event as a whole."},
			"detail": object{"type": "string", "description": "What was wrong and what is allowed."},
		},
	}
}

func problemSchema() object {
	return object{
		"type": "object", "required": []string{"type", "title", "status", "detail", "kind"}, "description": "RFC 9457.",
		"properties": object{
			"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"},
			"detail": object{"type": "string"}, "kind": object{"type": "string"}, "errors": violations("What was wrong, by field."),
		},
	}
}

// served loads the document from where it is served.
func served(t *testing.T, b *bundle) *openapi3.T {
	t.Helper()
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/openapi.json", nil))
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()
	if err := served(t, newBundle(t)).Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestOpenAPIFieldsAreTaken sends each field of each schema: what the document
// allows the handlers accept.
func TestOpenAPIFieldsAreTaken(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	doc := served(t, b)
	for _, s := range kpi.Schemas() {
		for _, f := range kpi.Fields() {
			if !s.Allowed.Has(f.ID) {
				continue
			}
			for _, value := range []any{example(&s, f.ID), nil} {
				if value == nil && s.Needed.Has(f.ID) {
					continue
				}
				event := object{"status": "error"}
				for _, needed := range kpi.Fields() {
					if s.Needed.Has(needed.ID) {
						event[needed.Name] = example(&s, needed.ID)
					}
				}
				if s.AnyOf != 0 {
					event["waitSeconds"], event["oldestWaitingSeconds"] = 1, 2
				}
				event[f.Name] = value
				conforms(t, doc.Components.Schemas[s.Name], event)
				if w := b.post(s.Path(), text(t, event), "Content-Type", "application/json"); w.Code != http.StatusAccepted {
					t.Errorf("%s of %s as %v: %d %s", f.Name, s.Name, value, w.Code, w.Body)
				}
				event["type"] = s.Name
				conforms(t, doc.Components.Schemas["BatchEvent"], event)
			}
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// conforms holds a value against a schema, as it is after a trip through JSON.
func conforms(t *testing.T, schema *openapi3.SchemaRef, value any) {
	t.Helper()
	plain := decode[any](t, bytes.NewReader([]byte(text(t, value))))
	if err := schema.Value.VisitJSON(plain, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%v does not conform: %v", plain, err)
	}
}

// TestOpenAPIAnswers provokes every status that the intake answers with and
// holds the answers against the document.
func TestOpenAPIAnswers(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	doc := served(t, b)
	seen := map[string]map[int]bool{}
	check := func(path string, w *httptest.ResponseRecorder) {
		t.Helper()
		kind := "batch"
		if path != kpi.PathPrefix+"batch" {
			kind = "single"
		}
		if seen[kind] == nil {
			seen[kind] = map[int]bool{}
		}
		seen[kind][w.Code] = true
		response := doc.Paths.Find(path).Post.Responses.Status(w.Code)
		if response == nil {
			t.Errorf("%s answers %d, which is not documented", path, w.Code)
			return
		}
		content := response.Value.Content[w.Header().Get("Content-Type")]
		if content == nil {
			t.Errorf("%s answers %d with %q, which is not documented", path, w.Code, w.Header().Get("Content-Type"))
			return
		}
		conforms(t, content.Schema, decode[any](t, bytes.NewReader(w.Body.Bytes())))
	}
	const event = `{"type":"openai","id":"seen","model":"gpt-4o","operation":"chat","durationSeconds":1}`
	for _, path := range []string{"openai", "batch"} {
		path = kpi.PathPrefix + path
		check(path, b.post(path, event))
		check(path, newBundle(t, func(o *intake.Options) { o.Limiter = limit{0} }).post(path, event))
		failing := newBundle(t)
		failing.ledger.err = &kpi.Error{Kind: kpi.KindUnavailable, RetryAfter: time.Second, Message: "The disk is full"}
		check(path, failing.post(path, event))
	}
	for _, c := range testkit.BadCases(t, badInput) {
		if c.Repeat == nil || c.Repeat.Times < 100_000_000 {
			check(c.Path, sendCase(t, c, b))
		}
	}
	for kind, path := range map[string]string{"single": kpi.PathPrefix + "openai", "batch": kpi.PathPrefix + "batch"} {
		for status := range doc.Paths.Find(path).Post.Responses.Map() {
			// 401 and 403 are for the web package to answer.
			if n, _ := strconv.Atoi(status); !seen[kind][n] && n != http.StatusUnauthorized && n != http.StatusForbidden {
				t.Errorf("%s is documented and was not seen (%s)", status, kind)
			}
		}
	}
}

// limit is a limiter that lets so many events pass at once.
type limit struct{ events int }

func (l limit) Allow(_ string, events int) (time.Duration, bool) {
	return 7 * time.Second, events <= l.events
}
