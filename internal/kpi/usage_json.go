package kpi

import "math"

// maxCount is the most of anything that one call can have consumed.
const maxCount = 1e12

// UsageMember is one member of a usage object that Luneo reads. The names are
// those of OpenAI's own usage objects (components CompletionUsage,
// ResponseUsage, ImagesUsage, TranscriptTextUsageTokens and
// TranscriptTextUsageDuration of its OpenAPI document 2.3.0) and, in
// camelCase, ours.
type UsageMember struct {
	Name string
	// Parts are the members of an object; nil when the member is a value.
	Parts []UsageMember

	// One of these says which value it is.
	count   func(*Usage) *int64
	seconds func(*Usage) *float64
	text    func(*Usage) *string
}

// JSONType is the member's type in a JSON Schema.
func (m *UsageMember) JSONType() string {
	switch {
	case m.count != nil:
		return "integer"
	case m.seconds != nil:
		return "number"
	case m.text != nil:
		return "string"
	default:
		return "object"
	}
}

// UsageMembers returns the table of the members that Luneo reads. Others are
// ignored, because OpenAI adds some.
func UsageMembers() []UsageMember { return usageMembers[:] }

func input(u *Usage) *int64           { return &u.Input }
func output(u *Usage) *int64          { return &u.Output }
func cachedInput(u *Usage) *int64     { return &u.CachedInput }
func cacheWriteInput(u *Usage) *int64 { return &u.CacheWriteInput }
func audioInput(u *Usage) *int64      { return &u.AudioInput }
func imageInput(u *Usage) *int64      { return &u.ImageInput }
func audioOutput(u *Usage) *int64     { return &u.AudioOutput }
func imageOutput(u *Usage) *int64     { return &u.ImageOutput }
func reasoning(u *Usage) *int64       { return &u.Reasoning }
func images(u *Usage) *int64          { return &u.Images }
func characters(u *Usage) *int64      { return &u.Characters }
func audioSeconds(u *Usage) *float64  { return &u.AudioSeconds }
func imageSize(u *Usage) *string      { return &u.ImageSize }
func imageQuality(u *Usage) *string   { return &u.ImageQuality }
func tier(u *Usage) *string           { return &u.Tier }

// The tables are read-only.
var (
	inputParts = [...]UsageMember{
		{Name: "cached_tokens", count: cachedInput},
		{Name: "cache_write_tokens", count: cacheWriteInput},
		{Name: "audio_tokens", count: audioInput},
		{Name: "image_tokens", count: imageInput},
	}
	outputParts = [...]UsageMember{
		{Name: "reasoning_tokens", count: reasoning},
		{Name: "audio_tokens", count: audioOutput},
		{Name: "image_tokens", count: imageOutput},
	}
	usageMembers = [...]UsageMember{
		{Name: "prompt_tokens", count: input},
		{Name: "completion_tokens", count: output},
		{Name: "prompt_tokens_details", Parts: inputParts[:]},
		{Name: "completion_tokens_details", Parts: outputParts[:]},

		{Name: "input_tokens", count: input},
		{Name: "output_tokens", count: output},
		{Name: "input_tokens_details", Parts: inputParts[:]},
		{Name: "output_tokens_details", Parts: outputParts[:]},
		{Name: "input_token_details", Parts: inputParts[:]},
		{Name: "output_token_details", Parts: outputParts[:]},

		{Name: "inputTokens", count: input},
		{Name: "outputTokens", count: output},
		{Name: "cachedInputTokens", count: cachedInput},
		{Name: "cacheWriteInputTokens", count: cacheWriteInput},
		{Name: "audioInputTokens", count: audioInput},
		{Name: "imageInputTokens", count: imageInput},
		{Name: "audioOutputTokens", count: audioOutput},
		{Name: "imageOutputTokens", count: imageOutput},
		{Name: "reasoningTokens", count: reasoning},

		{Name: "images", count: images},
		{Name: "size", text: imageSize},
		{Name: "quality", text: imageQuality},
		{Name: "characters", count: characters},
		{Name: "seconds", seconds: audioSeconds},
		{Name: "service_tier", text: tier},
		{Name: "serviceTier", text: tier},
	}
)

// ParseUsage reads a usage object as OpenAI answers it. Its errors are *Error.
func ParseUsage(b []byte) (Usage, error) {
	var (
		s Scanner
		u Usage
	)
	s.Reset(b)
	bad := ReadUsage(&s, &u)
	s.End()
	if err := s.Err(); err != nil {
		return Usage{}, Errorf(KindMalformed, "The usage is not valid JSON: %v", err)
	}
	if bad != nil {
		return Usage{}, &Error{Kind: KindInvalid, Message: "The usage can't be read", Violations: []Violation{*bad}}
	}
	return u, nil
}

// ReadUsage reads a usage object from a scanner, which it leaves behind the
// object, into u. The violation is the first; syntax errors are the scanner's.
func ReadUsage(s *Scanner, u *Usage) *Violation {
	*u = Usage{}
	r := usageReader{s: s, usage: u}
	if kind := s.Peek(); kind != JSONObject {
		s.Skip()
		r.refuse("usage", "must be an object, not %v", kind)
		return r.bad
	}
	r.object("usage", usageMembers[:])
	if r.bad == nil {
		r.checkParts()
	}
	return r.bad
}

type usageReader struct {
	s     *Scanner
	usage *Usage
	bad   *Violation
}

func (r *usageReader) refuse(field, format string, args ...any) {
	if r.bad == nil {
		v := Invalid(field, format, args...)
		r.bad = &v
	}
}

func (r *usageReader) object(path string, members []UsageMember) {
	r.s.Open(JSONObject)
	for r.s.More(JSONObject) {
		m := memberNamed(members, r.s.Key())
		if m == nil || r.s.Peek() == JSONNull {
			r.s.Skip()
			continue
		}
		r.member(path, m)
	}
}

func memberNamed(members []UsageMember, name []byte) *UsageMember {
	for i := range members {
		if members[i].Name == string(name) {
			return &members[i]
		}
	}
	return nil
}

func (r *usageReader) member(path string, m *UsageMember) {
	kind := r.s.Peek()
	switch {
	case m.Parts != nil && kind == JSONObject:
		r.object(path+"."+m.Name, m.Parts)
	case m.count != nil && kind == JSONNumber:
		r.count(path, m)
	case m.seconds != nil && kind == JSONNumber:
		r.seconds(path, m)
	case m.text != nil && kind == JSONString:
		r.text(path, m)
	default:
		r.s.Skip()
		r.refuse(path+"."+m.Name, "must be %s %s, not %v", article(m.JSONType()), m.JSONType(), kind)
	}
}

func article(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an"
	default:
		return "a"
	}
}

func (r *usageReader) count(path string, m *UsageMember) {
	f := r.s.Float()
	if f < 0 || f > maxCount || f != math.Trunc(f) {
		r.refuse(path+"."+m.Name, "must be a whole number from 0 to %s, not %s", number(maxCount), number(f))
		return
	}
	set(r, path, m.Name, m.count(r.usage), int64(f))
}

func (r *usageReader) seconds(path string, m *UsageMember) {
	f := r.s.Float()
	if _, bad := Seconds(path+"."+m.Name, f); bad != nil {
		r.refuse(bad.Field, "%s", bad.Detail)
		return
	}
	set(r, path, m.Name, m.seconds(r.usage), f)
}

func (r *usageReader) text(path string, m *UsageMember) {
	text := string(r.s.Text())
	if problem := labelProblem(text); problem != "" {
		r.refuse(path+"."+m.Name, "%s", problem)
		return
	}
	set(r, path, m.Name, m.text(r.usage), text)
}

// set stores a value that may stand under several names. 0 says nothing.
func set[T comparable](r *usageReader, path, name string, to *T, value T) {
	var zero T
	switch {
	case value == zero:
	case *to != zero && *to != value:
		r.refuse(path+"."+name, "is %v where the same was said to be %v: state it once", value, *to)
	default:
		*to = value
	}
}

// checkParts refuses parts that exceed their total, which no price fits.
func (r *usageReader) checkParts() {
	u := r.usage
	for _, p := range [...]struct {
		part  int64
		what  string
		total int64
		of    string
	}{
		{u.CachedInput, "cached", u.Input, "input"},
		{u.CacheWriteInput, "cache write", u.Input, "input"},
		{u.AudioInput, "audio input", u.Input, "input"},
		{u.ImageInput, "image input", u.Input, "input"},
		{u.AudioOutput, "audio output", u.Output, "output"},
		{u.ImageOutput, "image output", u.Output, "output"},
		{u.Reasoning, "reasoning", u.Output, "output"},
	} {
		if p.part > p.total {
			r.refuse("usage", "has %d %s tokens, more than its %d %s tokens, which they are part of", p.part, p.what, p.total, p.of)
		}
	}
}
