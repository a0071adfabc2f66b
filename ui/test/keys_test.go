package uitest_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// keys goes through the application by keys alone.
func (s *site) keys(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/")
	b.press("/")
	b.until(`document.activeElement?.getAttribute("role") === "combobox"`)
	b.axe("palette")
	b.shot("palette")
	b.press("overview")
	b.until(`document.querySelector("[role=option][aria-selected=true]")?.innerText.startsWith("Overview")`)
	b.press(kb.Enter)
	b.until(`location.pathname === "/d/luneo-overview" && !document.querySelector("dialog[open]")`)
	b.settle()
	for _, step := range []struct{ keys, want string }{
		{"ga", `location.pathname === "/alerts"`},
		{"gk", `location.pathname === "/"`},
		{"1", `location.search === "?from=now-1h"`},
		{"gp", `location.pathname === "/spend"`},
		{"gx", `location.pathname === "/explore"`},
		{"", `document.activeElement.blur() ?? true`}, // the editor, which takes keys as text
		{"gs", `location.pathname === "/setup"`},
		{"gc", `location.pathname === "/settings"`},
		{"go", `location.pathname === "/d/luneo-overview"`},
		{"d", `location.search.includes("from=now-24h")`},
		{kb.ArrowLeft, `/to=\d+/.test(location.search)`},
		{"3", `!location.search.includes("from=")`},
		{"z", `location.search.includes("from=now-21600s") || location.search.includes("from=now-6h")`},
		{"t", `document.documentElement.dataset.theme === "light"`},
		{"t", `document.documentElement.dataset.theme === "dark"`},
		{"l", `document.querySelector(".live").getAttribute("aria-pressed") === "false"`},
		{"l", `document.querySelector(".live").getAttribute("aria-pressed") === "true"`},
		{"?", `document.querySelector("dialog.shortcuts[open]")`},
		{"ga", `location.pathname === "/d/luneo-overview"`}, // a dialog has its keys
		{kb.Escape, `!document.querySelector("dialog[open]")`},
	} {
		b.press(step.keys)
		b.until(step.want)
		b.settle()
	}
	b.calm()
}

// reachable are the visible elements that Tab has to come to. Of a group of
// radio buttons and of a set of tabs it comes to one.
const reachable = `[...document.querySelectorAll("a[href], button:not(:disabled), input:not(:disabled):not([type=radio]), select, textarea, summary, [contenteditable=true], [tabindex='0']")]
	.filter((e) => e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length)`

// watchFocus notes how everything looks without the focus; window.step tells
// after each Tab where it is, and whether that shows: by the element's own
// outline, shadow or colours, or by those of a box around it.
const watchFocus = `
	const around = (e) => [e, e.parentElement, e.parentElement?.parentElement, e.closest(".panel")].filter(Boolean);
	const look = (e) => { const s = getComputedStyle(e); return [s.outlineStyle === "none" ? "" : s.outlineWidth + s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join(" "); };
	document.activeElement?.blur();
	const without = new Map([...document.querySelectorAll("*")].map((e) => [e, look(e)]));
	window.reached = new Set();
	window.dark = [];
	window.step = () => {
		const e = document.activeElement;
		if (e === document.body || window.reached.has(e)) return true;
		window.reached.add(e);
		if (without.has(e) && around(e).every((x) => look(x) === without.get(x))) window.dark.push(e.outerHTML.slice(0, 150));
		return true;
	}`

// tabs presses Tab through every page: it comes to all that is there, and shows
// where it is.
func (s *site) tabs(t *testing.T) {
	for _, path := range s.allPages(t) {
		b := s.tab(t, view{width: 1440, calm: true})
		b.load(path)
		b.do(`document.activeElement?.blur()`)
		b.press("l") // no refresh meanwhile
		b.do(watchFocus)
		total := eval[int](b, reachable+`.length`)
		for range total + 20 {
			b.press(kb.Tab)
			eval[bool](b, `window.step()`)
		}
		if missed := eval[[]string](b, reachable+`.filter((e) => !window.reached.has(e)).map((e) => e.outerHTML.slice(0, 150))`); len(missed) > 0 {
			t.Errorf("%s: Tab does not come to %d of %d: %q", path, len(missed), total, missed[:min(4, len(missed))])
		}
		if dark := eval[[]string](b, `window.dark`); len(dark) > 0 {
			t.Errorf("%s: the focus does not show on %q", path, dark[:min(4, len(dark))])
		}
	}
}

// stillness looks for anything that moves although it is not wanted.
func (s *site) stillness(t *testing.T) {
	for _, path := range s.allPages(t) {
		b := s.tab(t, view{width: 1440, calm: true})
		b.load(path)
		moving := eval[[]string](b, `[...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e), long = (l) => l.split(",").some((d) => parseFloat(d) > 0.01);
			return long(s.transitionDuration) || (s.animationName !== "none" && long(s.animationDuration)); }).map((e) => e.tagName + "." + e.className)`)
		if len(moving) > 0 {
			t.Errorf("%s moves: %q", path, moving[:min(5, len(moving))])
		}
	}
}
