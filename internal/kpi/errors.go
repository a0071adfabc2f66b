package kpi

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of error it is, for machines. The web package turns it
// into an HTTP status in one place.
type Kind string

// The kinds of error.
const (
	KindMalformed        Kind = "malformed"       // the body can't be read as what it claims to be
	KindInvalid          Kind = "invalid"         // readable, but a value is not allowed
	KindUnauthenticated  Kind = "unauthenticated" // no credential, or a wrong one
	KindForbidden        Kind = "forbidden"       // a credential without the scope
	KindNotFound         Kind = "not_found"       // no such route
	KindMethodNotAllowed Kind = "method_not_allowed"
	KindConflict         Kind = "conflict"          // an id seen before with other content
	KindTooLarge         Kind = "too_large"         // a limit on size was hit
	KindUnsupported      Kind = "unsupported_media" // a content type or encoding that is not spoken here
	KindRateLimited      Kind = "rate_limited"
	KindUnavailable      Kind = "unavailable" // nothing was counted; try again
	KindInternal         Kind = "internal"
)

// Error is an error with a kind for machines and a sentence for people. The
// sentence may be shown to whoever asked; Err is for the log only.
type Error struct {
	Kind    Kind
	Message string
	// Violations name the fields that were wrong; may be empty.
	Violations []Violation
	// RetryAfter is when trying again makes sense; 0 when it does not.
	RetryAfter time.Duration
	// Err is the cause, for the log.
	Err error
}

// Error is the sentence and, where there is one, the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	if len(e.Violations) > 0 {
		parts := make([]string, len(e.Violations))
		for i, v := range e.Violations {
			parts[i] = v.String()
		}
		return e.Message + ": " + strings.Join(parts, "; ")
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind with a sentence for people.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Violation names one thing that was wrong with one event.
type Violation struct {
	// Index is the event's place in the batch, from 0; 0 for a single event.
	Index int `json:"index"`
	// Kind is KindMalformed, KindInvalid or KindConflict.
	Kind Kind `json:"kind"`
	// Field is the JSON field; empty when it is the event as a whole.
	Field string `json:"field,omitempty"`
	// Detail says what was wrong and what is allowed.
	Detail string `json:"detail"`
}

// String is the violation in one line.
func (v Violation) String() string {
	if v.Field == "" {
		return v.Detail
	}
	return v.Field + " " + v.Detail
}

// Invalid makes a violation of kind KindInvalid.
func Invalid(field, format string, args ...any) Violation {
	return Violation{Kind: KindInvalid, Field: field, Detail: fmt.Sprintf(format, args...)}
}
