package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"os"
	"strconv"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// problem is the body of every error (RFC 9457) with Luneo's two members.
type problem struct {
	Type   string          `json:"type"`
	Title  string          `json:"title"`
	Status int             `json:"status"`
	Detail string          `json:"detail"`
	Kind   kpi.Kind        `json:"kind"`
	Errors []kpi.Violation `json:"errors,omitempty"`
}

// statusOf is the one place that turns a kind of error into an HTTP status.
func statusOf(kind kpi.Kind) int {
	switch kind {
	case kpi.KindMalformed:
		return http.StatusBadRequest
	case kpi.KindInvalid:
		return http.StatusUnprocessableEntity
	case kpi.KindUnauthenticated:
		return http.StatusUnauthorized
	case kpi.KindForbidden:
		return http.StatusForbidden
	case kpi.KindNotFound:
		return http.StatusNotFound
	case kpi.KindMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case kpi.KindConflict:
		return http.StatusConflict
	case kpi.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case kpi.KindUnsupported:
		return http.StatusUnsupportedMediaType
	case kpi.KindRateLimited:
		return http.StatusTooManyRequests
	case kpi.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// asProblem finds the kpi.Error in err, or makes the one that stands for it.
func asProblem(err error) *kpi.Error {
	if e, ok := errors.AsType[*kpi.Error](err); ok {
		return e
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return kpi.Errorf(kpi.KindTooLarge, "The body is larger than %d bytes, which is the limit.", tooLarge.Limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &kpi.Error{Kind: kpi.KindMalformed, Message: "The body did not arrive in time.", Err: err}
	}
	return internalError(err)
}

// ProblemOf is what an error of a handler is answered as: its kind and its
// words, and the HTTP status.
func ProblemOf(err error) (*kpi.Error, int) {
	e := asProblem(err)
	return e, statusOf(e.Kind)
}

func internalError(cause error) *kpi.Error {
	return &kpi.Error{Kind: kpi.KindInternal, Message: "Something went wrong inside Luneo; its log says what.", Err: cause}
}

// writeError logs, counts and answers an error of a handler. When the answer
// has begun there is nothing left but to break it off.
func (s *Server) writeError(rt *route, a *answer, r *http.Request, err error) {
	e := asProblem(err)
	s.metrics.errors.WithLabelValues(string(e.Kind)).Inc()
	level := slog.LevelDebug
	if statusOf(e.Kind) >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		level = slog.LevelError
	}
	s.o.Logger.Log(r.Context(), level, "request failed", "method", r.Method, "path", r.URL.Path,
		"status", statusOf(e.Kind), "kind", string(e.Kind), "error", err)
	if a.code != 0 {
		a.brokenOff = true
		return
	}
	if rt.Foreign != nil && rt.Foreign.Error != nil {
		rt.Foreign.Error(a, statusOf(e.Kind), e)
		return
	}
	writeProblem(a, e)
}

func writeProblem(w http.ResponseWriter, e *kpi.Error) {
	status := statusOf(e.Kind)
	body, err := json.Marshal(problem{
		Type: "urn:luneo:problem:" + string(e.Kind), Title: http.StatusText(status),
		Status: status, Detail: e.Message, Kind: e.Kind, Errors: e.Violations,
	})
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	body = append(body, '\n') // for people with curl
	h.Del("Content-Encoding")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone; there is nobody to tell
}
