package kpi_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func call(change func(*kpi.Event)) kpi.Event {
	e := kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}, HasDuration: true, Duration: time.Second, Basis: kpi.CostStated, Cost: kpi.Cent}
	change(&e)
	return e
}

func TestValidateNormalises(t *testing.T) {
	t.Parallel()
	usage := &kpi.Usage{Input: 1}
	for _, c := range []struct {
		name        string
		event, want kpi.Event
	}{
		{"nothing to do", call(func(*kpi.Event) {}), call(func(*kpi.Event) {})},
		{
			"a failure without a reason", call(func(e *kpi.Event) { e.Failed = true }),
			call(func(e *kpi.Event) { e.Failed, e.Dims[2] = true, "unknown" }),
		},
		{
			"a success without cost and usage", call(func(e *kpi.Event) { e.Basis, e.Cost = kpi.CostNone, 0 }),
			call(func(e *kpi.Event) { e.Basis, e.Cost = kpi.CostUnknown, 0 }),
		},
		{
			"usage waits for its price", call(func(e *kpi.Event) { e.Basis, e.Cost, e.Usage = kpi.CostNone, 0, usage }),
			call(func(e *kpi.Event) { e.Basis, e.Cost, e.Usage = kpi.CostNone, 0, usage }),
		},
		{
			"a failure costs nothing", call(func(e *kpi.Event) { e.Failed, e.Basis, e.Cost, e.Dims[2] = true, kpi.CostNone, 0, "x" }),
			call(func(e *kpi.Event) { e.Failed, e.Basis, e.Cost, e.Dims[2] = true, kpi.CostNone, 0, "x" }),
		},
		{
			"a handshake",
			kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true},
			kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, Dims: kpi.Dims{"unknown", "unknown"}},
		},
		{
			"a method",
			kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"patch", "/", "200"}},
			kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"PATCH", "/", "200"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := c.event
			if bad := kpi.Validate(&e, now()); bad != nil || !reflect.DeepEqual(e, c.want) {
				t.Errorf("%v\ngot  %+v\nwant %+v", bad, e, c.want)
			}
		})
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		event kpi.Event
		want  string
	}{
		{"no type", kpi.Event{}, "type must be one of openai, render, embed-handshake, ar-conversion, queue-wait, http-request"},
		{"no model", call(func(e *kpi.Event) { e.Dims[0] = "" }), "model must have 1 to 256 bytes, not 0"},
		{"invalid UTF-8", call(func(e *kpi.Event) { e.Dims[0] = "a\xff" }), "model must be valid UTF-8"},
		{"a control character", call(func(e *kpi.Event) { e.Dims[1] = "a\x7f" }), "operation must not contain control characters; it has U+007F"},
		{"a long label", call(func(e *kpi.Event) { e.Dims[1] = strings.Repeat("é", 129) }), "operation must have 1 to 256 bytes, not 258"},
		{"a reason beside success", call(func(e *kpi.Event) { e.Dims[2] = "x" }), "errorType can't stand beside success: leave it out, or state status as error"},
		{"an id", call(func(e *kpi.Event) { e.ID = "a\n" }), "id must be printable text"},
		{"an id that is not UTF-8", call(func(e *kpi.Event) { e.ID = "\xff" }), "id must be printable text"},
		{"late", call(func(e *kpi.Event) { e.Time = now().Add(-kpi.MaxAge - time.Second) }), "timestamp is 24h0m1s behind the server's clock: from 24 h back to 5 min ahead is allowed"},
		{"ahead", call(func(e *kpi.Event) { e.Time = now().Add(kpi.MaxAhead + time.Second) }), "timestamp is 5m1s ahead of the server's clock: from 24 h back to 5 min ahead is allowed"},
		{"negative duration", call(func(e *kpi.Event) { e.Duration = -time.Second }), "durationSeconds must be a number of seconds from 0 to 604800 (a week), not -1"},
		{"negative wait", kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"q"}, HasDuration: true, Duration: -1e9}, "waitSeconds must be a number of seconds from 0 to 604800 (a week), not -1"},
		{"negative oldest", kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"q"}, HasOldest: true, Oldest: -1e9}, "oldestWaitingSeconds must be a number of seconds from 0 to 604800 (a week), not -1"},
		{"negative cost", call(func(e *kpi.Event) { e.Cost = -kpi.Cent }), "costCents must be a number of US cents from 0 to 100000000 (a million dollars for one call), not -1"},
		{"a status code", kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/", "1e2"}}, `statusCode must be a whole number from 100 to 599, not "1e2"`},
		{"a method", kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET /", "/", "200"}}, `method must be an HTTP method, letters only, not "GET /"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := kpi.Validate(&c.event, now())
			if len(bad) != 1 || bad[0].String() != c.want || bad[0].Kind != kpi.KindInvalid {
				t.Errorf("got  %v\nwant %s", bad, c.want)
			}
		})
	}
}

func TestSecondsAndCents(t *testing.T) {
	t.Parallel()
	for in, want := range map[float64]time.Duration{0: 0, 0.1: 100 * time.Millisecond, 8.2: 8200 * time.Millisecond, 604_800: 7 * 24 * time.Hour} {
		if got, bad := kpi.Seconds("f", in); got != want || bad != nil {
			t.Errorf("%v s: %v %v", in, got, bad)
		}
	}
	for in, want := range map[float64]kpi.Money{0: 0, 0.000001: 1, 4: 4 * kpi.Cent, 100_000_000: 100_000_000 * kpi.Cent} {
		if got, bad := kpi.StatedCost(in); got != want || bad != nil {
			t.Errorf("%v cents: %v %v", in, got, bad)
		}
	}
	for _, in := range []float64{-1, -1e-9, 100_000_001, math.Inf(1), math.Inf(-1), math.NaN()} {
		if _, bad := kpi.Seconds("f", in); bad == nil {
			t.Errorf("%v s is allowed", in)
		}
		if _, bad := kpi.StatedCost(in); bad == nil {
			t.Errorf("%v cents is allowed", in)
		}
	}
}
