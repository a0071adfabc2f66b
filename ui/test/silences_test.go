package uitest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// telling starts a Luneo with a configuration of notifications, beside the same
// browser.
func (s *site) telling(t *testing.T, notifications string) *site {
	t.Helper()
	file := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(file, []byte("notifications: "+notifications+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", filepath.Join(t.TempDir(), "data"), "--config", file, "--log-level", "error", "--prometheus-scrape-interval", "1s")
	return &site{url: p.URL, until: time.Now(), browser: s.browser}
}

// fire has a rule fire: every call fails.
func (s *site) fire(t *testing.T) {
	t.Helper()
	wait(t, "a rule that fires", func() bool {
		s.send(t, "openai", `{"model":"gpt-4o","operation":"chat","durationSeconds":1,"costCents":1,"errorType":"timeout"}`)
		var list []struct{ Labels map[string]string }
		s.get(t, "/api/v2/alerts?filter=alertname%3DErrorRateHigh", &list)
		return len(list) == 1
	})
}

// post sends JSON and reads the answer's.
func (s *site) post(t *testing.T, path string, body, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.url+path, "application/json", strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	answer := testkit.Body(t, resp)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, resp.StatusCode, answer)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(answer), into); err != nil {
			t.Fatalf("%s: %v %s", path, err, answer)
		}
	}
}

type keptSilence struct {
	ID                 string
	Comment, CreatedBy string
	EndsAt             time.Time
	Status             struct{ State string }
	Matchers           []struct{ Name, Value string }
}

func (s *site) silencesThat(t *testing.T, state string) (list []keptSilence) {
	t.Helper()
	var all []keptSilence
	s.get(t, "/api/v2/silences", &all)
	for _, x := range all {
		if x.Status.State == state {
			list = append(list, x)
		}
	}
	return list
}

// says waits until an element has these words.
func (b *tab) says(selector, words string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, selector, words))
}

// choose clicks the visible element of a selector that has these words.
func (b *tab) choose(selector, words string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].find((e) => e.innerText.includes(%q) && e.getClientRects().length && !e.disabled)`, selector, words)
	b.until(find)
	b.do(find + `.click()`)
}

// write fills in a field.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q)`, selector))
	b.do(fmt.Sprintf(`const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new Event(e.tagName === "SELECT" ? "change" : "input", { bubbles: true }))`, selector, text))
	b.frames()
}

// looks holds what is there against axe and the widths, in both themes, and
// keeps pictures.
func (b *tab) looks(name string) {
	b.t.Helper()
	before := b.view
	for _, v := range []view{{width: 1440, light: true}, {width: 1440}, {width: 390}, {width: 320}} {
		b.see(v)
		b.frames()
		b.settle()
		b.fits(name)
		if v.width > 320 {
			b.axe(name)
			b.shot(name)
		}
	}
	b.see(before)
	b.settle()
}

const reasonField = `dialog[open] .silence-form label input[maxlength="500"]`

// silencing makes a silence from an alert that fires, sees it everywhere, and
// ends it.
func (s *site) silencing(t *testing.T) {
	hook := testkit.NewHookServer(t)
	front := s.telling(t, fmt.Sprintf(`{webhook: {url: %q}, group_wait: 1s}`, hook.URL))
	front.fire(t)
	b := front.tab(t, view{width: 1440})
	b.load("/alerts?rule=ErrorRateHigh")
	b.until(`document.querySelector(".detail-actions [data-key=s]:not(:disabled)")`)
	b.press("s")
	b.until(`document.querySelector("dialog[open]")`)
	b.press(kb.Escape)
	b.until(`!document.querySelector("dialog[open]")`)
	b.choose(".detail-actions button", "Silence")
	b.says(".hits", "Silences")
	if text := b.text("dialog[open] .matchers"); !strings.Contains(text, `alertname="ErrorRateHigh"`) || !strings.Contains(text, `severity="critical"`) {
		t.Errorf("the form begins with %q", text)
	}
	if focus := eval[string](b, `document.activeElement.closest("label")?.innerText ?? ""`); !strings.Contains(focus, "Reason") {
		t.Errorf("the focus is on %q", focus)
	}
	b.looks("silence-form")
	b.addAndDrop()
	b.choose("dialog[open] .segmented button", "4 h")
	b.press("Rolling back <b>worker-ia</b>")
	b.write(`dialog[open] input[autocomplete=name]`, "J. Diaz")
	b.choose("dialog[open] [type=submit]", "Silence until")
	b.until(`!document.querySelector("dialog[open]")`)
	kept := front.silencesThat(t, "active")
	if len(kept) != 1 || kept[0].Comment != "Rolling back <b>worker-ia</b>" || kept[0].CreatedBy != "J. Diaz" || len(kept[0].Matchers) != 2 || time.Until(kept[0].EndsAt).Round(time.Minute) != 4*time.Hour {
		t.Fatalf("kept is %+v", kept)
	}
	b.says(".rule-list section", "Silenced")
	b.says(".silenced-note", "by J. Diaz: Rolling back <b>worker-ia</b>")
	b.says(".silence-spans", "Silenced by J. Diaz")
	b.until(`document.querySelector(".lane-track [data-state=silenced]")`)
	b.looks("alert-silenced")
	front.listed(b)
	b.calm()
}

// addAndDrop adds a label to the form, sees that it then silences nobody, and
// removes it.
func (b *tab) addAndDrop() {
	b.t.Helper()
	b.do(`document.querySelector(".matcher-add input").focus()`)
	b.press("queue_name")
	b.press(kb.Enter)
	b.says("dialog[open] [role=alert]", "is not a matcher")
	b.press(`="renders"` + kb.Enter)
	b.says("dialog[open] .matchers", `queue_name="renders"`)
	b.says(".hits", "None of the")
	b.do(`document.querySelector(".matchers li:last-child button").click()`)
	b.until(`document.querySelectorAll(".matchers li").length === 2`)
	b.do(fmt.Sprintf(`document.querySelector(%q).focus()`, reasonField))
}

// listed sees the silence in the list, has it last longer, and ends it.
func (s *site) listed(b *tab) {
	b.t.Helper()
	b.choose(".tab", "Silences")
	b.until(`location.pathname === "/alerts/silences"`)
	b.says(".silence", "Rolling back <b>worker-ia</b>")
	b.says(".silence", "1 alert that fires now")
	before := s.silencesThat(b.t, "active")[0].EndsAt
	s.others(b.t)
	b.load("/alerts/silences")
	b.says(".silence[data-state=pending]", "begins")
	b.says(".silence[data-state=expired]", "ended")
	b.looks("silences")
	b.choose(".silence button", "Extend by 1 h")
	wait(b.t, "a later end", func() bool {
		list := s.silencesThat(b.t, "active")
		return len(list) == 1 && list[0].EndsAt.Sub(before) == time.Hour
	})
	b.choose(".silence button", "Expire")
	b.says("dialog.confirm", "1 alert that it silences fires now and will be told")
	b.looks("expire")
	b.choose("dialog[open] button", "Expire now")
	b.until(`document.querySelectorAll(".silence[data-state=expired]").length === 2`)
	if left := s.silencesThat(b.t, "active"); len(left) != 0 {
		b.t.Errorf("still silenced: %+v", left)
	}
	b.settle()
	b.load("/alerts?rule=ErrorRateHigh&from=now-2m")
	b.until(`!document.querySelector(".silenced-note") && document.querySelector(".silence-spans")`)
	b.hatched()
	b.looks("alert-was-silenced")
}

// hatched points at the silence in the chart: the tooltip says who and why.
func (b *tab) hatched() {
	b.t.Helper()
	over := b.box(".detail-chart .u-over")
	for x := over.Width - 2; x > 0; x -= 4 {
		b.must(chromedp.Do(b.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, over.X+x, over.Y+over.Height/2)))
		b.frames()
		if strings.Contains(b.text(".tip"), "Silenced by J. Diaz: Rolling back <b>worker-ia</b>") {
			b.shot("alert-tooltip")
			return
		}
	}
	b.t.Errorf("no tooltip of the chart has the silence")
}

// others keeps a silence that is still to come, and one that has ended.
func (s *site) others(t *testing.T) {
	t.Helper()
	for _, begin := range []time.Duration{0, 2 * time.Hour} {
		var kept struct{ SilenceID string }
		s.post(t, "/api/v2/silences", map[string]any{
			"matchers": []any{
				map[string]any{"name": "alertname", "value": "QueueWaitTimeHigh", "isRegex": false, "isEqual": true},
				map[string]any{"name": "queue_name", "value": "a-queue-with-a-rather-long-name-indeed|renders", "isRegex": true, "isEqual": true},
			},
			"createdBy": "ops@example.com", "comment": "The workers move to new machines, one after the other; their queues may wait", "startsAt": time.Now().Add(begin), "endsAt": time.Now().Add(begin + time.Hour),
		}, &kept)
		if begin > 0 {
			continue
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.url+"/api/v2/silence/"+kept.SilenceID, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Body(t, resp)
	}
}

// pausing pauses everything from the link, sees the banner on every page, and
// resumes.
func (s *site) pausing(t *testing.T) {
	front := s.empty(t)
	b := front.tab(t, view{width: 1440})
	b.load("/alerts/silences")
	b.looks("silences-none")
	b.choose(".page-tools a", "Pause everything for 1 hour")
	b.says("dialog[open]", "except the Watchdog")
	b.looks("pause-form")
	b.write(reasonField, "Moving the database")
	b.write(`dialog[open] input[autocomplete=name]`, "Ada")
	b.choose("dialog[open] [type=submit]", "Pause everything until")
	b.says(".paused", "All notifications are paused until")
	var firing []struct{ Status struct{ SilencedBy []string } }
	testkit.Await(t, "the Watchdog", func() bool { // rules are evaluated every 5 s
		front.get(t, "/api/v2/alerts?filter=alertname%3DWatchdog", &firing)
		return len(firing) == 1
	})
	if len(firing[0].Status.SilencedBy) != 0 {
		t.Errorf("the Watchdog: %+v", firing)
	}
	b.looks("paused")
	for _, path := range []string{"/", "/queues", "/setup", "/settings?from=1&to=2", "/explore"} {
		b.load(path)
		b.says(".paused", "by Ada: Moving the database")
	}
	b.load("/")
	b.looks("paused-kpis")
	b.choose(".paused button", "Resume")
	b.until(`!document.querySelector(".paused")`)
	if left := front.silencesThat(t, "active"); len(left) != 0 {
		t.Errorf("still paused: %+v", left)
	}
	b.calm()
}

// silenceLink opens the form as links in messages do.
func (s *site) silenceLink(t *testing.T) {
	front := s.empty(t)
	for _, v := range []view{{width: 1440}, {width: 390}} {
		b := front.tab(t, v)
		b.load("/alerts/silences/new", url.Values{"matcher": {`alertname="QueueWaitTimeHigh"`, `queue_name=~"render.*"`, `what?`}, "duration": {"90m"}})
		b.says("dialog[open] .matchers", `queue_name=~"render.*"`)
		b.says("dialog[open] [role=alert]", `“what?” is not a matcher`)
		if at, err := time.ParseInLocation("2006-01-02T15:04", eval[string](b, `document.querySelector("dialog[open] [type=datetime-local]").value`), time.Local); err != nil || (time.Until(at)-90*time.Minute).Abs() > 2*time.Minute {
			t.Errorf("%s: until %s (%v)", v, at, err)
		}
		b.axe("silence from a link")
		b.fits("silence from a link")
		b.shot("silence-link")
		b.press(kb.Escape)
		b.until(`location.pathname === "/alerts/silences" && !document.querySelector("dialog[open]")`)
		b.calm()
	}
}

// mayNotSilence opens the pages as a user who may only read.
func (s *site) mayNotSilence(t *testing.T) {
	front, _ := s.between(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/session" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"version":"v1","instance":"x","publicUrl":"http://x","mode":"embedded","scrapeIntervalSeconds":5,"timezone":"UTC","startedAt":"2026-01-01T00:00:00Z","caller":{"name":"j.diaz","scopes":["read"]}}`))
		return true
	})
	b := front.tab(t, view{width: 1440})
	b.load("/alerts/silences/new?matcher=a%3Db")
	b.says("dialog[open]", "By j.diaz, as you are signed in.")
	b.says("dialog[open]", "needs the scope admin")
	b.until(`document.querySelector("dialog[open] [type=submit]").disabled && !document.querySelector(".page-tools .accent")`)
	b.axe("a silence that may not be made")
	b.load("/alerts?rule=QueueWaitTimeHigh")
	b.until(`[...document.querySelectorAll(".detail-actions button")].every((e) => e.disabled)`)
	b.calm()
}
