package uitest_test

import (
	"fmt"
	"os"
	"strings"
)

// violation is a rule of axe-core that a page breaks.
type violation struct {
	ID, Help string
	Nodes    []string
}

// axe holds the page against WCAG 2.2 AA. There is no list of exceptions.
func (b *tab) axe(where string) {
	b.t.Helper()
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	b.must(err)
	if !eval[bool](b, `typeof window.axe === "object"`) {
		b.do(string(source))
	}
	found := eval[[]violation](b, `axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }, resultTypes: ["violations"] })
		.then((r) => r.violations.map((v) => ({ ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => n.target.join(" ") + "  " + n.html.slice(0, 160) + "  " + (n.failureSummary ?? "").split("\n").slice(1, 3).join(" ")) })))`)
	for _, v := range found {
		b.t.Errorf("%s, %s: %s (%s)\n    %s", where, b.view, v.Help, v.ID, strings.Join(v.Nodes[:min(len(v.Nodes), 5)], "\n    "))
	}
}

// fits fails the test when the page scrolls sideways, in its own typeface:
// the one that stands in while it loads is wider.
func (b *tab) fits(where string) {
	b.t.Helper()
	b.until(`document.fonts.status === "loaded"`)
	width := eval[float64](b, `document.documentElement.scrollWidth`)
	if width > float64(b.view.width) {
		b.t.Errorf("%s is %v px wide at %d: %s", where, width, b.view.width, eval[string](b, fmt.Sprintf(
			`[...document.body.querySelectorAll("*")].map((e) => [e, e.getBoundingClientRect().right]).filter(([e, right]) => right > %d && !e.closest("pre")).slice(0, 12)
				.map(([e, right]) => e.tagName + "." + (e.getAttribute("class") ?? "") + " to " + right + " in " + (e.parentElement.getAttribute("class") ?? e.parentElement.tagName)).join(", ")`, b.view.width)))
	}
}
