package uitest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// tell has an alert fire that no rule knows.
func (s *site) tell(t *testing.T, name string) {
	t.Helper()
	s.post(t, "/api/v2/alerts", []any{map[string]any{"labels": map[string]string{"alertname": name, "severity": "critical"}}}, nil)
}

// told looks at the log of a receiver that fails, and then does not any more.
func (s *site) told(t *testing.T) {
	hook := testkit.NewHookServer(t)
	hook.Break(testkit.Status(http.StatusNotFound, 0))
	front := s.telling(t, fmt.Sprintf(`{webhook: {url: %q}, pagerduty: {routing_key: %q, url: "http://127.0.0.1:1/"}, group_wait: 1s, group_interval: 3s}`, hook.URL+"/hook", strings.Repeat("a1", 16)))
	b := front.tab(t, view{width: 1440})
	b.load("/alerts/notifications")
	b.says(".state", "Nothing was sent yet")
	b.looks("notifications-nothing")
	front.tell(t, "Evil<img src=x onerror=alert(1)>")
	b.says(".log", "Failed")
	hook.Heal()
	b.says(".log", "Delivered")
	b.says(".log", "status 404")
	b.says(".log", "Evil<img src=x onerror=alert(1)>")
	b.says(".log .told-why", "Advice:")
	b.until(`[...document.querySelectorAll(".told-before summary")].some((e) => /^Failed the same way \d+ times before, since/.test(e.innerText))`)
	b.looks("notifications")
	b.filtered()
	front.tested(b, hook)
	front.onSetup(b)
	b.calm()
}

// filtered shows one receiver, and failures alone.
func (b *tab) filtered() {
	b.t.Helper()
	b.choose(".log-head button", "Failed only")
	b.until(`location.search === "?failed=1" && document.querySelectorAll("[aria-labelledby=told-log] .chip[data-level=bad]").length > 0 && !document.querySelector("[aria-labelledby=told-log] .chip[data-level=ok]")`)
	b.write(".log-head select", "webhook")
	b.until(`location.search.includes("receiver=webhook") && [...document.querySelectorAll("[aria-labelledby=told-log] .told-what")].every((e) => e.innerText.includes("to webhook"))`)
	b.load("/alerts/notifications?receiver=nobody-of-this-name")
	b.says("[aria-labelledby=told-log]", "No attempt matches this filter.")
	b.choose(".detail-empty button", "Show all")
	b.until(`location.search === "" && document.querySelectorAll("[aria-labelledby=told-log] .log li").length > 0`)
}

// tested sends a test to one receiver and to all, and sees what became of it.
func (s *site) tested(b *tab, hook *testkit.HookServer) {
	b.t.Helper()
	hook.Break(testkit.Slow(2 * time.Second))
	b.write(".told-test select", "webhook")
	b.choose(".told-test button", "Send test notification")
	b.says("[role=status]", "Sending to webhook")
	b.says(".told-results", "Delivered")
	if n := eval[int](b, `document.querySelectorAll(".told-results li").length`); n != 1 {
		b.t.Errorf("%d outcomes of a test of one receiver", n)
	}
	hook.Heal()
	b.write(".told-test select", "")
	b.choose(".told-test button", "Send test notification")
	b.until(`document.querySelectorAll(".told-results li").length === 2`)
	b.says(".told-results", "Failed")
	b.says(".told-results", "Advice:")
	b.looks("notifications-tested")
}

// onSetup sees the receivers on Setup, with their last delivery, and tests them.
func (s *site) onSetup(b *tab) {
	b.t.Helper()
	b.load("/setup?source=notifications")
	b.says(".receiver", "pagerduty")
	b.says(".receiver", "Failed")
	b.says(`.source-row[href$="source=notifications"]`, "failing")
	b.looks("setup-told")
	b.choose(".told-test button", "Send test notification")
	b.until(`document.querySelectorAll(".told-results li").length === 2`)
}

// toldNobody looks at what is said where nobody is told, and where others tell.
func (s *site) toldNobody(t *testing.T) {
	fresh := s.empty(t)
	b := fresh.tab(t, view{width: 1440})
	b.load("/alerts/notifications")
	b.says(".state", "Nobody is told of alerts")
	b.looks("notifications-nobody")
	b.choose(".state a", "Open Setup")
	b.says(".snippet", "slack: {webhook_url_file:")
	b.says(".snippet", "pagerduty: {routing_key_file:")
	b.looks("setup-told-nobody")
	b.calm()
	b = s.telling(t, `{alertmanager_urls: ["http://127.0.0.1:1"]}`).tab(t, view{width: 1440})
	for _, path := range []string{"/alerts/silences", "/alerts/notifications", "/setup?source=notifications"} {
		b.load(path)
		b.says("main", "Alerts go to http://127.0.0.1:1")
		b.axe("elsewhere, " + path)
		b.fits("elsewhere, " + path)
	}
	b.shot("elsewhere")
}
