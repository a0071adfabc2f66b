package web_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

type errorCase struct {
	err    error
	status int
	detail string
}

func errorCases() map[string]errorCase {
	full := kpi.Errorf(kpi.KindUnavailable, "The disk is full.")
	full.RetryAfter, full.Err = 1500*time.Millisecond, errors.New("geheim cause")
	invalid := kpi.Errorf(kpi.KindInvalid, "No event was counted.")
	invalid.Violations = []kpi.Violation{kpi.Invalid("model", "is needed")}
	return map[string]errorCase{
		"malformed":        {kpi.Errorf(kpi.KindMalformed, "m"), 400, "m"},
		"unauthenticated":  {kpi.Errorf(kpi.KindUnauthenticated, "m"), 401, "m"},
		"forbidden":        {kpi.Errorf(kpi.KindForbidden, "m"), 403, "m"},
		"not found":        {kpi.Errorf(kpi.KindNotFound, "m"), 404, "m"},
		"method":           {kpi.Errorf(kpi.KindMethodNotAllowed, "m"), 405, "m"},
		"conflict":         {kpi.Errorf(kpi.KindConflict, "m"), 409, "m"},
		"too large":        {kpi.Errorf(kpi.KindTooLarge, "m"), 413, "m"},
		"unsupported":      {kpi.Errorf(kpi.KindUnsupported, "m"), 415, "m"},
		"invalid":          {invalid, 422, "No event was counted."},
		"rate limited":     {kpi.Errorf(kpi.KindRateLimited, "m"), 429, "m"},
		"unavailable":      {full, 503, "The disk is full."},
		"internal":         {kpi.Errorf(kpi.KindInternal, "m"), 500, "m"},
		"wrapped":          {fmt.Errorf("geheim: %w", kpi.Errorf(kpi.KindConflict, "m")), 409, "m"},
		"body past limit":  {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 7}), 413, "The body is larger than 7 bytes, which is the limit."},
		"body past time":   {fmt.Errorf("read: %w", os.ErrDeadlineExceeded), 400, "The body did not arrive in time."},
		"any other error":  {errors.New("geheim"), 500, "Something went wrong inside Luneo; its log says what."},
		"a kind not known": {kpi.Errorf("new", "m"), 500, "m"},
	}
}

func TestErrorMapping(t *testing.T) {
	t.Parallel()
	for name, tc := range errorCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			o := options(web.Route{Method: "GET", Pattern: "/x", Handler: func(http.ResponseWriter, *http.Request) error { return tc.err }})
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			s, err := web.New(o)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			got := do(t, s, call{path: "/x"})
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			p := got.problem(t)
			if got.status != tc.status || p.Detail != tc.detail || strings.Contains(got.body, "geheim") {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if logged := strings.Contains(log.String(), "level=ERROR"); logged != (tc.status >= 500) {
				t.Errorf("logged as an error: %v: %s", logged, log.String())
			}
			if name == "unavailable" && (got.header.Get("Retry-After") != "2" || !strings.Contains(log.String(), "geheim cause")) {
				t.Errorf("Retry-After %q, log %q", got.header.Get("Retry-After"), log.String())
			}
			if name == "invalid" && (len(p.Errors) != 1 || p.Errors[0].Field != "model") {
				t.Errorf("errors %+v", p.Errors)
			}
		})
	}
}
