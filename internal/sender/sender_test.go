package sender_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/sender"
)

func TestEveryEventArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, o := range []sender.Options{
		{Connections: 1, Batch: 1},
		{Connections: 1, Batch: 7},
		{Connections: 4, Batch: 64},
		{Connections: 16, Batch: 1000, Gzip: true},
	} {
		t.Run(fmt.Sprintf("%d connections, %d a batch", o.Connections, o.Batch), func(t *testing.T) {
			t.Parallel()
			web := &server{}
			o.URL = start(t, web) + "/"
			s := newSender(t, o)
			if err := s.Run(t.Context(), events(1000)); err != nil {
				t.Fatal(err)
			}
			got := s.Summary()
			if want := "sent 1000 accepted 1000 duplicate 0 rejected 0 retries 0"; counts(got) != want {
				t.Errorf("got %s, want %s", counts(got), want)
			}
			if len(web.seen) != 1000 || got.Batches != len(web.sizes) || slices.Max(web.sizes) > o.Batch {
				t.Errorf("%d events in batches of %v", len(web.seen), web.sizes)
			}
			if got.P50 <= 0 || got.P99 < got.P50 {
				t.Errorf("acknowledged in p50 %v and p99 %v", got.P50, got.P99)
			}
		})
	}
}

func TestOneConnectionKeepsTheOrder(t *testing.T) {
	t.Parallel()
	web := &server{}
	s := newSender(t, sender.Options{URL: start(t, web), Connections: 1, Batch: 9})
	if err := s.Run(t.Context(), events(100)); err != nil {
		t.Fatal(err)
	}
	for i, id := range web.order {
		if want := fmt.Sprintf("e%d", i+1); id != want {
			t.Fatalf("event %d to arrive is %s, want %s", i+1, id, want)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	web := &server{}
	s := newSender(t, sender.Options{URL: start(t, web), Token: "secret", Gzip: true})
	if err := s.Run(t.Context(), events(1)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer secret", "Content-Encoding": "gzip", "Content-Type": "application/x-ndjson",
	} {
		if got := web.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestSentAgainUntilAnswered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		web  *server
		want string
	}{
		{"503, then well", &server{before: []http.HandlerFunc{answer(503, "", ""), answer(503, "", "")}}, "sent 1 accepted 1 duplicate 0 rejected 0 retries 2"},
		{"500 after it was counted", &server{faults: []http.HandlerFunc{answer(500, "", "")}}, "sent 1 accepted 0 duplicate 1 rejected 0 retries 1"},
		{"cut before it was read", &server{before: []http.HandlerFunc{cut}}, "sent 1 accepted 1 duplicate 0 rejected 0 retries 1"},
		{"cut after it was counted", &server{faults: []http.HandlerFunc{cut}}, "sent 1 accepted 0 duplicate 1 rejected 0 retries 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := sender.Options{URL: start(t, tt.web), Connections: 1, Backoff: time.Microsecond}
			s := newSender(t, o)
			if err := s.Run(t.Context(), events(1)); err != nil {
				t.Fatal(err)
			}
			if got := counts(s.Summary()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWaitsBetweenAttempts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		retry    string
		min, max time.Duration
	}{
		{"its own backoff", "", 50 * time.Millisecond, 100 * time.Millisecond},
		{"seconds", "Retry-After: 7", 7 * time.Second, 7 * time.Second},
		{"a date", "Retry-After: Sat, 01 Jan 2000 00:00:09 GMT", 9 * time.Second, 9 * time.Second}, // a bubble begins at 2000-01-01
		{"a day", "Retry-After: 86400", time.Minute, time.Minute},
		{"nonsense", "Retry-After: soon", 50 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				web := &server{seen: map[string]int{}, before: []http.HandlerFunc{answer(429, tt.retry, "")}}
				s := newSender(t, sender.Options{URL: "http://luneo", Transport: inMemory{web}, Connections: 1})
				begin := time.Now()
				if err := s.Run(t.Context(), events(1)); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begin); took < tt.min || took > tt.max {
					t.Errorf("waited %v, want %v to %v", took, tt.min, tt.max)
				}
				if got := s.Summary(); got.Accepted != 1 || got.Retries != 1 {
					t.Errorf("got %s", counts(got))
				}
			})
		})
	}
}

// TestAnyBackoffIsBounded has more attempts than doublings fit into a duration.
func TestAnyBackoffIsBounded(t *testing.T) {
	t.Parallel()
	for _, backoff := range []time.Duration{1, time.Second, math.MaxInt64} {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t, sender.Options{URL: "http://luneo", Transport: inMemory{answer(503, "", "")}, Connections: 1, Backoff: backoff, Attempts: 80})
			begin := time.Now()
			if err := s.Run(t.Context(), events(1)); err == nil || !strings.Contains(err.Error(), "given up after 80 attempts") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begin); took > 79*5*time.Second {
				t.Errorf("a backoff of %v took %v", backoff, took)
			}
		})
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	problem := `{"title":"Unauthorized","detail":"the token is not known","status":401}`
	for _, tt := range []struct {
		name    string
		handler http.Handler
		want    string
	}{
		{"always 503", answer(503, "", ""), "send a batch of 1 events, given up after 3 attempts: answered 503 Service Unavailable"},
		{"401", answer(401, "", problem), "send a batch of 1 events: answered 401 Unauthorized: Unauthorized: the token is not known"},
		{"404 of another server", answer(404, "", "<html>"), "send a batch of 1 events: answered 404 Not Found"},
		{"redirect", answer(308, "Location: http://elsewhere/", ""), "send a batch of 1 events: answered 308 Permanent Redirect"},
		{"a page", answer(200, "", "<html>welcome"), "send a batch of 1 events: answered 200 without a receipt of Luneo"},
		{"an empty object", answer(202, "", "{}"), "send a batch of 1 events: answered 202 without a receipt of Luneo"},
		{"a wrong sum", answer(202, "", `{"accepted":1,"rejected":1}`), "send a batch of 1 events: answered for 2 events of 1"},
		{"less than nothing", answer(202, "", `{"accepted":-1,"rejected":1}`), "send a batch of 1 events: answered with a count of -1 for 1 events"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t, sender.Options{URL: "http://luneo", Transport: inMemory{tt.handler}, Attempts: 3, Token: "secret"})
				err := s.Run(t.Context(), events(1))
				if err == nil || err.Error() != tt.want {
					t.Errorf("got  %v\nwant %s", err, tt.want)
				}
				if got := s.Summary(); got.Sent != 1 || got.Answered() != 0 {
					t.Errorf("got %s", counts(got))
				}
			})
		})
	}
}

func TestRefusedEventsAreNamed(t *testing.T) {
	t.Parallel()
	good, bad := `{"id":"a"}`, `{"bad":"wrong"}`
	web := &server{}
	s := newSender(t, sender.Options{URL: start(t, web), Connections: 1})
	if err := s.Run(t.Context(), list(good, bad, good, bad, bad, bad, bad, bad)); err != nil {
		t.Fatal(err)
	}
	got := s.Summary()
	if want := "sent 8 accepted 1 duplicate 1 rejected 6 retries 0"; counts(got) != want {
		t.Errorf("got %s, want %s", counts(got), want)
	}
	if len(got.Reasons) != 5 || got.Reasons[0] != (sender.Reason{Ref: 20, Field: "bad", Detail: "is wrong"}) {
		t.Errorf("got reasons %v", got.Reasons)
	}
}

func TestWholeBatchRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       sender.Reason
	}{
		{"with errors", `{"title":"Invalid","errors":[{"index":0,"kind":"invalid","field":"model","detail":"is missing"}]}`, sender.Reason{Ref: 10, Field: "model", Detail: "is missing"}},
		{"with an index outside", `{"detail":"no","errors":[{"index":7},{"index":-1}]}`, sender.Reason{Ref: 10, Detail: "no"}},
		{"with control characters", "{\"detail\":\"a\\u001b[31mb\"}", sender.Reason{Ref: 10, Detail: "a [31mb"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t, sender.Options{URL: "http://luneo", Connections: 1, Transport: inMemory{answer(422, "", tt.body)}})
				if err := s.Run(t.Context(), list(`{}`)); err != nil {
					t.Fatal(err)
				}
				got := s.Summary()
				if got.Rejected != 1 || len(got.Reasons) == 0 || got.Reasons[0] != tt.want {
					t.Errorf("got %s, %v", counts(got), got.Reasons)
				}
			})
		})
	}
}

func TestStopsCleanly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		web := &server{seen: map[string]int{}}
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			web.ServeHTTP(w, r)
		})
		s := newSender(t, sender.Options{URL: "http://luneo", Transport: inMemory{slow}, Connections: 2, Batch: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		begin := time.Now()
		err := s.Run(ctx, events(1000))
		// Two batches were answered after 1 s; the two under way end within the grace.
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 2*time.Second {
			t.Errorf("got %v after %v", err, time.Since(begin))
		}
		if want := "sent 4 accepted 4 duplicate 0 rejected 0 retries 0"; counts(s.Summary()) != want {
			t.Errorf("got %s, want %s", counts(s.Summary()), want)
		}
	})
}

func TestAbandonsWhatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSender(t, sender.Options{URL: "http://luneo", Transport: hanging{}, Grace: 2 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := s.Run(ctx, events(3)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("took %v, want the second and the grace", took)
		}
	})
}

func TestStopsWhileItWaitsToTryAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSender(t, sender.Options{URL: "http://luneo", Transport: inMemory{answer(503, "Retry-After: 60", "")}, Connections: 1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := s.Run(ctx, events(1)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("got %v after %v, want the end of the context after 1s", err, time.Since(begin))
		}
		if got := s.Summary(); got.Sent != 1 || got.Answered() != 0 {
			t.Errorf("got %s", counts(got))
		}
	})
}

func TestErrorOfTheSource(t *testing.T) {
	t.Parallel()
	web := &server{}
	s := newSender(t, sender.Options{URL: start(t, web)})
	broken := errors.New("line 3 is broken")
	if err := s.Run(t.Context(), func(context.Context) (sender.Event, error) { return sender.Event{}, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	const address = "url is not usable, expected an address such as http://127.0.0.1:4000, without user, query and fragment"
	for _, tt := range []struct {
		name string
		opts sender.Options
		want string
	}{
		{"no url", sender.Options{}, address},
		{"no scheme", sender.Options{URL: "localhost:4000"}, address},
		{"other scheme", sender.Options{URL: "ftp://localhost"}, address},
		{"password", sender.Options{URL: "http://me:secret@localhost"}, address},
		{"control character", sender.Options{URL: "http://local\nhost"}, address},
		{"query", sender.Options{URL: "http://localhost?a=b"}, address},
		{"empty query", sender.Options{URL: "http://localhost?"}, address},
		{"fragment", sender.Options{URL: "http://localhost#a"}, address},
		{"empty fragment", sender.Options{URL: "http://localhost#"}, address},
		{"negative attempts", sender.Options{URL: "http://h", Attempts: -1}, "attempts is -1, expected at least 1"},
		{"negative backoff", sender.Options{URL: "http://h", Backoff: -1}, "backoff is -1ns, timeout 30s and grace 3s, expected none below 0"},
		{"negative timeout", sender.Options{URL: "http://h", Timeout: -1}, "backoff is 100ms, timeout -1ns and grace 3s, expected none below 0"},
		{"negative grace", sender.Options{URL: "http://h", Grace: -1}, "backoff is 100ms, timeout 30s and grace -1ns, expected none below 0"},
		{"too many connections", sender.Options{URL: "http://h", Connections: 257}, "connections is 257, expected 1 to 256"},
		{"negative batch", sender.Options{URL: "http://h", Batch: -1}, "batch is -1, expected 1 to 10000"},
	} {
		if _, err := sender.New(tt.opts); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}
