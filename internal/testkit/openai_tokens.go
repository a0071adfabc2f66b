package testkit

import (
	"encoding/json"
	"strings"
)

// bytesPerToken and tokensPerPicture (and per sound) are the fake's rules of counting.
const (
	bytesPerToken    = 4
	tokensPerPicture = 85
)

// textTokens is how many tokens a text of so many bytes is.
func textTokens(bytes int) int { return (bytes + bytesPerToken - 1) / bytesPerToken }

// counted is what a prompt holds.
type counted struct{ bytes, pictures, sounds, tokens int }

func (n counted) total() int { return n.text() + (n.pictures+n.sounds)*tokensPerPicture }
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
	case "image_url", "file_data", "file":
		n.pictures++
	case "input_audio":
		n.sounds++
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
func (c *fakeCall) tokenUsage(model string, prompt counted, output int) Usage {
	input := prompt.total()
	cached := 0
	if input >= 1024 {
		cached = 1024
	}
	reasoning := 0
	if strings.HasPrefix(model, "o") || strings.HasPrefix(model, "gpt-5") {
		reasoning = 64
	}
	u := Usage{Input: input, Cached: c.fault.number("cached", cached), Reasoning: c.fault.number("reasoning", reasoning)}
	u.CacheWrite = c.fault.number("cache-write", 0)
	u.InputAudio = c.fault.number("audio-in", prompt.sounds*tokensPerPicture)
	u.OutputAudio = c.fault.number("audio-out", 0)
	u.Output = output + u.Reasoning + u.OutputAudio
	u.Total = u.Input + u.Output
	return u
}

// chatForm is the usage as chat completions have it.
func (u Usage) chatForm() object {
	in := u.cacheWrite(object{"cached_tokens", u.Cached, "audio_tokens", u.InputAudio})
	out := object{"reasoning_tokens", u.Reasoning, "audio_tokens", u.OutputAudio, "accepted_prediction_tokens", 0, "rejected_prediction_tokens", 0}
	o := object{"prompt_tokens", u.Input, "completion_tokens", u.Output, "total_tokens", u.Total}
	return append(o, "prompt_tokens_details", in, "completion_tokens_details", out)
}

// responseForm is the usage as responses have it.
func (u Usage) responseForm() object {
	in, out := u.cacheWrite(object{"cached_tokens", u.Cached}), object{"reasoning_tokens", u.Reasoning}
	o := object{"input_tokens", u.Input, "input_tokens_details", in}
	return append(o, "output_tokens", u.Output, "output_tokens_details", out, "total_tokens", u.Total)
}

// cacheWrite adds a detail that only some models tell.
func (u Usage) cacheWrite(o object) object {
	if u.CacheWrite == 0 {
		return o
	}
	return append(o, "cache_write_tokens", u.CacheWrite)
}

// imageForm is the usage as gpt-image models have it.
func (u Usage) imageForm() object {
	in, out := object{"image_tokens", u.InputImage, "text_tokens", u.InputText}, object{"image_tokens", u.OutputImage, "text_tokens", u.OutputText}
	o := object{"input_tokens", u.Input, "input_tokens_details", in}
	return append(o, "output_tokens", u.Output, "output_tokens_details", out, "total_tokens", u.Total)
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

// tier is the service tier that was used, which may be another than was asked for.
func (c *fakeCall) tier(asked string) string {
	if c.fault.has("tier") {
		asked = c.fault["tier"]
	}
	if asked == "" || asked == "auto" {
		asked = "default"
	}
	c.seen.Tier = asked
	return asked
}
