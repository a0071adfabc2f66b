package testkit

import (
	"bytes"
	"net/http"
	"strings"
)

// talk is a chat or legacy completion as it will be answered.
type talk struct {
	ask
	id     string
	tool   string // the function to be called
	pieces []string
	reason string
	usage  Usage
}

func (c *fakeCall) talk(prefix string) (talk, bool) {
	t := talk{id: c.id(prefix), reason: "stop"}
	if !c.asked(&t.ask) {
		return t, false
	}
	prompt := count(t.Messages, t.Prompt)
	input := prompt.total()
	if input == 0 {
		c.failed(problem{400, "invalid_request_error", "", "messages", "Missing required parameter: 'messages'."})
		return t, false
	}
	if c.tooLong(input) {
		return t, false
	}
	t.N = max(1, t.N)
	t.pieces, t.reason = c.talkPieces(t, input)
	if t.tool = t.calls(); t.tool != "" {
		t.pieces, t.reason = []string{`{"`, `city`, `":"`, `Paris`, `"}`}, "tool_calls"
	}
	t.usage = c.tokenUsage(t.Model, prompt, len(t.pieces)*t.N)
	return t, true
}

func (c *fakeCall) talkPieces(t talk, input int) ([]string, string) {
	pieces, short := c.pieces(input, max(t.MaxTokens, t.MaxCompletion))
	if short {
		return pieces, "length"
	}
	return pieces, "stop"
}

// calls is the function that is called: the first of the tools, until there is
// an answer from one.
func (t talk) calls() string {
	if len(t.Tools) == 0 || string(t.ToolChoice) == `"none"` || bytes.Contains(t.Messages, []byte(`"tool_call_id"`)) {
		return ""
	}
	return t.Tools[0].Function.Name
}

func (t talk) toolCall(arguments string) object {
	return object{"id", "call_" + t.id, "type", "function", "function", object{"name", t.tool, "arguments", arguments}}
}

func (c *fakeCall) chat() {
	t, ok := c.talk("chatcmpl-")
	if !ok {
		return
	}
	tier := c.tier(t.ServiceTier)
	if t.Stream {
		c.chatStream(t, tier)
		return
	}
	var choices []any
	for i := range t.N {
		message := object{"role", "assistant", "content", strings.Join(t.pieces, ""), "refusal", nil, "annotations", []any{}}
		if t.tool != "" {
			message = object{"role", "assistant", "content", nil, "tool_calls", []any{t.toolCall(strings.Join(t.pieces, ""))}, "refusal", nil}
		}
		choices = append(choices, object{"index", i, "message", message, "logprobs", nil, "finish_reason", t.reason})
	}
	o := object{"id", t.id, "object", "chat.completion", "created", c.created(), "model", c.seen.Answered, "choices", choices}
	o = c.tell(o, t.usage, t.usage.chatForm())
	c.json(http.StatusOK, append(o, "service_tier", tier, "system_fingerprint", "fp_luneotest"))
}

// chatStream sends one token a chunk, the choices in turn.
func (c *fakeCall) chatStream(t talk, tier string) {
	e := c.stream()
	chunk := func(choices []any, usage any) object {
		o := object{"id", t.id, "object", "chat.completion.chunk", "created", c.created(), "model", c.seen.Answered, "service_tier", tier, "system_fingerprint", "fp_luneotest", "choices", choices}
		if t.StreamOptions.IncludeUsage {
			o = append(o, "usage", usage)
		}
		return append(o, "obfuscation", "abcdefghijk"[:1+e.n%10])
	}
	say := func(i int, delta object, reason any) bool {
		return e.send("", chunk([]any{object{"index", i, "delta", delta, "logprobs", nil, "finish_reason", reason}}, nil))
	}
	if c.azure != "" { // before all else, with no choice
		filter := object{"prompt_index", 0, "content_filter_results", object{"hate", object{"filtered", false, "severity", "safe"}}}
		e.send("", object{"choices", []any{}, "created", 0, "id", "", "model", "", "object", "", "prompt_filter_results", []any{filter}})
	}
	for i := range t.N {
		first := object{"role", "assistant", "content", "", "refusal", nil}
		if t.tool != "" {
			call := append(object{"index", 0}, t.toolCall("")...)
			first = object{"role", "assistant", "content", nil, "tool_calls", []any{call}, "refusal", nil}
		}
		say(i, first, nil)
	}
	for _, piece := range t.pieces {
		for i := range t.N {
			say(i, t.delta(piece), nil)
		}
	}
	for i := range t.N {
		say(i, object{}, t.reason)
	}
	if t.StreamOptions.IncludeUsage && !c.fault.has("no-usage") && e.send("", chunk([]any{}, t.usage.chatForm())) && !e.spoiled {
		c.seen.Usage = &t.usage
	}
	e.done()
}

func (t talk) delta(piece string) object {
	if t.tool == "" {
		return object{"content", piece}
	}
	return object{"tool_calls", []any{object{"index", 0, "function", object{"arguments", piece}}}}
}

// completions is the endpoint before chat.
func (c *fakeCall) completions() {
	t, ok := c.talk("cmpl-")
	if !ok {
		return
	}
	choice := func(i int, text string, reason any) object {
		return object{"text", text, "index", i, "logprobs", nil, "finish_reason", reason}
	}
	whole := func(choices []any) object {
		return object{"id", t.id, "object", "text_completion", "created", c.created(), "model", c.seen.Answered, "choices", choices}
	}
	if t.Stream {
		c.completionStream(t, whole, choice)
		return
	}
	var choices []any
	for i := range t.N {
		choices = append(choices, choice(i, strings.Join(t.pieces, ""), t.reason))
	}
	c.json(http.StatusOK, c.tell(whole(choices), t.usage, t.usage.chatForm()))
}

func (c *fakeCall) completionStream(t talk, whole func([]any) object, choice func(int, string, any) object) {
	e := c.stream()
	for at, piece := range t.pieces {
		for i := range t.N {
			var reason any
			if at == len(t.pieces)-1 {
				reason = t.reason
			}
			e.send("", whole([]any{choice(i, piece, reason)}))
		}
	}
	if t.StreamOptions.IncludeUsage && !c.fault.has("no-usage") && e.send("", append(whole([]any{}), "usage", t.usage.chatForm())) && !e.spoiled {
		c.seen.Usage = &t.usage
	}
	e.done()
}
