package testkit

import (
	"encoding/json"
	"strings"
)

// bytesPerToken and tokensPerPicture are the fake's rules of counting.
const (
	bytesPerToken    = 4
	tokensPerPicture = 85
)

// textTokens is how many tokens a text of so many bytes is.
func textTokens(bytes int) int { return (bytes + bytesPerToken - 1) / bytesPerToken }

// counted is what a prompt holds.
type counted struct{ bytes, pictures, tokens int }

func (n counted) total() int { return n.text() + n.pictures*tokensPerPicture }
func (n counted) text() int  { return textTokens(n.bytes) + n.tokens }

// count walks a prompt: every string in it is text but for the names, numbers
// are tokens by themselves.
func count(raws ...json.RawMessage) counted {
	var n counted
	for _, raw := range raws {
		var v any
		if json.Unmarshal(raw, &v) == nil { // an absent one counts nothing
			n.walk(v)
		}
	}
	return n
}

func (n *counted) walk(v any) {
	switch v := v.(type) {
	case string:
		n.bytes += len(v)
	case float64:
		n.tokens++
	case []any:
		for _, one := range v {
			n.walk(one)
		}
	case map[string]any:
		for name, one := range v {
			n.member(name, one)
		}
	}
}

func (n *counted) member(name string, v any) {
	switch name {
	case "image_url", "input_audio", "file_data", "file":
		n.pictures++
	case "role", "type", "id", "call_id", "tool_call_id", "name", "status", "index", "detail":
	default:
		n.walk(v)
	}
}

// words are what the fake answers with: one token each, some of several bytes.
var words = strings.Split("The| answer| is| forty|-two|,| naïve| but| true|.| A| café| in| Zürich| serves| 寿司| at| noon| 🙂| \"daily\"| <b>&amp;</b>|\n", "|")

// pieces is the answer as tokens: so many as the prompt's size makes it, or as
// X-Fake says, at most limit (0: no limit). It reports whether the limit cut it.
func (c *fakeCall) pieces(prompt, limit int) ([]string, bool) {
	n := c.fault.number("tokens", 8+prompt%13)
	short := limit > 0 && limit < n
	if short {
		n = limit
	}
	list := make([]string, n)
	for i := range list {
		list[i] = words[(prompt+i)%len(words)]
	}
	return list, short
}

// tokenUsage is a call's usage with the parts that follow from rules: a
// thousand and twenty-four of a long prompt's tokens were cached, and models
// that reason do so for 64 tokens.
func (c *fakeCall) tokenUsage(model string, input, output int) Usage {
	cached := 0
	if input >= 1024 {
		cached = 1024
	}
	reasoning := 0
	if strings.HasPrefix(model, "o") || strings.HasPrefix(model, "gpt-5") {
		reasoning = 64
	}
	u := Usage{Input: input, Cached: c.fault.number("cached", cached), Reasoning: c.fault.number("reasoning", reasoning)}
	u.Output = output + u.Reasoning
	u.Total = u.Input + u.Output
	return u
}

// chatForm is the usage as chat completions have it.
func (u Usage) chatForm() object {
	return object{
		"prompt_tokens", u.Input, "completion_tokens", u.Output, "total_tokens", u.Total,
		"prompt_tokens_details",
		object{"cached_tokens", u.Cached, "audio_tokens", 0},
		"completion_tokens_details",
		object{"reasoning_tokens", u.Reasoning, "audio_tokens", 0, "accepted_prediction_tokens", 0, "rejected_prediction_tokens", 0},
	}
}

// responseForm is the usage as responses have it.
func (u Usage) responseForm() object {
	return object{
		"input_tokens", u.Input, "input_tokens_details",
		object{"cached_tokens", u.Cached},
		"output_tokens", u.Output, "output_tokens_details",
		object{"reasoning_tokens", u.Reasoning},
		"total_tokens", u.Total,
	}
}

// imageForm is the usage as gpt-image models have it.
func (u Usage) imageForm() object {
	return object{
		"input_tokens", u.Input, "input_tokens_details",
		object{"image_tokens", u.InputImage, "text_tokens", u.InputText},
		"output_tokens", u.Output, "output_tokens_details",
		object{"image_tokens", u.OutputImage, "text_tokens", u.OutputText},
		"total_tokens", u.Total,
	}
}

// audioForm is the usage as transcriptions have it.
func (u Usage) audioForm() object {
	if u.Seconds > 0 {
		return object{"type", "duration", "seconds", u.Seconds}
	}
	return object{
		"type", "tokens", "total_tokens", u.Total, "input_tokens", u.Input,
		"input_token_details",
		object{"text_tokens", u.InputText, "audio_tokens", u.InputAudio},
		"output_tokens", u.Output,
	}
}

// tell puts the usage at the end of an answer, unless X-Fake leaves it out.
func (c *fakeCall) tell(o object, u Usage, form object) object {
	if c.fault.has("no-usage") {
		return o
	}
	if !c.fault.has("invalid-json") || c.seen.Stream {
		c.seen.Usage = &u
	}
	return append(o, "usage", form)
}

// tooLong refuses prompts of more than 128,000 tokens.
func (c *fakeCall) tooLong(input int) bool {
	if input <= 128000 {
		return false
	}
	c.failed(problem{400, "invalid_request_error", "context_length_exceeded", "messages", "This model's maximum context length is 128000 tokens. However, your messages resulted in more tokens. Please reduce the length of the messages."})
	return true
}

// tier is the service tier that was used.
func (c *fakeCall) tier(asked string) string {
	if asked == "" || asked == "auto" {
		asked = "default"
	}
	c.seen.Tier = asked
	return asked
}
