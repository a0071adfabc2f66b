package intake

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	maxNames = 4096 // label values that a decoder remembers
	maxBad   = 16   // violations that are told of one event
)

// decoder reads events from JSON text. It is for one goroutine.
type decoder struct {
	scan   kpi.Scanner
	fields []kpi.Field
	now    time.Time

	// names holds label values that were seen, so that a value that comes
	// again costs no memory. It is emptied when full.
	names map[string]string
	raw   raw
	bad   []kpi.Violation
}

// raw is an event as it was written: its fields in any order, of any type of
// event. A place is meaningful only when its field is in set.
type raw struct {
	seen, set kpi.FieldSet
	unknown   string // the first name that is no field's

	text    [kpi.NumFields]string
	number  [kpi.NumFields]float64
	time    time.Time
	success bool
	usage   kpi.Usage
}

// event reads an event of the schema, or of the type that it names when the
// schema is nil. It returns what is wrong with it, valid until the next call;
// a syntax error is the scanner's.
func (d *decoder) event(schema *kpi.Schema, e *kpi.Event) []kpi.Violation {
	d.bad = d.bad[:0]
	if kind := d.scan.Peek(); kind != kpi.JSONObject {
		d.scan.Skip()
		d.refuse("", "must be an object, not %v", kind)
		return d.bad
	}
	d.read()
	if d.scan.Err() != nil {
		return nil
	}
	if schema = d.schema(schema); schema == nil {
		return d.bad
	}
	d.checkFields(schema)
	*e = kpi.Event{Type: schema.Type}
	d.fill(schema, e)
	if len(d.bad) == 0 {
		d.bad = append(d.bad, kpi.Validate(e, d.now)...)
	}
	return d.bad
}

func (d *decoder) refuse(field, format string, args ...any) {
	d.refused(kpi.Invalid(field, format, args...))
}

func (d *decoder) refused(v kpi.Violation) {
	if len(d.bad) < maxBad {
		d.bad = append(d.bad, v)
	}
}

// read takes the members of an object into raw.
func (d *decoder) read() {
	d.raw.seen, d.raw.set, d.raw.unknown = 0, 0, ""
	d.scan.Open(kpi.JSONObject)
	for d.scan.More(kpi.JSONObject) {
		key := d.scan.Key()
		f := d.field(key)
		if f == nil {
			if d.raw.unknown == "" {
				d.raw.unknown = shown(key)
			}
			d.scan.Skip()
			continue
		}
		if d.raw.seen.Has(f.ID) {
			d.refuse(f.Name, "is given twice")
		}
		d.raw.seen = d.raw.seen.With(f.ID)
		d.value(f)
	}
}

// shown is a name that is no field's, as it may stand in an answer.
func shown(name []byte) string {
	if s := string(name); len(s) <= 64 && kpi.CheckID("", s) == nil {
		return s
	}
	return kpi.Quote(string(name))
}

func (d *decoder) field(name []byte) *kpi.Field {
	for i := range d.fields {
		if d.fields[i].Name == string(name) {
			return &d.fields[i]
		}
	}
	return nil
}

// value reads the value of a field; null is as good as absent.
func (d *decoder) value(f *kpi.Field) {
	kind := d.scan.Peek()
	switch {
	case kind == kpi.JSONNull:
		d.scan.Skip()
		return
	case !fits(f.Kind, kind):
		d.scan.Skip()
		d.refuse(f.Name, "must be %s, not %v", wanted(f.Kind), kind)
		return
	}
	d.raw.set = d.raw.set.With(f.ID)
	switch {
	case f.Kind == kpi.UsageField:
		if bad := kpi.ReadUsage(&d.scan, &d.raw.usage); bad != nil {
			d.refused(*bad)
		}
	case f.Kind == kpi.BoolField:
		d.raw.success = d.scan.Bool()
	case f.Kind == kpi.TimestampField:
		d.timestamp(f, kind)
	case kind == kpi.JSONNumber:
		d.raw.number[f.ID] = d.scan.Float()
	case f.ID == kpi.FieldEventID:
		d.raw.text[f.ID] = string(d.scan.Text())
	default:
		d.raw.text[f.ID] = d.intern(d.scan.Text())
	}
}

// fits reports whether a field of a kind may be written as a value of a kind.
func fits(f kpi.FieldKind, v kpi.JSONKind) bool {
	switch f {
	case kpi.LabelField, kpi.TextField:
		return v == kpi.JSONString
	case kpi.SecondsField, kpi.CentsField, kpi.StatusCodeField:
		return v == kpi.JSONNumber
	case kpi.TimestampField:
		return v == kpi.JSONString || v == kpi.JSONNumber
	case kpi.BoolField:
		return v == kpi.JSONBool
	case kpi.UsageField:
		return v == kpi.JSONObject
	default:
		return false
	}
}

func wanted(f kpi.FieldKind) string {
	switch f {
	case kpi.SecondsField:
		return "a number of seconds"
	case kpi.CentsField:
		return "a number of US cents"
	case kpi.StatusCodeField:
		return "a whole number from 100 to 599"
	case kpi.TimestampField:
		return "RFC 3339 text or a number of seconds or milliseconds since 1970"
	case kpi.BoolField:
		return "true or false"
	case kpi.UsageField:
		return "an object"
	default:
		return "a string"
	}
}

func (d *decoder) intern(b []byte) string {
	if s, ok := d.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(s) > kpi.MaxLabelBytes {
		return s
	}
	if len(d.names) == maxNames {
		clear(d.names)
	}
	d.names[s] = s
	return s
}

// millisecondsFrom is the least number that is read as milliseconds: the year
// 1973 in milliseconds, the year 5138 in seconds.
const millisecondsFrom = 1e11

func (d *decoder) timestamp(f *kpi.Field, kind kpi.JSONKind) {
	if kind == kpi.JSONNumber {
		n := d.scan.Float()
		if n >= millisecondsFrom {
			n /= 1000
		}
		if !(n >= 0 && n < millisecondsFrom) {
			d.refuse(f.Name, "must be %s", wanted(f.Kind))
			return
		}
		d.raw.time = time.UnixMicro(int64(math.Round(n * 1e6))).UTC()
		return
	}
	var t time.Time
	if err := t.UnmarshalText(d.scan.Text()); err != nil || t.Year() < 1970 {
		d.refuse(f.Name, "must be %s", wanted(f.Kind))
		return
	}
	d.raw.time = t.UTC()
}

// schema settles the type of the event: the endpoint's, or the one it names.
func (d *decoder) schema(endpoint *kpi.Schema) *kpi.Schema {
	field := kpi.FieldType.String()
	if !d.raw.set.Has(kpi.FieldType) {
		if endpoint == nil && len(d.bad) == 0 {
			d.refuse(field, "is missing: each event of a batch names its own, one of %s", kpi.TypeNames())
		}
		return endpoint
	}
	name := d.raw.text[kpi.FieldType]
	switch schema, ok := kpi.SchemaNamed(name); {
	case !ok:
		d.refuse(field, "must be one of %s, not %s", kpi.TypeNames(), kpi.Quote(name))
	case endpoint != nil && schema.Type != endpoint.Type:
		d.refuse(field, "must be %s at this endpoint, not %s", endpoint.Name, schema.Name)
	default:
		return schema
	}
	return nil
}

// checkFields refuses what the schema does not have and asks for what it needs.
func (d *decoder) checkFields(s *kpi.Schema) {
	r := &d.raw
	if r.unknown != "" {
		d.refuse(r.unknown, "is not a field of %s events%s", s.Name, suggestion(r.unknown, s.Allowed))
	}
	if r.seen&^s.Allowed == 0 && s.Needed&^r.set == 0 && (s.AnyOf == 0 || s.AnyOf&r.set != 0) {
		return
	}
	for i := range d.fields {
		f := &d.fields[i]
		switch {
		case r.set.Has(f.ID) && !s.Allowed.Has(f.ID):
			d.refuse(f.Name, "is not a field of %s events", s.Name)
		case s.Needed.Has(f.ID) && !r.set.Has(f.ID) && !d.told(f.Name):
			d.refuse(f.Name, "is missing: %s events need %s", s.Name, d.list(s.Needed, " and "))
		}
	}
	if s.AnyOf != 0 && s.AnyOf&r.set == 0 && len(d.bad) == 0 {
		d.refuse("", "needs %s", d.list(s.AnyOf, " or "))
	}
}

// told reports whether something is known to be wrong with a field.
func (d *decoder) told(field string) bool {
	return slices.ContainsFunc(d.bad, func(v kpi.Violation) bool { return v.Field == field })
}

// list names fields for a sentence: "a, b and c".
func (d *decoder) list(set kpi.FieldSet, last string) string {
	var names []string
	for i := range d.fields {
		if set.Has(d.fields[i].ID) {
			names = append(names, d.fields[i].Name)
		}
	}
	n := len(names) - 1
	if n == 0 {
		return names[0]
	}
	return strings.Join(names[:n], ", ") + last + names[n]
}

// fill makes the event of what was read.
func (d *decoder) fill(s *kpi.Schema, e *kpi.Event) {
	r := &d.raw
	d.checkTexts(s)
	e.Failed = d.outcome(s)
	for i, dim := range s.Dims {
		if dim.Field == kpi.FieldStatusCode {
			e.Dims[i] = d.statusCode()
		} else if r.set.Has(dim.Field) {
			e.Dims[i] = r.text[dim.Field]
		}
	}
	if r.set.Has(kpi.FieldEventID) {
		e.ID = r.text[kpi.FieldEventID]
	}
	if r.set.Has(kpi.FieldTimestamp) {
		e.Time = r.time
	}
	e.Duration, e.HasDuration = d.seconds(kpi.FieldDurationSeconds)
	if s.Type == kpi.TypeQueueWait {
		e.Duration, e.HasDuration = d.seconds(kpi.FieldWaitSeconds)
		e.Oldest, e.HasOldest = d.seconds(kpi.FieldOldestWaitingSeconds)
	}
	d.cost(e)
}

// checkTexts refuses labels and ids that are there and empty: leaving them
// out says so better.
func (d *decoder) checkTexts(s *kpi.Schema) {
	for i := range d.fields {
		f := &d.fields[i]
		if !d.raw.set.Has(f.ID) || !s.Allowed.Has(f.ID) || (f.Kind != kpi.LabelField && f.ID != kpi.FieldEventID) {
			continue
		}
		if d.raw.text[f.ID] == "" {
			d.refuse(f.Name, "must have 1 to %d bytes, not 0", kpi.MaxLabelBytes)
		}
	}
}

func (d *decoder) seconds(f kpi.FieldID) (time.Duration, bool) {
	if !d.raw.set.Has(f) {
		return 0, false
	}
	duration, bad := kpi.Seconds(f.String(), d.raw.number[f])
	if bad != nil {
		d.refused(*bad)
	}
	return duration, true
}

func (d *decoder) statusCode() string {
	if !d.raw.set.Has(kpi.FieldStatusCode) {
		return ""
	}
	code := d.raw.number[kpi.FieldStatusCode]
	if code < 100 || code > 599 || code != math.Trunc(code) {
		d.refuse(kpi.FieldStatusCode.String(), "must be %s, not %v", wanted(kpi.StatusCodeField), code)
		return ""
	}
	var digits [3]byte
	return d.intern(strconv.AppendInt(digits[:0], int64(code), 10))
}

func (d *decoder) cost(e *kpi.Event) {
	if d.raw.set.Has(kpi.FieldUsage) {
		u := d.raw.usage
		e.Usage = &u
	}
	if !d.raw.set.Has(kpi.FieldCostCents) {
		return
	}
	cost, bad := kpi.StatedCost(d.raw.number[kpi.FieldCostCents])
	if bad != nil {
		d.refused(*bad)
	}
	e.Basis, e.Cost = kpi.CostStated, cost
}

// syntax is what is wrong with a text, in a sentence about it.
func syntax(err error) string { return fmt.Sprintf("is not valid JSON: %v", err) }
