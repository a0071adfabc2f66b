package setup_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/setup"
)

const render = `{"renderType":"2d","quality":"high","durationSeconds":4.2}`

// run runs a Watcher inside a bubble of synctest until the test ends.
func run(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		ctx := t.Context()
		go b.Run(ctx)
		synctest.Wait()
		test(t, b)
	})
}

// TestWatchedQueuesNeedNoEvent: queues that Luneo finds by itself are connected.
func TestWatchedQueuesNeedNoEvent(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		if err := b.send(t, "queue-wait", `{"queueName":"mail","waitSeconds":1}`); err != nil {
			t.Fatal(err)
		}
		b.watch("render-3d", "render-2d")
		s := b.page(t).source(t, "queues")
		if s.State != setup.Live || sentence(s.Found) != "mail, render-2d, render-3d" || s.Events != 1 {
			t.Errorf("%+v, found %q", s, sentence(s.Found))
		}
		time.Sleep(time.Hour)
		if s := b.page(t).source(t, "queues"); s.State != setup.Live {
			t.Errorf("after an hour: %+v", s)
		}
		b.watch()
		if s := b.page(t).source(t, "queues"); s.State != setup.Quiet || sentence(s.Found) != "mail" {
			t.Errorf("when they are gone: %+v", s)
		}
	})
}

func TestSourceFromFirstEventOn(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		p := b.page(t)
		if p.Connected != 0 || p.Total != 5 || p.PublicURL != "https://luneo.example" || len(p.Recent) != 0 {
			t.Errorf("before: %+v", p)
		}
		if s := p.source(t, "renders"); s.State != setup.Waiting || s.FirstEventAt != nil || s.LastEventAt != nil || s.Found == nil {
			t.Errorf("before: %+v", s)
		}
		first := time.Now()
		for range 30 {
			if err := b.send(t, "render", render); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		p = b.page(t)
		s := p.source(t, "renders")
		if s.State != setup.Live || !s.FirstEventAt.Equal(first) || !s.LastEventAt.Equal(first.Add(58*time.Second)) || s.Events != 30 || p.Connected != 1 {
			t.Errorf("after: %+v", s)
		}
		if s.PerMinute < 25 || s.PerMinute > 31 || sentence(s.Found) != "2d" {
			t.Errorf("%v a minute, found %q", s.PerMinute, sentence(s.Found))
		}
		time.Sleep(5*time.Minute + time.Second)
		if s := b.page(t).source(t, "renders"); s.State != setup.Quiet || s.PerMinute != 0 {
			t.Errorf("later: %+v", s)
		}
	})
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		for _, c := range []struct {
			told  setup.Told
			state setup.State
			found string
		}{
			{setup.Told{}, setup.Waiting, ""},
			{setup.Told{Receivers: []string{"pagerduty", "slack"}}, setup.Quiet, "pagerduty, slack"},
			{setup.Told{Receivers: []string{"slack"}, Last: time.Now()}, setup.Live, "slack"},
			{setup.Told{Receivers: []string{"slack"}, Last: time.Now(), Failing: true}, setup.Quiet, "slack"},
			{setup.Told{Elsewhere: true}, setup.Quiet, ""},
		} {
			b.tell(c.told)
			p := b.page(t)
			s := p.source(t, "notifications")
			if s.State != c.state || sentence(s.Found) != c.found || (s.LastEventAt != nil) == c.told.Last.IsZero() || s.Events != 0 {
				t.Errorf("%+v: %+v, found %q", c.told, s, sentence(s.Found))
			}
			if p.Connected != 0 || p.Total != 5 {
				t.Errorf("%+v: counted as one that sends events: %d of %d", c.told, p.Connected, p.Total)
			}
		}
	})
}

func TestFoundNamesTheMost(t *testing.T) {
	t.Parallel()
	b := newBench()
	for i := range 5 {
		for range i + 1 {
			if err := b.send(t, "queue-wait", fmt.Sprintf(`{"queueName":"q%d","waitSeconds":1}`, i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := sentence(b.page(t).source(t, "queues").Found); got != "q4, q3, q2 and 2 more queues" {
		t.Error(got)
	}
}

// TestRestart has a meter with a state and nothing seen since the start.
func TestRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := newBench()
		if err := before.send(t, "ar-conversion", `{"conversionType":"glb_to_usdz","durationSeconds":3}`); err != nil {
			t.Fatal(err)
		}
		first := time.Now()
		time.Sleep(3 * time.Hour)
		b := newBench()
		var state strings.Builder
		if err := before.meter.Freeze()(&state); err != nil {
			t.Fatal(err)
		}
		if err := b.meter.Restore(strings.NewReader(state.String())); err != nil {
			t.Fatal(err)
		}
		b.failing = errors.New("still loading")
		go b.Run(t.Context())
		synctest.Wait()
		s := b.page(t).source(t, "ar")
		if s.State != setup.Quiet || !s.FirstEventAt.Equal(first) || s.LastEventAt != nil || s.Events != 1 {
			t.Errorf("while the history does not answer: %+v", s)
		}
		b.mu.Lock()
		b.failing, b.rises["luneo_ar_conversions_total"] = nil, first
		b.mu.Unlock()
		time.Sleep(time.Minute)
		if s = b.page(t).source(t, "ar"); s.State != setup.Quiet || !s.LastEventAt.Equal(first) {
			t.Errorf("once it does: %+v", s)
		}
	})
}

func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, b *bench) {
		for range 1000 {
			if err := b.send(t, "render", render); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(b.page(t).Recent); n != 1 {
			t.Errorf("%d of a thousand at one time were looked at", n)
		}
		for range 100 {
			time.Sleep(200 * time.Millisecond)
			for _, endpoint := range []string{"render", "openai", "queue-wait", "embed-handshake", "ar-conversion", "http-request", "batch"} {
				_ = b.send(t, endpoint, render)
				_ = b.send(t, endpoint, `{"renderType":4}`)
			}
		}
		recent := b.page(t).Recent
		if len(recent) == 0 || len(recent) > 7*16 || !slices.IsSortedFunc(recent, func(a, b setup.Recent) int { return b.At.Compare(a.At) }) {
			t.Errorf("%d are kept", len(recent))
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ endpoint, body, text, detail, err, fix string }{
		{"render", render, "render 2d high", "4.2 s", "", ""},
		{"render", `{"renderType":"3d","quality":"high","durationSeconds":154,"errorType":"out_of_memory"}`, "render 3d high out_of_memory failed", "2 m 34 s", "", ""},
		{"openai", `{"model":"dall-e-3","operation":"image_generation","durationSeconds":0.42,"costCents":4}`, "openai dall-e-3 image_generation", "420 ms, 4.0 ¢", "", ""},
		{"openai", `{"model":"gpt-9","operation":"chat","durationSeconds":1}`, "openai gpt-9 chat", "1 s, cost unknown", "", ""},
		{"openai", `{"model":"gpt-4o","operation":"chat","durationSeconds":1,"costCents":0.0071}`, "openai gpt-4o chat", "1 s, 0.0071 ¢", "", ""},
		{"openai", `{"model":"o1","operation":"chat","durationSeconds":3900,"costCents":9610}`, "openai o1 chat", "1 h 5 m, $96.10", "", ""},
		{"queue-wait", `{"queueName":"ai","waitSeconds":2,"oldestWaitingSeconds":90}`, "queue-wait ai", "2 s, oldest 1 m 30 s", "", ""},
		{"render", `{"renderType":"2d","quality":"high","durationSeconds":"4200ms"}`, "render refused", "", "durationSeconds must be a number of seconds, not a string", `Write it as in "durationSeconds": 4.2.`},
		{"render", `{"renderType":"2d","quality":"high"}`, "render refused", "", "durationSeconds is missing: render events need durationSeconds, renderType and quality", `Add "durationSeconds": 4.2 to the event.`},
		{"render", `{"renderType":"2d","quality":"high","durationSecond":1}`, "render refused", "and 1 more", "durationSecond is not a field of render events; did you mean durationSeconds?", "Rename it to durationSeconds."},
		{"render", `{"renderType":"2d","quality":"high","durationSeconds":1,"colour":"red"}`, "render refused", "", "colour is not a field of render events", "Leave it out."},
		{"render", `{"renderType":"2d","renderType":"3d","quality":"high","durationSeconds":1}`, "render refused", "", "renderType is given twice", "Give it once."},
		{"render", `{"renderType":`, "render refused", "", "The body is not valid JSON", "Send the event as a JSON object, as JSON.stringify writes it."},
		{"batch", `[{"type":"render","renderType":"2d","quality":"high","durationSeconds":1},{"type":"rendr"}]`, "event 1 of a batch refused", "", `type must be one of openai, render,`, `Write it as in "type": "render".`},
	} {
		b := newBench()
		err := b.send(t, tc.endpoint, tc.body)
		recent := b.page(t).Recent
		i := slices.IndexFunc(recent, func(r setup.Recent) bool { return (r.Error != "") == (tc.err != "") })
		if i < 0 {
			t.Errorf("%s: nothing is remembered (%v)", tc.body, err)
			continue
		}
		if got := recent[i]; got.Text != tc.text || got.Detail != tc.detail || !strings.HasPrefix(got.Error, tc.err) || got.Fix != tc.fix {
			t.Errorf("%s:\n got %q, %q, %q, %q\nwant %q, %q, %q, %q", tc.body, got.Text, got.Detail, got.Error, got.Fix, tc.text, tc.detail, tc.err, tc.fix)
		}
	}
}

func TestTestEvent(t *testing.T) {
	t.Parallel()
	b := newBench()
	test := func(body string) (string, error) {
		w := httptest.NewRecorder()
		err := b.HandleTest(w, httptest.NewRequest(http.MethodPost, "/api/setup/test", strings.NewReader(body)))
		return w.Body.String(), err
	}
	for _, source := range []string{"queues", "openai", "renders", "embeds", "ar"} {
		if text, err := test(fmt.Sprintf(`{"source":%q}`, source)); err != nil || !strings.Contains(text, "counted nowhere") || !strings.Contains(text, `"status":202`) {
			t.Errorf("%s: %s %v", source, text, err)
		}
	}
	p := b.page(t)
	if p.Connected != 0 || len(p.Recent) != 5 || !p.Recent[0].Test {
		t.Errorf("a test counts: %+v", p)
	}
	for body, want := range map[string]string{
		`{"source":"notifications"}`:      "must be one of queues, openai, renders, embeds, ar, not \"notifications\"",
		`{"source":"render"}`:             "not \"render\"",
		`{"sauce":"renders"}`:             "must be a JSON object such as",
		`renders`:                         "must be a JSON object such as",
		strings.Repeat(" ", 5<<10) + `{}`: "must be a JSON object such as",
	} {
		if _, err := test(body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30s: %v, want …%s…", body, err, want)
		}
	}
}
