package uitest_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// view is how a page is looked at.
type view struct {
	width int
	light bool
	calm  bool // prefers reduced motion
}

func (v view) String() string {
	return fmt.Sprintf("%d-%s", v.width, map[bool]string{true: "light", false: "dark"}[v.light])
}

func (v view) phone() bool { return v.width <= 760 }

func (v view) height() int {
	if v.phone() {
		return 844
	}
	return 900
}

// tab is one page in the browser, in a profile of its own. What happens in it
// is written down as it happens.
type tab struct {
	t    *testing.T
	site *site
	ctx  context.Context
	view view

	mu       sync.Mutex
	open     map[network.RequestID]string // URLs of what runs
	asked    []string                     // URLs, in their order
	most     int                          // queries that ran at once
	problems []string
	changed  chan struct{} // closed when something ended
}

// tab opens an empty page.
func (s *site) tab(t *testing.T, v view) *tab {
	t.Helper()
	b := &tab{t: t, site: s, open: map[network.RequestID]string{}, changed: make(chan struct{})}
	ctx, stop := chromedp.NewContext(s.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.heard))
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.ctx, stop = context.WithTimeout(ctx, 5*testkit.HangGuard)
	t.Cleanup(stop)
	b.see(v)
	_, err := chromedp.Call(b.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err)
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watcher})
	b.must(err)
	return b
}

// watcher notes when the first figure is on the page.
const watcher = `
	window.firstFigure = 0;
	const look = () => {
		if ([...document.querySelectorAll(".stat-value")].some((e) => /\d/.test(e.textContent))) window.firstFigure = performance.now();
		else requestAnimationFrame(look);
	};
	requestAnimationFrame(look);`

// see changes the size, the theme and the motion.
func (b *tab) see(v view) {
	b.t.Helper()
	b.view = v
	options := []chromedp.EmulateViewportOption{}
	if v.phone() {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(int64(v.width), int64(v.height()), options...)))
	scheme, motion := "dark", "no-preference"
	if v.light {
		scheme = "light"
	}
	if v.calm {
		motion = "reduce"
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}})
	b.must(err)
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%v (running: %v, problems: %v)", err, b.running(), b.said())
	}
}

// heard notes requests and problems.
func (b *tab) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
		if e.Type == network.ResourceTypeDocument {
			clear(b.open) // nobody hears how those of the page before end
		}
		if e.Type != network.ResourceTypeEventSource && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "blob:") {
			b.open[e.RequestID] = e.Request.URL
		}
		b.most = max(b.most, queriesAmong(b.open))
	case *network.EventLoadingFinished:
		b.ended(e.RequestID)
	case *network.EventLoadingFailed:
		b.ended(e.RequestID)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.problems = append(b.problems, fmt.Sprint("console: ", arguments(e.Args)))
		}
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, fmt.Sprint("exception: ", e.ExceptionDetails.Text, " ", describe(e.ExceptionDetails.Exception)))
	case *log.EventEntryAdded:
		b.problems = append(b.problems, fmt.Sprint(e.Entry.Source, " ", e.Entry.Level, ": ", e.Entry.Text, " ", e.Entry.URL))
	}
}

func (b *tab) ended(id network.RequestID) {
	delete(b.open, id)
	close(b.changed)
	b.changed = make(chan struct{})
}

func queriesAmong(open map[network.RequestID]string) (n int) {
	for _, u := range open {
		if strings.Contains(u, "/api/v1/") {
			n++
		}
	}
	return n
}

func arguments(list []*runtime.RemoteObject) (texts []string) {
	for _, o := range list {
		texts = append(texts, describe(o))
	}
	return texts
}

func describe(o *runtime.RemoteObject) string {
	switch {
	case o == nil:
		return ""
	case o.Description != "":
		return o.Description
	default:
		return string(o.Value)
	}
}

func (b *tab) running() (urls []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range b.open {
		urls = append(urls, u)
	}
	return urls
}

func (b *tab) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.problems)
}

func (b *tab) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// forget drops what was noted so far.
func (b *tab) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked, b.problems, b.most = nil, nil, 0
}

// load opens a path and waits until the page has all that it asks for.
func (b *tab) load(path string, params ...url.Values) {
	b.t.Helper()
	to := b.site.url + path
	if len(params) > 0 {
		to += "?" + params[0].Encode()
	}
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(to)))
	b.settle()
}

// isSettled tells that a page is there, and nothing on it is loading or moving.
const isSettled = `!document.getAnimations().some((a) => a.playState === "running" && a.effect.getComputedTiming().endTime < Infinity) && document.readyState === "complete" && document.fonts.status === "loaded" && !!document.querySelector("h1") && !document.querySelector(".skeleton, [data-state=loading], [data-level=loading], [aria-busy=true]")`

// settle waits until the page has drawn what it asked for.
func (b *tab) settle() {
	b.t.Helper()
	for {
		b.until(isSettled)
		b.idle()
		b.frames()
		if len(b.running()) == 0 && eval[bool](b, isSettled) {
			return
		}
	}
}

// idle waits until no request runs.
func (b *tab) idle() {
	b.t.Helper()
	for {
		b.mu.Lock()
		n, changed := len(b.open), b.changed
		b.mu.Unlock()
		if n == 0 {
			return
		}
		select {
		case <-changed:
		case <-b.ctx.Done():
			b.must(b.ctx.Err())
		}
	}
}

// frames lets the page draw: two frames and what they leave to do.
func (b *tab) frames() {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true)))))`, chromedp.EvalAwaitPromise))
	b.must(err)
}

// until waits until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`!!(`+expression+`)`, chromedp.WithPollingTimeout(testkit.HangGuard/2)))
	if err != nil {
		b.must(fmt.Errorf("waiting for %s: %w\n%s", expression, err, eval[string](b, `document.body.innerText.slice(0, 1500)`)))
	}
}

// eval returns the value of an expression, or what it promises.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.must(fmt.Errorf("%s: %w", expression[:min(len(expression), 200)], err))
	}
	return v
}

// do evaluates an expression for what it does.
func (b *tab) do(expression string) {
	b.t.Helper()
	eval[bool](b, `(() => { `+expression+`; return true; })()`)
}

// click clicks the first visible element of a selector, with the mouse.
func (b *tab) click(selector string) {
	b.t.Helper()
	x, y := b.middle(selector)
	b.must(chromedp.Do(b.ctx, chromedp.MouseClickXY(x, y)))
}

// box is where an element is on the screen.
type box struct{ X, Y, Width, Height float64 }

func (b *tab) middle(selector string) (x, y float64) {
	b.t.Helper()
	r := b.box(selector)
	return r.X + r.Width/2, r.Y + r.Height/2
}

// box scrolls to the first visible element of a selector and tells where it is.
func (b *tab) box(selector string) box {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].find((e) => e.getClientRects().length)`, selector)
	b.until(find)
	return eval[box](b, `(() => { const e = `+find+`; e.scrollIntoView({ block: "center", behavior: "instant" }); const r = e.getBoundingClientRect(); return { X: r.x, Y: r.y, Width: r.width, Height: r.height }; })()`)
}

// press presses keys one after the other, wherever the focus is.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
}

// text is the visible text of an element, empty when there is none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// shot keeps a picture of the whole page.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("LUNEO_SHOTS")
	if dir == "" {
		dir = b.t.ArtifactDir()
	}
	b.must(os.MkdirAll(dir, 0o755))
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+"-"+b.view.String()+".png"), png, 0o644))
}

// calm fails the test when anything went wrong on the page, or a request left
// the host.
func (b *tab) calm() {
	b.t.Helper()
	for _, p := range b.said() {
		b.t.Errorf("%s at %s: %s", b.view, eval[string](b, `location.pathname`), p)
	}
	for _, u := range b.requests() {
		if !strings.HasPrefix(u, b.site.url) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:"+b.site.url) {
			b.t.Errorf("a request left the host: %s", u)
		}
	}
}

// wait polls a condition outside the browser.
func wait(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come: %s", what)
		}
	}
}
