package workload

import (
	"net/http"
	"strconv"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
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

	ErrorType     string   `json:"errorType,omitempty"`
	FailureReason string   `json:"failureReason,omitempty"`
	Duration      *seconds `json:"durationSeconds,omitempty"`

	Model     string `json:"model,omitempty"`
	Operation string `json:"operation,omitempty"`
	Usage     *usage `json:"usage,omitempty"`
	CostCents int64  `json:"costCents,omitempty"`

	RenderType     string `json:"renderType,omitempty"`
	Quality        string `json:"quality,omitempty"`
	ConversionType string `json:"conversionType,omitempty"`
	ShopDomain     string `json:"shopDomain,omitempty"`

	QueueName string   `json:"queueName,omitempty"`
	Wait      *seconds `json:"waitSeconds,omitempty"`
	Oldest    *seconds `json:"oldestWaitingSeconds,omitempty"`

	Method     string `json:"method,omitempty"`
	Route      string `json:"route,omitempty"`
	StatusCode int    `json:"statusCode,omitempty"`
}

// openaiType is the type of the calls to OpenAI.
const openaiType = "openai"

// usage has the names of OpenAI's own usage object.
type usage struct {
	Prompt     int64    `json:"prompt_tokens"`
	Completion int64    `json:"completion_tokens,omitempty"`
	Details    *details `json:"prompt_tokens_details,omitempty"`
}

type details struct {
	Cached int64 `json:"cached_tokens"`
}

// seconds is a duration that is written in seconds, to the millisecond.
type seconds time.Duration

// MarshalJSON writes a number.
func (s seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', 3, 64), nil
}

func number(d time.Duration) *seconds {
	s := seconds(d)
	return &s
}

// event is what the server makes of it, whose price the server finds.
func (w *wire) event() kpi.Event {
	schema, _ := kpi.SchemaNamed(w.Type)
	e := kpi.Event{Type: schema.Type, Failed: w.ErrorType+w.FailureReason != "" || w.StatusCode >= http.StatusInternalServerError}
	for i, d := range schema.Dims {
		e.Dims[i] = w.label(d.Label)
	}
	d := w.Duration
	if w.Wait != nil {
		d = w.Wait
	}
	if d != nil {
		e.HasDuration, e.Duration = true, time.Duration(*d)
	}
	if w.Oldest != nil {
		e.HasOldest, e.Oldest = true, time.Duration(*w.Oldest)
	}
	if w.CostCents > 0 {
		e.Basis, e.Cost = kpi.CostStated, kpi.Money(w.CostCents)*kpi.Cent
	}
	if w.Usage != nil {
		e.Usage = w.Usage.tokens()
	}
	return e
}

// label is the value of a metric's label.
func (w *wire) label(name string) string {
	switch name {
	case "model":
		return w.Model
	case "operation":
		return w.Operation
	case "error_type":
		return w.ErrorType
	case "render_type":
		return w.RenderType
	case "quality":
		return w.Quality
	case "conversion_type":
		return w.ConversionType
	case "failure_reason":
		return w.FailureReason
	case "shop_domain":
		return w.ShopDomain
	case "queue_name":
		return w.QueueName
	case "method":
		return w.Method
	case "route":
		return w.Route
	case "status_code":
		return strconv.Itoa(w.StatusCode)
	}
	return ""
}

func (u *usage) tokens() *kpi.Usage {
	t := &kpi.Usage{Input: u.Prompt, Output: u.Completion}
	if u.Details != nil {
		t.CachedInput = u.Details.Cached
	}
	return t
}
