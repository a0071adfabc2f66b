package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium that pages are measured in.
type browser struct {
	ctx  context.Context //nolint:containedctx // the life of the browser
	stop func()
}

var errNoChromium = errors.New("chromium is not installed")

func (b *bench) openBrowser() (*browser, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, errNoChromium
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stopAllocator := chromedp.NewExecAllocator(b.ctx, options...)
	ctx, closeAll := chromedp.NewContext(allocator)
	return &browser{ctx: ctx, stop: func() { closeAll(); stopAllocator() }}, chromedp.Do(ctx)
}

// device is what a page is opened on. Phones are Lighthouse's: a processor of a
// quarter of this one's speed.
type device struct {
	width, height int64
	slower        float64
}

func desktop() device { return device{1440, 900, 1} }
func phone() device   { return device{390, 844, 4} }

// visit is one load of a page, in a profile of its own.
type visit struct {
	ctx  context.Context //nolint:containedctx // the life of the tab
	stop func()
}

// observer notes what the browser reports of a load, and when all that was
// asked for is drawn. Its figures are milliseconds after the navigation.
const observer = `
	window.seen = { lcp: 0, cls: 0, tbt: 0, drawn: 0 };
	const on = (type, f) => new PerformanceObserver((list) => list.getEntries().forEach(f)).observe({ type, buffered: true });
	on("largest-contentful-paint", (e) => { seen.lcp = e.startTime; });
	on("layout-shift", (e) => { if (!e.hadRecentInput) seen.cls += e.value; });
	on("longtask", (e) => { seen.tbt += Math.max(0, e.duration - 50); });
	const look = () => {
		const panels = document.querySelectorAll(".panel[data-type]");
		if (panels.length > 5 && !document.querySelector(".panel[data-state=loading], .skeleton")) seen.drawn = performance.now();
		else requestAnimationFrame(look);
	};
	requestAnimationFrame(look);`

// visit opens an empty page on a device.
func (br *browser) visit(d device) (*visit, error) {
	ctx, stop := chromedp.NewContext(br.ctx, chromedp.WithNewBrowserContext())
	v := &visit{ctx: ctx, stop: stop}
	options := []chromedp.EmulateViewportOption{}
	if d.slower > 1 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(d.width, d.height, options...))
	if err == nil {
		_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: observer})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: d.slower})
	}
	if err != nil {
		stop()
		return nil, err
	}
	return v, nil
}

// until waits until an expression is true, and returns how long that took.
func (v *visit) until(expression string) (time.Duration, error) {
	begin := time.Now()
	_, err := chromedp.Run(v.ctx, chromedp.Poll[bool](`!!(`+expression+`)`, chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		return 0, fmt.Errorf("waiting for %s: %w", expression, err)
	}
	return time.Since(begin), nil
}

// load opens a URL and returns what the observer saw until all was drawn and
// the page had come to rest.
func (v *visit) load(url string) (seen struct{ LCP, CLS, TBT, Drawn float64 }, err error) {
	if err := chromedp.Do(v.ctx, chromedp.Navigate(url)); err != nil {
		return seen, err
	}
	if _, err := v.until(`window.seen?.drawn > 0 && document.readyState === "complete" && performance.now() > seen.drawn + 500`); err != nil {
		return seen, err
	}
	return chromedp.Run(v.ctx, chromedp.Evaluate[struct{ LCP, CLS, TBT, Drawn float64 }](`({ LCP: seen.lcp, CLS: seen.cls, TBT: seen.tbt, Drawn: seen.drawn })`))
}
