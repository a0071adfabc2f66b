package gateway

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestAskForUsage: a stream is made to tell its usage, whatever it says of its
// options; nothing else of the body changes.
func TestAskForUsage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"none":           {`{"model":"m","stream":true}`, `{"stream_options":{"include_usage":true},"model":"m","stream":true}`},
		"spaces":         {"\n { \"stream\" : true }", "\n {\"stream_options\":{\"include_usage\":true}, \"stream\" : true }"},
		"others":         {`{"stream":true,"stream_options":{"include_obfuscation":false},"n":1}`, `{"stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true},"n":1}`},
		"refused":        {`{"stream_options":{"include_usage":false},"stream":true}`, `{"stream_options":{"include_usage":true},"stream":true}`},
		"null":           {`{"stream":true,"stream_options":null}`, `{"stream":true,"stream_options":{"include_usage":true}}`},
		"asked for":      {`{"stream":true,"stream_options":{"include_usage":true}}`, ""},
		"no stream":      {`{"model":"m"}`, ""},
		"stream: false":  {`{"stream":false}`, ""},
		"twice":          {`{"stream":true,"stream_options":{},"stream_options":{}}`, ""},
		"in a message":   {`{"messages":[{"stream":true}]}`, ""},
		"no object":      {`[{"stream":true}]`, ""},
		"no JSON":        {`{"stream":true`, ""},
		"odd options":    {`{"stream":true,"stream_options":[1]}`, ""},
		"nothing at all": {``, ""},
	} {
		got, changed := askForUsage([]byte(c.body))
		if want := orElse(c.want, c.body); string(got) != want || changed != (c.want != "") {
			t.Errorf("%s: %s (%v), want %s", name, got, changed, want)
		}
	}
}

// FuzzAskForUsage: what was JSON stays JSON and says the same beside its options.
func FuzzAskForUsage(f *testing.F) {
	f.Add([]byte(`{"stream":true,"stream_options":{"x":1},"a":[{"b":"c"}]}`))
	f.Add([]byte("{\"stream\":true,\"\u0061\":1e5}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, changed := askForUsage(body)
		if !changed {
			if !bytes.Equal(got, body) {
				t.Errorf("%q became %q", body, got)
			}
			return
		}
		var before, after map[string]json.RawMessage
		if json.Unmarshal(body, &before) != nil {
			return // what is behind the object is the upstream's to refuse
		}
		if err := json.Unmarshal(got, &after); err != nil {
			t.Fatalf("%q became %q: %v", body, got, err)
		}
		if !strings.Contains(string(after["stream_options"]), `"include_usage":true`) {
			t.Errorf("%q asks for nothing", got)
		}
		delete(before, "stream_options")
		delete(after, "stream_options")
		if len(before) != len(after) {
			t.Errorf("%q became %q", body, got)
		}
	})
}

const usageEvent = `data: {"id":"x","choices":[],"usage":{"prompt_tokens":5}}`

// TestStripper: the event that only tells the usage is gone, and nothing else,
// wherever the stream is cut and whatever ends its lines.
func TestStripper(t *testing.T) {
	t.Parallel()
	long := "data: " + strings.Repeat("x", 2*mostHeldEvent)
	for _, end := range []string{"\n", "\r\n", "\r"} {
		before := "data: {\"choices\":[{}],\"usage\":null}\n\n: note\n\n" + "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n" + long + "\n\n"
		after := "data: [DONE]\n\ndata: unfinished"
		stream := strings.ReplaceAll(before+usageEvent+"\n\n"+after, "\n", end)
		want := strings.ReplaceAll(before+after, "\n", end)
		for cut := 0; cut <= len(stream); cut += 1 + cut/300 {
			s := &stripper{}
			out := s.feed(nil, []byte(stream[:cut]))
			out = s.feed(out, []byte(stream[cut:]))
			if out = append(out, s.rest()...); string(out) != want {
				t.Fatalf("line end %q, cut at %d: %d bytes, want %d\n…%q", end, cut, len(out), len(want), out[max(0, len(out)-120):])
			}
		}
	}
}

// FuzzStripper: cut anywhere it gives the same, and it takes out nothing that is
// no event of its kind.
func FuzzStripper(f *testing.F) {
	f.Add([]byte("data: a\n\n"+usageEvent+"\r\n\r\nb"), uint16(12))
	f.Add([]byte(usageEvent+"\r\rx\n\n"), uint16(60))
	f.Fuzz(func(t *testing.T, stream []byte, at uint16) {
		whole, cut := &stripper{}, &stripper{}
		want := whole.feed(nil, stream)
		want = append(want, whole.rest()...)
		i := min(int(at), len(stream))
		got := cut.feed(nil, stream[:i])
		got = cut.feed(got, stream[i:])
		if got = append(got, cut.rest()...); !bytes.Equal(got, want) {
			t.Errorf("%q cut at %d gives %q, whole %q", stream, i, got, want)
		}
		if !bytes.Contains(stream, []byte("data:")) && !bytes.Equal(want, stream) {
			t.Errorf("%q became %q", stream, want)
		}
	})
}
