package uitest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// queueAnswers are canned answers about queues: those that luneo queues is
// tested with, and one queue with all there is to say.
func queueAnswers(t *testing.T) func(http.ResponseWriter, *http.Request) bool {
	t.Helper()
	list, err := os.ReadFile(filepath.Join("..", "..", "cmd", "luneo", "testdata", "queues.json"))
	if err != nil {
		t.Fatal(err)
	}
	one, err := os.ReadFile(filepath.Join("testdata", "queue.json"))
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		body := list
		switch r.URL.Path {
		case "/api/queues":
		case "/api/queues/" + oddQueue:
			body = one
		default:
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
		return true
	}
}

// oddQueue has all that a name may have.
const oddQueue = `render/hd 日本 "$__interval" <b>`

// queues looks at the page of all queues, and from it at one.
func (s *site) queues(t *testing.T) {
	front, _ := s.between(t, queueAnswers(t))
	for _, v := range []view{{width: 1440}, {width: 390, light: true}, {width: 320}, {width: 1000, light: true}, {width: 3840}} {
		b := front.tab(t, v)
		b.load("/queues")
		if text := b.text("main"); !strings.Contains(text, "No worker is connected: 128 jobs wait.") || !strings.Contains(text, "Connection refused.") || !strings.Contains(text, "Redis 7.0.15 at 127.0.0.1:6379") {
			t.Errorf("%s: %s", v, text)
		}
		b.axe("queues")
		b.fits("queues")
		b.shot("queues-all")
		first := `document.querySelector(".queue-table tbody th a, .queue-card")`
		if name := eval[string](b, first+`.innerText.split("\n")[0]`); name != "render-3d" {
			t.Errorf("%s: the first queue is %q", v, name)
		}
		if alone := eval[bool](b, `!!document.querySelector(".queue-table") === !!document.querySelector(".queue-cards")`); alone {
			t.Errorf("%s: both a table and cards, or neither", v)
		}
		b.calm()
	}
}

// queueFilter types a part of a name: the address has it, and the list only
// what matches.
func (s *site) queueFilter(t *testing.T) {
	front, _ := s.between(t, queueAnswers(t))
	b := front.tab(t, view{width: 1440})
	b.load("/queues")
	rows := func(n int) string {
		return fmt.Sprintf(`document.querySelectorAll(".queue-table tbody tr").length === %d`, n)
	}
	b.until(rows(6) + ` && document.querySelector("tfoot").innerText.includes("All 6 queues")`)
	b.click(".queue-filter input")
	b.press("MAI")
	b.until(rows(1) + ` && !document.querySelector("tfoot")`)
	if got := b.params().Get("filter"); got != "MAI" {
		t.Errorf("the address has the filter %q", got)
	}
	b.press("zz")
	b.until(`document.querySelector(".queue-none")`)
	b.axe("no queue matches")
	b.click(".queue-none button")
	b.until(rows(6))
	b.load("/queues?filter=3d")
	b.until(rows(1))
	b.do(`document.activeElement.blur()`)
	b.press("gk")
	b.until(`location.pathname === "/"`)
	b.press("gq")
	b.until(`location.pathname === "/queues"`)
}

// oneQueue looks at the page of a queue with an odd name.
func (s *site) oneQueue(t *testing.T) {
	front, _ := s.between(t, queueAnswers(t))
	path := "/queues/" + url.PathEscape(oddQueue)
	for _, v := range []view{{width: 1440}, {width: 390, light: true}, {width: 320}} {
		b := front.tab(t, v)
		b.load(path)
		if got := b.text("h1"); got != oddQueue {
			t.Errorf("the heading is %q", got)
		}
		if failed := eval[[]string](b, `[...document.querySelectorAll(".panel[data-state=error]")].map((p) => p.innerText)`); len(failed) > 0 {
			t.Errorf("queries with this name fail: %q", failed)
		}
		if current := eval[string](b, `document.querySelector("nav.sidebar [aria-current=page]").innerText`); !strings.HasPrefix(current, "Queues") {
			t.Errorf("the navigation says that this is %s", current)
		}
		text := b.text("main")
		for _, want := range []string{"At its concurrency limit of 5.", "2k failures are 2 distinct errors", "the newest 2k of 12k were read", "4 due", "QueueWaitTimeHigh"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing", v, want)
			}
		}
		b.axe("one queue")
		b.fits("one queue")
		b.do(`document.querySelector(".failures summary").focus()`)
		b.press("\r")
		b.until(`document.querySelector(".failures details").open && document.querySelector(".failures pre").innerText.includes("asset 18423 is missing")`)
		b.settle()
		b.axe("one queue, failures open")
		b.fits("one queue, failures open")
		b.shot("one-queue")
		b.calm()
		b.click(".crumb")
		b.until(`location.pathname === "/queues" && document.querySelector(".queue-list")`)
	}
}

// queueStates are what the pages say when there is no answer.
func (s *site) queueStates(t *testing.T) {
	down := func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/queues") {
			return false
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"detail":"Luneo is stopping."}`))
		return true
	}
	front, switchable := s.between(t, down)
	for _, path := range []string{"/queues", "/queues/render-3d"} {
		b := front.tab(t, view{width: 390})
		b.load(path)
		b.until(`document.querySelector("main").innerText.includes("Luneo is stopping.")`)
		b.axe("queues, no answer")
		b.fits("queues, no answer")
		switchable.answer.Store(nil)
		b.until(`document.querySelector("main .figures")`) // it asks again by itself
		switchable.answer.Store(&down)
		b.until(`document.querySelector("main").innerText.includes("No answer since")`)
		b.axe("queues, out of date")
		b.fits("queues, out of date")
		b.shot("queues-out-of-date")
	}
	b := s.tab(t, view{width: 1440, light: true})
	b.load("/queues/none%2Fat%20all")
	b.until(`document.querySelector("main").innerText.includes("No queue “none/at all” now")`)
	b.axe("no such queue")
	b.shot("queue-none")
}
