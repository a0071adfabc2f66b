package testkit

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// spoken is a response as it will be.
type spoken struct {
	ask
	id, item string
	tool     string
	pieces   []string
	status   string // completed, incomplete, failed
	tier     string
	usage    Usage
}

func (c *fakeCall) responses() {
	s := spoken{id: c.id("resp_"), item: c.id("msg_"), status: "completed"}
	if !c.asked(&s.ask) {
		return
	}
	prompt := count(s.Input, s.Instructions)
	input := prompt.total()
	if c.tooLong(input) {
		return
	}
	s.tier = c.tier(s.ServiceTier)
	var short bool
	s.pieces, short = c.pieces(input, s.MaxOutput)
	if short {
		s.status = "incomplete"
	}
	if end, ok := c.fault["end"]; ok {
		s.status = end
	}
	if len(s.Tools) > 0 && s.Tools[0].Type == "function" && string(s.ToolChoice) != `"none"` && !bytes.Contains(s.Input, []byte("function_call_output")) {
		s.tool, s.item, s.pieces = s.Tools[0].Name, c.id("fc_"), []string{`{"`, `city`, `":"`, `Paris`, `"}`}
	}
	s.usage = c.tokenUsage(s.Model, prompt, len(s.pieces))
	if s.status == "failed" {
		c.seen.ErrorType, c.seen.ErrorCode = "server_error", s.failure()
	}
	if s.Stream {
		c.responseStream(s)
		return
	}
	o := c.tell(c.response(s, s.status, []any{s.output(strings.Join(s.pieces, ""), s.status)}), s.usage, s.usage.responseForm())
	c.f.store.put("responses", storedObject{id: s.id, made: o, usage: c.seen.Usage, told: true})
	c.json(http.StatusOK, o)
}

func (s spoken) failure() string { return "server_error" }

// response is the response in a state, without its usage.
func (c *fakeCall) response(s spoken, status string, output []any) object {
	var failure, incomplete any
	switch status {
	case "failed":
		failure = object{"code", s.failure(), "message", "An error occurred while processing your request."}
	case "incomplete":
		incomplete = object{"reason", "max_output_tokens"}
	}
	if output == nil {
		output = []any{}
	}
	return object{
		"id", s.id, "object", "response", "created_at", c.created(), "status", status, "background", false,
		"error", failure, "incomplete_details", incomplete, "instructions", nil, "max_output_tokens", nil,
		"model", c.seen.Answered, "output", output, "parallel_tool_calls", true, "previous_response_id", nil,
		"reasoning",
		object{"effort", nil, "summary", nil},
		"service_tier", s.tier, "store", true, "temperature", 1.0,
		"text",
		object{"format", object{"type", "text"}},
		"tool_choice", "auto", "tools",
		[]any{},
		"top_p", 1.0,
		"truncation", "disabled", "user", nil, "metadata",
		object{},
	}
}

func (s spoken) output(text, status string) object {
	if s.tool != "" {
		return object{"type", "function_call", "id", s.item, "call_id", "call_" + s.item, "name", s.tool, "arguments", text, "status", status}
	}
	var content []any
	if status != "in_progress" {
		content = []any{s.part(text)}
	} else {
		content = []any{}
	}
	return object{"id", s.item, "type", "message", "status", status, "content", content, "role", "assistant"}
}

func (s spoken) part(text string) object {
	return object{"type", "output_text", "annotations", []any{}, "logprobs", []any{}, "text", text}
}

// responseStream sends the typed events. There is no [DONE].
func (c *fakeCall) responseStream(s spoken) {
	e := c.stream()
	send := func(kind string, members ...any) bool {
		return e.send(kind, append(object{"type", kind, "sequence_number", e.n}, members...))
	}
	began := append(c.response(s, "in_progress", nil), "usage", nil)
	send("response.created", "response", began)
	send("response.in_progress", "response", began)
	send("response.output_item.added", "output_index", 0, "item", s.output("", "in_progress"))
	s.say(send)
	whole := s.output(strings.Join(s.pieces, ""), s.status)
	send("response.output_item.done", "output_index", 0, "item", whole)
	last := c.response(s, s.status, []any{whole})
	if !c.fault.has("no-usage") {
		last = append(last, "usage", s.usage.responseForm())
	}
	if send("response."+s.status, "response", last) && !c.fault.has("no-usage") && !e.spoiled {
		c.seen.Usage = &s.usage
	}
	c.f.store.put("responses", storedObject{id: s.id, made: last, usage: c.seen.Usage, told: true})
}

func (s spoken) say(send func(string, ...any) bool) {
	where := []any{"item_id", s.item, "output_index", 0}
	text := strings.Join(s.pieces, "")
	if s.tool != "" {
		for _, piece := range s.pieces {
			send("response.function_call_arguments.delta", append(where[:len(where):len(where)], "delta", piece)...)
		}
		send("response.function_call_arguments.done", append(where[:len(where):len(where)], "arguments", text, "name", s.tool)...)
		return
	}
	where = append(where, "content_index", 0)
	send("response.content_part.added", append(where[:len(where):len(where)], "part", s.part(""))...)
	for _, piece := range s.pieces {
		send("response.output_text.delta", append(where[:len(where):len(where)], "delta", piece, "logprobs", []any{})...)
	}
	send("response.output_text.done", append(where[:len(where):len(where)], "text", text, "logprobs", []any{})...)
	send("response.content_part.done", append(where[:len(where):len(where)], "part", s.part(text))...)
}

// responseThing answers what has an id: input_tokens counts, and what was
// answered before is given again. That is no new use: the log says Repeated.
func (c *fakeCall) responseThing() {
	if c.r.Method == http.MethodPost && c.path == "responses/input_tokens" {
		var a ask
		if json.Unmarshal(c.body, &a) == nil {
			c.json(http.StatusOK, object{"object", "response.input_tokens", "input_tokens", count(a.Input, a.Instructions).total()})
			return
		}
	}
	c.stored()
}
