package gateway

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// The kinds of error that the gateway itself finds.
const (
	errorTimeout      = "timeout"
	errorConnection   = "connection"
	errorClientClosed = "client_closed"
	errorInterrupted  = "stream_interrupted"
)

// knownErrors are the codes and types of OpenAI's errors that are counted by
// their own names; all others are "other", so that the label stays bounded.
// (platform.openai.com/docs/guides/error-codes; the enum of the Responses API
// in the OpenAPI document 2.3.0.)
func knownErrors() []string {
	return []string{
		"rate_limit_exceeded", "insufficient_quota", "invalid_request_error", "context_length_exceeded", "authentication_error", "invalid_api_key",
		"permission_error", "not_found_error", "model_not_found", "conflict_error", "server_error", "service_unavailable_error", "server_is_overloaded",
		"rate_limit_error", "slow_down", "tokens", "requests", "credit_balance_exhausted", "organization_spend_limit_exceeded",
		"project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached", "content_policy_violation", "content_filter",
		"moderation_blocked", "invalid_prompt", "data_residency_mismatch", "vector_store_timeout", "invalid_image", "image_content_policy_violation",
		"unsupported_country_region_territory", "unsupported_value", "string_above_max_length", "invalid_type", "missing_required_parameter",
	}
}

// apiError is the error object of an answer.
type apiError struct {
	Type string
	Code any
}

// errorTypeOf names the error of an answer: by its code, else by its type, else
// by the HTTP status.
func errorTypeOf(status int, raw []byte) string {
	var e apiError
	_ = json.Unmarshal(raw, &e) // what is no error object names nothing
	code, _ := e.Code.(string)
	if status == http.StatusUnauthorized && e.Type == "invalid_request_error" {
		e.Type = "" // OpenAI has no type of its own for missing credentials
	}
	for _, name := range []string{code, e.Type} {
		if slices.Contains(knownErrors(), name) && name != "tokens" && name != "requests" {
			return name
		}
	}
	switch {
	case e.Type == "tokens" || e.Type == "requests" || status == http.StatusTooManyRequests:
		return "rate_limit_exceeded" // what is used up is its type in older answers
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusNotFound:
		return "not_found_error"
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout:
		return errorTimeout
	case status >= 500:
		return "server_error"
	case status >= 400:
		return "invalid_request_error"
	default:
		return kpi.LabelOther
	}
}

// failureOf names why no answer came, or why it ended too early.
func failureOf(ctx context.Context, err error) string {
	var timeout net.Error
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return errorClientClosed
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errorTimeout
	default:
		return errorConnection
	}
}

// problem is an error of the gateway's own in OpenAI's form.
type problem struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    string  `json:"code"`
}

// writeError answers as OpenAI would, so that its SDKs understand it and try
// again by their own rules.
func writeError(w http.ResponseWriter, status int, message string) {
	kind := "server_error"
	if status < http.StatusInternalServerError {
		kind = "invalid_request_error"
	}
	write(w, status, problem{Message: message, Type: kind, Code: strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")})
}

// WriteProblem answers that Luneo itself refuses a call, in OpenAI's form.
func WriteProblem(w http.ResponseWriter, status int, e *kpi.Error) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	write(w, status, problem{Message: "Luneo: " + e.Message, Type: "invalid_request_error", Code: "luneo_" + string(e.Kind)})
}

func write(w http.ResponseWriter, status int, p problem) {
	body, err := json.Marshal(map[string]problem{"error": p})
	if err != nil { // a problem can be written
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "req_luneo_"+rand.Text())
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that is gone is told nothing
}
