package workload

import (
	"encoding/json"
	"strconv"
	"time"
)

// Event is one event of the platform.
type Event struct {
	At time.Time
	// Body is one element of a batch: a JSON object with id and timestamp.
	Body []byte
}

// wire has the fields of every type of event; empty ones are left out.
type wire struct {
	Type      string `json:"type"`
	ID        string `json:"id"`
	Timestamp string `json:"timestamp"`

	ErrorType     string      `json:"errorType,omitempty"`
	FailureReason string      `json:"failureReason,omitempty"`
	Duration      json.Number `json:"durationSeconds,omitempty"`

	Model     string      `json:"model,omitempty"`
	Operation string      `json:"operation,omitempty"`
	Usage     *usage      `json:"usage,omitempty"`
	CostCents json.Number `json:"costCents,omitempty"`

	RenderType     string `json:"renderType,omitempty"`
	Quality        string `json:"quality,omitempty"`
	ConversionType string `json:"conversionType,omitempty"`
	ShopDomain     string `json:"shopDomain,omitempty"`

	QueueName string      `json:"queueName,omitempty"`
	Wait      json.Number `json:"waitSeconds,omitempty"`
	Oldest    json.Number `json:"oldestWaitingSeconds,omitempty"`

	Method     string `json:"method,omitempty"`
	Route      string `json:"route,omitempty"`
	StatusCode int    `json:"statusCode,omitempty"`
}

// usage has the names of OpenAI's own usage object.
type usage struct {
	Prompt     int64    `json:"prompt_tokens"`
	Completion int64    `json:"completion_tokens,omitempty"`
	Details    *details `json:"prompt_tokens_details,omitempty"`
}

type details struct {
	Cached int64 `json:"cached_tokens"`
}

// number writes a duration in seconds, to the millisecond.
func number(d time.Duration) json.Number {
	return json.Number(strconv.FormatFloat(d.Seconds(), 'f', 3, 64))
}
