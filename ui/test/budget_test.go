package uitest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const dist = "../../internal/web/dist"

// asset is the content of a built file.
func asset(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(path.Join(dist, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// atMost holds kilobytes against their budget.
func atMost(t *testing.T, what string, bytes int, kB float64) {
	t.Helper()
	t.Logf("%s: %.1f kB of %g", what, float64(bytes)/1000, kB)
	if float64(bytes) > kB*1000 {
		t.Errorf("%s: %.1f kB, at most %g", what, float64(bytes)/1000, kB)
	}
}

// TestSizes holds what is loaded against its budgets.
func TestSizes(t *testing.T) {
	t.Parallel()
	tools(t)
	index := string(asset(t, "index.html"))
	one := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(index)
		if m == nil {
			t.Fatalf("index.html has no %s", pattern)
		}
		return m[1]
	}
	app := one(`src="(/assets/[^"]+\.js)"`)
	atMost(t, "first load, JS gzip", len(asset(t, app+".gz")), 70)
	atMost(t, "first load, CSS gzip", len(asset(t, one(`href="(/assets/[^"]+\.css)"`)+".gz")), 12)
	fonts := 0
	for _, m := range regexp.MustCompile(`href="(/assets/[^"]+\.woff2)"`).FindAllStringSubmatch(index, -1) {
		fonts += len(asset(t, m[1]))
	}
	atMost(t, "fonts", fonts, 56)
	atMost(t, "Explore, JS gzip", loadedLater(t, app, "explore-"), 165)
	all := 0
	err := fs.WalkDir(os.DirFS(dist), "assets", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !slices.Contains([]string{".gz", ".br"}, path.Ext(name)) {
			all += len(asset(t, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	atMost(t, "all assets", all, 1500)
}

// loadedLater is what the chunks of a page weigh that the first load has not.
func loadedLater(t *testing.T, app, start string) (sum int) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dist), "assets/"+start+"*.js")
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %v %v", start, files, err)
	}
	seen := map[string]bool{app: true}
	var add func(name string)
	add = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		sum += len(asset(t, name+".gz"))
		for _, m := range regexp.MustCompile(`(?:from|import)\s*\(?"\./([^"]+\.js)"`).FindAllSubmatch(asset(t, name), -1) {
			add("/assets/" + string(m[1]))
		}
	}
	add("/" + files[0])
	return sum
}

// TestCompressedAhead unpacks each .gz beside its file.
func TestCompressedAhead(t *testing.T) {
	t.Parallel()
	tools(t)
	files, err := fs.Glob(os.DirFS(dist), "assets/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	for _, name := range files {
		r, err := gzip.NewReader(bytes.NewReader(asset(t, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(r); err != nil || !bytes.Equal(got.Bytes(), asset(t, strings.TrimSuffix(name, ".gz"))) {
			t.Errorf("%s is not its file: %v", name, err)
		}
	}
}

// questions counts the queries of one load: none twice, six at once, and few
// before the first figure is there.
func (s *site) questions(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/")
	b.mu.Lock()
	most := b.most
	b.mu.Unlock()
	if most > 6 || most < 2 {
		t.Errorf("%d queries ran at once", most)
	}
	times := map[string]int{}
	for _, u := range b.requests() {
		if strings.Contains(u, "/api/v1/") {
			times[u]++
		}
	}
	for u, n := range times {
		if n > 1 {
			t.Errorf("asked %d times: %s", n, u)
		}
	}
	// What goes ahead of the question whose answer is the first figure, the page
	// itself included; the fonts and the icon are fetched beside it.
	ahead := []string{}
	for _, u := range b.requests() {
		if isQuery(u) {
			break
		}
		if !strings.HasSuffix(u, ".woff2") && !strings.HasSuffix(u, ".svg") {
			ahead = append(ahead, u)
		}
	}
	t.Logf("%d queries, at most %d at once; ahead of the first: %q", len(times), most, ahead)
	if len(ahead) > 6 {
		t.Errorf("%d requests ahead of the first query: %q", len(ahead), ahead)
	}
	if first := b.requests()[slices.IndexFunc(b.requests(), isQuery)]; strings.Contains(first, "ALERTS") {
		t.Errorf("the first query is no figure's: %s", first)
	}
}

func isQuery(u string) bool { return strings.Contains(u, "/api/v1/query") }

// memory refreshes 200 times: nothing piles up.
func (s *site) memory(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/", url.Values{"from": {"now-15m"}})
	refresh := func(n int) {
		for range n {
			b.do(`for (const _ of "ll") document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "l", bubbles: true }))`)
			b.frames()
			b.idle()
		}
	}
	used := func() (heap float64, nodes, listeners int64) {
		b.settle()
		b.forget()
		for range 3 {
			_, err := chromedp.Call(b.ctx, heapprofiler.CollectGarbage, cdp.Empty{})
			b.must(err)
		}
		h, err := chromedp.Call(b.ctx, runtime.GetHeapUsage, cdp.Empty{})
		b.must(err)
		c, err := chromedp.Call(b.ctx, memory.GetDOMCounters, cdp.Empty{})
		b.must(err)
		return h.UsedSize, c.Nodes, c.JsEventListeners
	}
	refresh(30)
	heap, nodes, listeners := used()
	refresh(100)
	refresh(100)
	heapAfter, nodesAfter, listenersAfter := used()
	said := fmt.Sprintf("heap %.2f MB, then %.2f; nodes %d, then %d; listeners %d, then %d", heap/1e6, heapAfter/1e6, nodes, nodesAfter, listeners, listenersAfter)
	t.Log(said)
	if heapAfter > heap*1.1+200_000 || nodesAfter > nodes+nodes/10+50 || listenersAfter > listeners+listeners/10+20 {
		t.Error(said)
	}
}

// crowded has 200 series in one panel: the largest are drawn, a note says how
// many there are, and the table has them all.
func (s *site) crowded(t *testing.T) {
	fresh := s.empty(t)
	for i := range 200 {
		fresh.send(t, "queue-wait", fmt.Sprintf(`{"queueName":"queue-%d","oldestWaitingSeconds":%d}`, i, 10+i))
	}
	wait(t, "200 series", func() bool {
		var answer struct{ Data struct{ Result []any } }
		fresh.get(t, "/api/v1/query?query=luneo_worker_queue_wait_time_current_seconds", &answer)
		return len(answer.Data.Result) == 200
	})
	b := fresh.tab(t, view{width: 1440})
	b.load("/")
	b.until(`document.body.innerText.includes("of 200 series")`)
	for range 3 {
		b.do(`for (const _ of "ll") document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "l", bubbles: true }))`)
		b.settle()
		if stale := eval[int](b, `document.querySelectorAll(".panel[data-stale], .panel[data-state=error]").length`); stale > 0 {
			t.Errorf("%d panels dropped a refresh", stale)
		}
	}
	b.do(`[...document.querySelectorAll(".partial .text-button")][0].click()`)
	b.until(`document.querySelectorAll("dialog[open] thead th").length >= 200 || document.querySelectorAll("dialog[open] tbody tr").length >= 200`)
	b.calm()
}
