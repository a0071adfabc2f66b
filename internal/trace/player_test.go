package trace_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/trace"
)

const unsorted = "timestamp_ms,input_length,output_length\n10000,1,1\n8000,1,2\n40000,1,3\n30000,1,4\n"

type played struct{ at, sent time.Time }

func play(t *testing.T, content string, speed float64, delay time.Duration) []played {
	t.Helper()
	survey, err := trace.Take(strings.NewReader(content), trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := trace.Open(strings.NewReader(content), trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := trace.NewPlayer(r, survey, speed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var all []played
	for {
		_, body, err := p.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		var event struct{ Timestamp time.Time }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		all = append(all, played{event.Timestamp, time.Now()})
		time.Sleep(delay) // the server takes its time; fake time of the bubble
	}
}

func TestUnpacedEndsNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for i, want := range []time.Duration{-30 * time.Second, -32 * time.Second, 0, -10 * time.Second} {
			got := play(t, unsorted, 0, 0)[i]
			if got.at.Sub(start) != want || !got.sent.Equal(start) {
				t.Errorf("row %d happens at %v and is sent at %v, want %v and 0s", i+1, got.at.Sub(start), got.sent.Sub(start), want)
			}
		}
	})
}

func TestUnpacedFitsIntoADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		content := "Timestamp,Model,Request tokens,Response tokens\n0,GPT-4,1,1\n432000,GPT-4,1,1\n864000,GPT-4,1,1\n" // ten days
		rows := play(t, content, 0, 10*time.Minute)
		// The second is placed in the middle; the first two were in time.
		for i, want := range []time.Duration{-trace.MaxAge, -trace.MaxAge / 2, 0} {
			if got := rows[i].at.Sub(start); got != want {
				t.Errorf("row %d happens at %v, want %v", i+1, got, want)
			}
		}
	})
}

func TestSlowServerGetsNothingTooOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		content := "Timestamp,Model,Request tokens,Response tokens\n0,GPT-4,1,1\n1,GPT-4,1,1\n82800,GPT-4,1,1\n"
		for i, row := range play(t, content, 0, 2*time.Hour) {
			if age := row.sent.Sub(row.at); age > trace.MaxAge {
				t.Errorf("row %d is %v old when it is sent, at most %v is allowed", i+1, age, trace.MaxAge)
			}
		}
	})
}

func TestPacedFollowsTheRecording(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		// Sorted it would be 0 s, 2 s, 22 s, 32 s at speed 1. Rows that come
		// late in the file keep their time and are sent at once.
		wantAt := []time.Duration{time.Second, 0, 16 * time.Second, 11 * time.Second}
		wantSent := []time.Duration{time.Second, time.Second, 16 * time.Second, 16 * time.Second}
		for i, row := range play(t, unsorted, 2, 0) {
			if at, sent := row.at.Sub(start), row.sent.Sub(start); at != wantAt[i] || sent != wantSent[i] {
				t.Errorf("row %d happens at %v and is sent at %v, want %v and %v", i+1, at, sent, wantAt[i], wantSent[i])
			}
		}
	})
}

func TestPacedStopsWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, err := trace.Open(strings.NewReader(unsorted), trace.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := trace.NewPlayer(r, trace.Survey{First: -2 * time.Second}, 1, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := p.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

func TestLag(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, err := trace.Open(strings.NewReader(unsorted), trace.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := trace.NewPlayer(r, trace.Survey{}, 1, time.Now().Add(-3*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Next(t.Context()); err != nil || p.Lag() != 3*time.Second {
			t.Errorf("got a lag of %v (error %v), want 3s", p.Lag(), err)
		}
	})
}

func TestSurvey(t *testing.T) {
	t.Parallel()
	got, err := trace.Take(strings.NewReader(unsorted), trace.Options{})
	want := trace.Survey{Format: trace.Mooncake, Rows: 4, First: -2 * time.Second, Last: 30 * time.Second}
	if err != nil || got != want {
		t.Errorf("got %+v (error %v), want %+v", got, err, want)
	}
}
