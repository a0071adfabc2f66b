package gateway

import (
	"encoding/json"
	"strings"
	"testing"
)

var texts = []struct {
	text  string
	want  map[string]string
	items int
}{
	{
		`{"id":"x","model":"gpt-4o","usage":{"prompt_tokens":3,"details":{"a":[1,2,{"b":"}"}]}},"choices":[{"model":"no"}]}`,
		map[string]string{"model": `"gpt-4o"`, "usage": `{"prompt_tokens":3,"details":{"a":[1,2,{"b":"}"}]}}`},
		0,
	},
	{
		`{"type":"response.completed","response":{"model":"o1","usage":{"input_tokens":1},"error":null,"output":[{"usage":1}]},"usage":null}`,
		map[string]string{"response.model": `"o1"`, "response.usage": `{"input_tokens":1}`, "response.error": "null", "usage": "null"},
		0,
	},
	{
		"{ \"data\" : [ {\"b64_json\":\"aa\\\"bb\"} , {\"url\":\"x\"} ] , \"usage\" :\n {\"input_tokens\" : 5} }",
		map[string]string{"usage": `{"input_tokens" : 5}`},
		2,
	},
	{
		`{"error":{"message":"a \"quoted\" { brace","type":"invalid_request_error","code":null}}`,
		map[string]string{"error": `{"message":"a \"quoted\" { brace","type":"invalid_request_error","code":null}`},
		0,
	},
	{`[{"model":"no"}]`, map[string]string{}, 0},
	{`{"a":{"model":"no","response":{"model":"no"}},"model":"yes"}`, map[string]string{"model": `"yes"`}, 0},
	{`{"model":"yes","service_tier":"flex"}`, map[string]string{"model": `"yes"`, "service_tier": `"flex"`}, 0},
	{`nonsense "model": {`, map[string]string{}, 0},
	{``, map[string]string{}, 0},
}

func sieved(pieces ...string) *sieve {
	s := newSieve([]string{"model", "usage", "error", "service_tier"})
	for _, p := range pieces {
		s.feed([]byte(p))
	}
	return s
}

// named is a member by the name that texts gives it.
func (s *sieve) named(name string) []byte {
	if nested, ok := strings.CutPrefix(name, "response."); ok {
		return s.get(nested, true)
	}
	return s.own(name)
}

// TestSieveFindsMembers, and the same wherever the text is cut.
func TestSieveFindsMembers(t *testing.T) {
	t.Parallel()
	for _, c := range texts {
		for cut := range len(c.text) + 1 {
			s := sieved(c.text[:cut], c.text[cut:])
			if len(s.found) != len(c.want) || s.items != c.items {
				t.Fatalf("%s cut at %d: found %v, %d items", c.text, cut, s.found, s.items)
			}
			for name, want := range c.want {
				if got := strings.TrimSpace(string(s.named(name))); got != want {
					t.Fatalf("%s cut at %d: %s is %s, want %s", c.text, cut, name, got, want)
				}
			}
		}
	}
}

// TestSieveIsBounded: a value that is too large is left out, and what comes
// after it is found.
func TestSieveIsBounded(t *testing.T) {
	t.Parallel()
	s := sieved(`{"usage":{"x":"`+strings.Repeat("a", 2*mostKept)+`"},"model":"m"}`, strings.Repeat("[", 1<<20))
	if s.own("usage") != nil || string(s.own("model")) != `"m"` || cap(s.kept) > 2*mostKept {
		t.Errorf("found %d bytes and %s", len(s.own("usage")), s.own("model"))
	}
}

// FuzzSieve holds it against encoding/json.
func FuzzSieve(f *testing.F) {
	for _, c := range texts {
		f.Add(c.text, 3)
	}
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = max(0, min(cut, len(text)))
		s := sieved(text[:cut], text[cut:])
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &want) != nil || strings.Contains(text, `\`) {
			return // it must not panic; escaped keys are not told apart
		}
		for _, name := range []string{"model", "usage"} {
			if strings.Count(text, `"`+name+`"`) != 1 || len(want[name]) >= mostKept {
				continue
			}
			if got := strings.TrimSpace(string(s.own(name))); got != strings.TrimSpace(string(want[name])) {
				t.Errorf("%q: %s is %q, want %q", text, name, got, want[name])
			}
		}
	})
}
