package trace

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// call is one OpenAI call of a trace.
type call struct {
	model                 string
	failed                bool
	duration              time.Duration
	input, output, cached int64 // tokens
}

// modelledDuration stands in for a duration that a trace does not have. Whole
// milliseconds, so that anyone can recount every bucket.
func modelledDuration(input, output int64) time.Duration {
	return time.Duration(400+20*output+input/20) * time.Millisecond
}

// wireCall is a call as /api/metrics/batch takes it.
type wireCall struct {
	Type            string      `json:"type"`
	ID              string      `json:"id"`
	Timestamp       string      `json:"timestamp"`
	Model           string      `json:"model"`
	Operation       string      `json:"operation"`
	Status          string      `json:"status,omitempty"`
	DurationSeconds json.Number `json:"durationSeconds"`
	Usage           *wireUsage  `json:"usage,omitempty"`
}

// wireUsage has the names of OpenAI's own usage object of a chat completion.
type wireUsage struct {
	PromptTokens     int64        `json:"prompt_tokens"`
	CompletionTokens int64        `json:"completion_tokens"`
	Details          *wireDetails `json:"prompt_tokens_details,omitempty"`
}

type wireDetails struct {
	CachedTokens int64 `json:"cached_tokens"`
}

func (c *call) appendJSON(dst []byte, id string, at time.Time) ([]byte, error) {
	w := wireCall{
		Type: "openai", ID: id, Timestamp: stamp(at), Model: c.model, Operation: "chat",
		DurationSeconds: json.Number(seconds(c.duration)),
	}
	if c.failed {
		w.Status = "error"
	} else {
		w.Usage = &wireUsage{PromptTokens: c.input, CompletionTokens: c.output}
		if c.cached > 0 {
			w.Usage.Details = &wireDetails{CachedTokens: c.cached}
		}
	}
	body, err := json.Marshal(&w)
	return append(dst, body...), err
}

// stamp writes a time to the millisecond, rounded down so that it is never in
// the future.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// seconds writes a duration that is not negative exactly, without an exponent.
func seconds(d time.Duration) string {
	s := strconv.FormatInt(int64(d/time.Second), 10)
	rest := d % time.Second
	if rest == 0 {
		return s
	}
	fraction := strconv.FormatInt(int64(time.Second+rest), 10)[1:] // nine digits
	return s + "." + strings.TrimRight(fraction, "0")
}
