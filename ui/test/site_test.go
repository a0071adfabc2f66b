package uitest_test

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/sender"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/workload"
)

// historyLength is enough for a baseline of cost.
const historyLength = 5 * 24 * time.Hour

// site is a running Luneo and a browser to look at it with.
type site struct {
	url     string
	until   time.Time // the end of the history that was written before the start
	browser context.Context
}

// newSite starts a Chromium and a Luneo with a modelled platform: five days
// behind it, with an incident of each kind, and one at the moment.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{browser: chromium(t), until: time.Now().Truncate(time.Minute)}
	dir := filepath.Join(t.TempDir(), "data")
	past, err := workload.NewPast(workload.Options{Rand: rand.New(rand.NewPCG(1, 1)), Start: s.until.Add(-historyLength), Staging: staged(s.until)})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data-dir": dir}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Backfill(t.Context(), app.BackfillOptions{Config: cfg, From: s.until.Add(-historyLength), Until: s.until, Minute: past.Minute}); err != nil {
		t.Fatal(err)
	}
	s.url = testkit.Start(t, "--data-dir", dir, "--log-level", "error").URL
	s.feed(t)
	return s
}

func staged(until time.Time) workload.Staging {
	return workload.Together(
		workload.Rhythm(workload.Daytime(until, time.Local)), workload.Live(until),
		workload.CostSpike(until.Add(-30*time.Hour), 40*time.Minute),
		workload.ErrorBurst(until.Add(-26*time.Hour), 12*time.Minute),
		workload.QueueIncident(until.Add(-3*time.Hour), 9*time.Minute),
	)
}

// feed goes on sending what the platform does, until the test ends.
func (s *site) feed(t *testing.T) {
	t.Helper()
	platform, err := workload.New(workload.Options{Rand: rand.New(rand.NewPCG(1, 0)), Start: s.until.Add(-10 * time.Minute), From: s.until, Staging: staged(s.until)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := sender.New(sender.Options{URL: s.url, Connections: 1, Batch: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- out.Run(ctx, func(ctx context.Context) (sender.Event, error) {
			e, err := platform.Play(ctx)
			return sender.Event{Body: e.Body}, err
		})
	}()
	t.Cleanup(func() {
		early := ctx.Err() == nil && len(done) > 0
		stop()
		if err := <-done; early {
			t.Errorf("the events ended: %v", err)
		}
	})
}

// empty starts a Luneo that nothing has been sent to, beside the same browser.
func (s *site) empty(t *testing.T) *site {
	t.Helper()
	p := testkit.Start(t, "--data-dir", filepath.Join(t.TempDir(), "data"), "--log-level", "error", "--prometheus-scrape-interval", "1s")
	return &site{url: p.URL, until: time.Now(), browser: s.browser}
}

// chromium starts the browser of all tests.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(testkit.Command(t, "chromium")), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("js-flags", "--expose-gc"), chromedp.WSURLReadTimeout(testkit.HangGuard))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeAll := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeAll()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return ctx
}

// get asks the API for JSON.
func (s *site) get(t *testing.T, path string, into any) {
	t.Helper()
	resp, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %s", path, resp.StatusCode, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// send posts one event to an endpoint of the intake.
func (s *site) send(t *testing.T, endpoint, event string) {
	t.Helper()
	resp, err := http.Post(s.url+"/api/metrics/"+endpoint, "application/json", strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusAccepted {
		t.Fatalf("%s: %d %v %s", endpoint, resp.StatusCode, err, body)
	}
}

// settledRange is a part of the history that does not change any more.
func (s *site) settledRange(length time.Duration) url.Values {
	ms := func(at time.Time) string { return jsonNumber(at.UnixMilli()) }
	return url.Values{"from": {ms(s.until.Add(-length))}, "to": {ms(s.until)}}
}

func jsonNumber(v any) string {
	text, _ := json.Marshal(v) // a number always can
	return string(text)
}
