package kpi

import "slices"

// FieldID names a field of the wire format.
type FieldID uint8

// The fields of all types together: a name means the same in each.
const (
	FieldType FieldID = iota
	FieldEventID
	FieldTimestamp
	FieldStatus
	FieldSuccess
	FieldErrorType
	FieldModel
	FieldOperation
	FieldDurationSeconds
	FieldCostCents
	FieldUsage
	FieldRenderType
	FieldQuality
	FieldShopDomain
	FieldFailureReason
	FieldConversionType
	FieldQueueName
	FieldWaitSeconds
	FieldOldestWaitingSeconds
	FieldMethod
	FieldRoute
	FieldStatusCode
	NumFields
)

// FieldSet is a set of fields, a bit each.
type FieldSet uint32

// Has reports whether the field is in the set.
func (s FieldSet) Has(f FieldID) bool { return s&(1<<f) != 0 }

// With returns the set with the fields added.
func (s FieldSet) With(fields ...FieldID) FieldSet {
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// FieldKind says how a field's value is written in JSON.
type FieldKind uint8

// The kinds of field.
const (
	LabelField      FieldKind = iota + 1 // a string that becomes a label value
	TextField                            // a string that does not
	SecondsField                         // a number of seconds
	CentsField                           // a number of US cents
	TimestampField                       // RFC 3339, or seconds or milliseconds since 1970
	BoolField                            // true or false
	StatusCodeField                      // an HTTP status, 100 to 599
	UsageField                           // an OpenAI usage object
)

// Field is one field of the wire format.
type Field struct {
	ID   FieldID
	Name string
	Kind FieldKind
	Doc  string
}

// String is the field's name on the wire.
func (f FieldID) String() string {
	if f < NumFields {
		return fieldTable[f].Name
	}
	return "unknown"
}

// Fields returns the table of fields, ordered by FieldID.
func Fields() []Field { return slices.Clone(fieldTable[:]) }

// fieldTable is read-only; a field's place is its number.
var fieldTable = [NumFields]Field{
	{FieldType, "type", TextField, "Type of the event; needed in a batch, where each event names its own."},
	{FieldEventID, "id", TextField, "Name of this event, unique for your credential and the type. Sent again within the window it is not counted twice."},
	{FieldTimestamp, "timestamp", TimestampField, "When it happened: RFC 3339, or seconds or milliseconds since 1970. From 24 h back to 5 min ahead. It places only the spend."},
	{FieldStatus, "status", TextField, "success or error; success when absent and there is no errorType."},
	{FieldSuccess, "success", BoolField, "The same as status, as a boolean."},
	{FieldErrorType, "errorType", LabelField, "What kind of failure it was. Counts as unknown when a failed event has none."},
	{FieldModel, "model", LabelField, "Model that was called, as OpenAI names it."},
	{FieldOperation, "operation", LabelField, "What was asked of it: chat, image_generation, embeddings…"},
	{FieldDurationSeconds, "durationSeconds", SecondsField, "How long it took, in seconds."},
	{FieldCostCents, "costCents", CentsField, "What the call cost, in US cents, exact to a millionth."},
	{FieldUsage, "usage", UsageField, "The usage object of OpenAI's answer; priced when costCents is absent."},
	{FieldRenderType, "renderType", LabelField, "What was rendered: 2d, 3d…"},
	{FieldQuality, "quality", LabelField, "Quality of the render: preview, standard, high…"},
	{FieldShopDomain, "shopDomain", LabelField, "Shop that embeds the widget."},
	{FieldFailureReason, "failureReason", LabelField, "Why the handshake failed. Its presence makes the event a failure."},
	{FieldConversionType, "conversionType", LabelField, "Which conversion: glb_to_usdz…"},
	{FieldQueueName, "queueName", LabelField, "Queue that the job waited in."},
	{FieldWaitSeconds, "waitSeconds", SecondsField, "How long the job that now started had waited."},
	{FieldOldestWaitingSeconds, "oldestWaitingSeconds", SecondsField, "Age of the oldest job that waits now; gone after 2 minutes without renewal."},
	{FieldMethod, "method", LabelField, "HTTP method of the request that your API answered."},
	{FieldRoute, "route", LabelField, "Route that answered it, as a pattern: /products/:id."},
	{FieldStatusCode, "statusCode", StatusCodeField, "HTTP status of the answer."},
}

// Dim ties a label to the field that sets it.
type Dim struct {
	Field FieldID
	Label string
	// Limited says that a client can choose any value, so that the number of
	// distinct ones is limited.
	Limited bool
}

// Schema is what an event of one type looks like.
type Schema struct {
	Type Type
	// Name is the value of "type" in a batch and the last part of the endpoint.
	Name string
	Doc  string
	// Needed fields must be there, Allowed ones may (Needed ones included).
	Needed, Allowed FieldSet
	// AnyOf, when not empty, asks for at least one of its fields.
	AnyOf FieldSet
	Dims  []Dim
}

// PathPrefix is where the endpoints of the events begin.
const PathPrefix = "/api/metrics/"

// Path is the endpoint for events of this type alone.
func (s *Schema) Path() string { return PathPrefix + s.Name }

// Schemas returns the types of event that clients send, in the order of the guide.
func Schemas() []Schema {
	schemas := make([]Schema, 0, len(schemaTable))
	for _, s := range schemaTable {
		schemas = append(schemas, *s)
	}
	return schemas
}

// SchemaOf returns the schema of a type, be it one that clients send or one
// that Luneo's watcher makes, and false when there is no such type.
func SchemaOf(t Type) (*Schema, bool) {
	switch n := int(t); {
	case n < 1 || n > len(schemaTable)+len(watchedTable):
		return nil, false
	case n > len(schemaTable):
		return watchedTable[n-len(schemaTable)-1], true
	default:
		return schemaTable[n-1], true
	}
}

// SchemaNamed returns the schema with this name on the wire; those of the
// watcher have none there.
func SchemaNamed(name string) (*Schema, bool) {
	for _, s := range schemaTable {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}

const common FieldSet = 1<<FieldType | 1<<FieldEventID | 1<<FieldTimestamp | 1<<FieldStatus | 1<<FieldSuccess | 1<<FieldErrorType

// schemaTable is read-only; a type's place is its number less one.
var schemaTable = [...]*Schema{
	{
		Type: TypeOpenAI, Name: "openai", Doc: "One call to the OpenAI API.",
		Needed:  FieldSet(0).With(FieldModel, FieldOperation, FieldDurationSeconds),
		Allowed: common.With(FieldModel, FieldOperation, FieldDurationSeconds, FieldCostCents, FieldUsage),
		Dims:    []Dim{{FieldModel, "model", true}, {FieldOperation, "operation", true}, {FieldErrorType, "error_type", true}},
	},
	{
		Type: TypeRender, Name: "render", Doc: "One render of a product.",
		Needed:  FieldSet(0).With(FieldRenderType, FieldQuality, FieldDurationSeconds),
		Allowed: common.With(FieldRenderType, FieldQuality, FieldDurationSeconds),
		Dims:    []Dim{{FieldRenderType, "render_type", true}, {FieldQuality, "quality", true}, {FieldErrorType, "error_type", true}},
	},
	{
		Type: TypeEmbedHandshake, Name: "embed-handshake", Doc: "One attempt of a shop's page to load the widget.",
		Needed:  FieldSet(0).With(FieldDurationSeconds),
		Allowed: common.With(FieldDurationSeconds, FieldShopDomain, FieldFailureReason),
		Dims:    []Dim{{FieldFailureReason, "failure_reason", true}, {FieldShopDomain, "shop_domain", true}},
	},
	{
		Type: TypeARConversion, Name: "ar-conversion", Doc: "One conversion of a model for AR.",
		Needed:  FieldSet(0).With(FieldConversionType, FieldDurationSeconds),
		Allowed: common.With(FieldConversionType, FieldDurationSeconds),
		Dims:    []Dim{{FieldConversionType, "conversion_type", true}, {FieldErrorType, "error_type", true}},
	},
	{
		Type: TypeQueueWait, Name: "queue-wait", Doc: "One job that left its queue, or the age of the oldest that waits.",
		Needed:  FieldSet(0).With(FieldQueueName),
		Allowed: common.With(FieldQueueName, FieldWaitSeconds, FieldOldestWaitingSeconds),
		AnyOf:   FieldSet(0).With(FieldWaitSeconds, FieldOldestWaitingSeconds),
		Dims:    []Dim{{FieldQueueName, "queue_name", true}},
	},
	{
		Type: TypeHTTPRequest, Name: "http-request", Doc: "One request that your platform's API answered.",
		Needed:  FieldSet(0).With(FieldMethod, FieldRoute, FieldStatusCode, FieldDurationSeconds),
		Allowed: common.With(FieldMethod, FieldRoute, FieldStatusCode, FieldDurationSeconds),
		Dims:    []Dim{{FieldMethod, "method", true}, {FieldRoute, "route", true}, {FieldStatusCode, "status_code", true}},
	},
}

// watchedTable is read-only: what Luneo's own watcher of queues says. It
// follows the types of schemaTable.
var watchedTable = [...]*Schema{
	{Type: TypeQueueJob, Name: "queue-job", Doc: "A job that completed or failed for good.", Dims: queueDims},
	{Type: TypeQueueAdded, Name: "queue-added", Doc: "A job that was added.", Dims: queueDims},
	{Type: TypeQueueRetry, Name: "queue-retry", Doc: "An attempt that did not finish its job.", Dims: queueDims},
	{Type: TypeQueueStall, Name: "queue-stall", Doc: "A job whose worker was lost.", Dims: queueDims},
	{Type: TypeQueueMiss, Name: "queue-miss", Doc: "An entry of a queue's events that was not read.", Dims: []Dim{{FieldQueueName, "queue_name", true}, {FieldType, "reason", false}}},
}

var queueDims = []Dim{{FieldQueueName, "queue_name", true}}
