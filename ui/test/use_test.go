package uitest_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// params are those in the address bar.
func (b *tab) params() url.Values {
	b.t.Helper()
	v, err := url.ParseQuery(strings.TrimPrefix(eval[string](b, `location.search`), "?"))
	b.must(err)
	return v
}

// back presses the browser's button.
func (b *tab) back() {
	b.t.Helper()
	b.do(`window.before = location.href; history.back()`)
	b.until(`location.href !== window.before`)
	b.settle()
}

// queueChart is the panel of the current waits, one series a queue.
const queueChart = `.panel[data-type=timeseries]:has(.legend-item)`

// variables filters the page by a queue, then by one that does not exist.
func (s *site) variables(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/", s.settledRange(time.Hour))
	before := b.text(queueChart + " .legend")
	b.click(".variable")
	b.until(`document.querySelectorAll(".options .option").length > 2`)
	queue := eval[string](b, `document.querySelectorAll(".options .option")[1].innerText.trim()`)
	b.forget()
	b.click(".options .option:nth-child(2)")
	b.press(kb.Escape)
	b.until(`new URLSearchParams(location.search).getAll("var-queue").length === 1`)
	b.settle()
	if got := b.params()["var-queue"]; !slices.Equal(got, []string{queue}) {
		t.Errorf("the URL has %q, chosen was %q", got, queue)
	}
	if !slices.ContainsFunc(b.requests(), func(u string) bool {
		asked, _ := url.Parse(u)
		return strings.Contains(asked.Query().Get("query"), `queue_name=~"`+queue+`"`)
	}) {
		t.Errorf("no query has %s", queue)
	}
	if after := b.text(queueChart + " .legend"); after == before || !strings.Contains(after, queue) {
		t.Errorf("the legend says %q, before %q", after, before)
	}
	b.back()
	if after := b.text(queueChart + " .legend"); after != before {
		t.Errorf("Back shows %q instead of %q", after, before)
	}
	b.calm()
	s.filteredAway(t)
}

// filteredAway says which filter hides everything, and clears it.
func (s *site) filteredAway(t *testing.T) {
	for _, v := range []view{{width: 1440}, {width: 390, light: true}} {
		b := s.tab(t, v)
		b.load("/", url.Values{"var-queue": {"no-such-queue"}})
		b.until(`[...document.querySelectorAll(".state-title")].some((e) => e.innerText.includes("no-such-queue"))`)
		b.axe("filtered")
		b.fits("filtered")
		b.shot("filtered")
		b.do(`[...document.querySelectorAll(".state .button")].find((e) => /clear filter/i.test(e.innerText)).click()`)
		b.until(`!location.search.includes("var-queue")`)
		b.settle()
		b.calm()
	}
}

// zoom drags over a chart, goes back, and zooms out.
func (s *site) zoom(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/", s.settledRange(6*time.Hour))
	from, to := s.until.Add(-6*time.Hour), s.until
	over := b.box(queueChart + " .u-over")
	y := over.Y + over.Height/2
	b.must(chromedp.Do(b.ctx,
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, over.X+over.Width*0.25, y),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, over.X+over.Width*0.25, y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, over.X+over.Width*0.5, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, over.X+over.Width*0.75, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, over.X+over.Width*0.75, y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
	))
	b.until(`new URLSearchParams(location.search).get("from") !== "` + s.settledRange(6*time.Hour).Get("from") + `"`)
	near := func(name string, want time.Time) {
		ms, err := strconv.ParseInt(b.params().Get(name), 10, 64)
		if err != nil || time.UnixMilli(ms).Sub(want).Abs() > 5*time.Minute {
			t.Errorf("%s is %s (%v), wanted about %s", name, time.UnixMilli(ms), err, want)
		}
	}
	near("from", from.Add(90*time.Minute))
	near("to", to.Add(-90*time.Minute))
	b.settle()
	b.back()
	near("from", from)
	near("to", to)
	b.press("z")
	b.until(`location.search.includes("from=now-43200s")`)
	b.settle()
	b.calm()
}

// picker chooses a range from the list and one by its ends.
func (s *site) picker(t *testing.T) {
	for _, width := range []int{1440, 390} {
		b := s.tab(t, view{width: width})
		b.load("/")
		b.click(".range")
		b.until(`document.querySelector(".range-menu")`)
		b.axe("time range picker")
		b.do(`[...document.querySelectorAll(".range-menu .option")].find((e) => /24 hours/.test(e.innerText)).click()`)
		b.until(`new URLSearchParams(location.search).get("from") === "now-24h"`)
		if text := b.text(".range"); width == 1440 && !strings.Contains(text, "24 hours") || width == 390 && text != "24 h" {
			t.Errorf("%d: the button says %q", width, text)
		}
		b.click(".range")
		b.do(`const [from, to] = document.querySelectorAll(".range-custom input");
			const set = (e, v) => { e.value = v; e.dispatchEvent(new Event("input", { bubbles: true })); };
			set(from, "2026-01-02T03:00"); set(to, "2026-01-02T02:00")`)
		b.frames()
		b.do(`document.querySelector(".range-custom [type=submit]").click()`)
		b.until(`document.querySelector(".range-custom [role=alert]")`)
		b.do(`const to = document.querySelectorAll(".range-custom input")[1]; to.value = "2026-01-02T05:00"; to.dispatchEvent(new Event("input", { bubbles: true }))`)
		b.frames()
		b.do(`document.querySelector(".range-custom [type=submit]").click()`)
		b.until(`location.search.includes("to=")`)
		from, _ := strconv.ParseInt(b.params().Get("from"), 10, 64)
		to, _ := strconv.ParseInt(b.params().Get("to"), 10, 64)
		if to-from != 2*3600*1000 {
			t.Errorf("%d: from %d to %d", width, from, to)
		}
		b.settle()
		b.calm()
	}
}

// table shows a chart as a table and as a CSV file.
func (s *site) table(t *testing.T) {
	b := s.tab(t, view{width: 1440})
	b.load("/", s.settledRange(time.Hour))
	b.do(`URL.createObjectURL = (blob) => { window.saved = blob.text(); return "#"; }; URL.revokeObjectURL = () => {}`)
	series := eval[[]string](b, fmt.Sprintf(`[...document.querySelector(%q).querySelectorAll(".legend-name")].map((e) => e.textContent)`, queueChart))
	b.click(queueChart + " .panel-menu")
	b.until(`document.querySelector("[role=menu]")`)
	b.axe("panel menu")
	b.do(`[...document.querySelectorAll("[role=menuitem]")].find((e) => /table/i.test(e.innerText)).click()`)
	b.until(`document.querySelector("dialog[open] tbody tr")`)
	b.axe("table")
	b.shot("table")
	heads := eval[[]string](b, `[...document.querySelectorAll("dialog[open] thead th")].map((e) => e.textContent)`)
	first := eval[[]string](b, `[...document.querySelectorAll("dialog[open] tbody tr:first-child td")].map((e) => e.textContent)`)
	b.do(`[...document.querySelectorAll("dialog[open] .button")].find((e) => /csv/i.test(e.innerText)).click()`)
	rows, err := csv.NewReader(strings.NewReader(eval[string](b, `window.saved`))).ReadAll()
	if err != nil || len(rows) < 10 || !slices.Equal(rows[0], heads) || rows[1][0] != first[0] {
		t.Fatalf("the CSV has %d rows: %v (%v), the table begins %q %q", len(rows), rows[:min(2, len(rows))], err, heads, first)
	}
	for _, name := range series {
		if !slices.Contains(heads, name) {
			t.Errorf("the table has no column %s: %q", name, heads)
		}
	}
	for i, cell := range rows[1][1:] {
		v, err := strconv.ParseFloat(cell, 64)
		if got, slack := readBack(t, first[i+1]); cell != "" && (err != nil || got-v > slack+1e-9 || v-got > slack+1e-9) {
			t.Errorf("%s: the CSV has %s, the table %s", heads[i+1], cell, first[i+1])
		}
	}
	b.press(kb.Escape)
	b.until(`!document.querySelector("dialog[open]")`)
	b.calm()
}
