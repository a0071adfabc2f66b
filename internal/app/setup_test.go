package app_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

type setupPage struct {
	Sources []struct {
		ID, State                 string
		FirstEventAt, LastEventAt time.Time
		Events                    float64
	}
	Connected, Total int
	Recent           []struct {
		Status                 int
		Type, Text, Error, Fix string
		Test                   bool
	}
}

func setupOf(t *testing.T, url string) setupPage {
	t.Helper()
	return pageOf[setupPage](t, url+"/api/setup")
}

func (p *setupPage) state(source string) string {
	for _, s := range p.Sources {
		if s.ID == source {
			return s.State
		}
	}
	return ""
}

// follow opens the stream and returns its lines until it ends.
func follow(t *testing.T, url string) <-chan string {
	t.Helper()
	resp, err := http.Get(url + "/api/setup/stream")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		defer resp.Body.Close() //nolint:errcheck // read to its end
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func awaitLine(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	guard := time.After(testkit.HangGuard)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before %s", want)
			}
			if strings.Contains(line, want) {
				return
			}
		case <-guard:
			t.Fatalf("%s does not come", want)
		}
	}
}

// TestSetupFromFirstEventToRestart connects a source while a page listens,
// stops with the page open, and finds it connected after the next start.
func TestSetupFromFirstEventToRestart(t *testing.T) {
	t.Parallel()
	args := quick("--data-dir", t.TempDir(), "--shutdown-timeout", "30s")
	p := testkit.Start(t, args...)
	lines := follow(t, p.URL)
	awaitLine(t, lines, `{"id":"renders","state":"waiting"`)
	post(t, p.URL+"/api/metrics/render", "", `{"renderType":"2d","quality":"high","durationSeconds":"4.2"}`)
	awaitLine(t, lines, `"error":"durationSeconds must be a number of seconds, not a string"`)
	if a := post(t, p.URL+"/api/setup/test", "application/json", `{"source":"renders"}`); a.status != http.StatusOK {
		t.Fatalf("test event: %d %s", a.status, a.body)
	}
	awaitLine(t, lines, `"test":true`)
	if page := setupOf(t, p.URL); page.Connected != 0 || page.Total != 5 || page.Recent[0].Text != "render 2d high" || page.Recent[1].Status != 422 {
		t.Errorf("before the first event: %+v", page)
	}
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a"))
	awaitLine(t, lines, `{"id":"renders","state":"live"`)
	first := setupOf(t, p.URL).Sources[2]
	if first.ID != "renders" || first.Events != 1 {
		t.Errorf("after the first event: %+v", first)
	}
	awaitQuery(t, p.URL, "luneo_renders_total == 1")

	if err := p.Stop(); err != nil {
		t.Errorf("a stop with an open stream: %v", err)
	}
	for range lines { // it has ended
	}
	p = testkit.Start(t, args...)
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		again := setupOf(t, p.URL).Sources[2]
		if again.State == "live" && again.FirstEventAt.Equal(first.FirstEventAt) && again.LastEventAt.Sub(first.LastEventAt).Abs() < 2*time.Minute {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after a restart: %+v", again)
		}
	}
}
