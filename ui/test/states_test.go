package uitest_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// between is a server between the browser and a Luneo that can be told to
// answer itself, or to hang up.
type between struct {
	answer atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool]
}

// between puts a server in front of the site, which answers as f says until
// the test says otherwise.
func (s *site) between(t *testing.T, f func(w http.ResponseWriter, r *http.Request) bool) (*site, *between) {
	t.Helper()
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	b, proxy := &between{}, httputil.NewSingleHostReverseProxy(to)
	b.answer.Store(&f)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of a browser that goes away
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := b.answer.Load(); f == nil || !(*f)(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return &site{url: server.URL, until: s.until, browser: s.browser}, b
}

// problem answers queries as a Luneo does that can't.
func problem(status int, detail string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/v1/query") {
			return false
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"title":%q,"status":%d,"detail":%q}`, http.StatusText(status), status, detail)
		return true
	}
}

// failing shows what panels say when their query fails, and that trying again helps.
func (s *site) failing(t *testing.T) {
	for _, tc := range []struct {
		status      int
		detail, say string
		view        view
	}{
		{http.StatusUnprocessableEntity, "query timed out in expression evaluation", "took too long", view{width: 390}},
		{http.StatusForbidden, "Your credential lacks the scope read.", "may not see", view{width: 1440, light: true}},
		{http.StatusServiceUnavailable, "The history is being repaired.", "The history is being repaired.", view{width: 1440}},
	} {
		front, switchable := s.between(t, problem(tc.status, tc.detail))
		b := front.tab(t, tc.view)
		b.load("/")
		b.until(fmt.Sprintf(`[...document.querySelectorAll(".state")].filter((e) => e.innerText.includes(%q)).length > 5`, tc.say))
		b.axe(fmt.Sprint("status ", tc.status))
		b.fits("errors")
		b.shot(fmt.Sprint("status-", tc.status))
		switchable.answer.Store(nil)
		if tc.status == http.StatusServiceUnavailable {
			b.do(`[...document.querySelectorAll(".state .button")].find((e) => /try again/i.test(e.innerText)).click()`)
			b.until(`document.querySelectorAll(".panel[data-state=error]").length === 0`)
			b.settle()
		}
	}
}

// offline hangs up on every question, and then not any more.
func (s *site) offline(t *testing.T) {
	for _, v := range []view{{width: 1440}, {width: 390, light: true}} {
		front, switchable := s.between(t, func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/api/") {
				panic(http.ErrAbortHandler)
			}
			return false
		})
		b := front.tab(t, v)
		b.load("/")
		b.until(`document.querySelector(".status [role=alert]")?.innerText.includes("has not answered")`)
		b.axe("offline")
		b.fits("offline")
		b.shot("offline")
		switchable.answer.Store(nil)
		b.click(".status .button")
		b.until(`document.querySelector(".status") && !document.querySelector(".status [role=alert]")`)
	}
}

// nothing looks at every page of a Luneo that has heard of nothing yet: each
// empty panel says why, and what to do.
func (s *site) nothing(t *testing.T) {
	fresh := s.empty(t)
	for _, path := range fresh.allPages(t) {
		for _, v := range []view{{width: 1440}, {width: 390, light: true}} {
			b := fresh.tab(t, v)
			b.load(path)
			mute := eval[[]string](b, `[...document.querySelectorAll(".panel[data-state=empty]:not(.tile)")].filter((p) => !p.querySelector(".state-title")?.innerText || !p.querySelector(".state-help")?.innerText).map((p) => p.ariaLabel)`)
			if len(mute) > 0 || strings.Contains(strings.ToLower(b.text("main")), "no data\n") {
				t.Errorf("%s: empty without a reason: %q", path, mute)
			}
			b.axe("nothing yet, " + path)
			b.fits("nothing yet, " + path)
			b.shot("nothing-" + nameOf(path))
			b.calm()
		}
	}
}

// setup sends a first event and sees its check mark turn green, by itself.
func (s *site) setup(t *testing.T) {
	fresh := s.empty(t)
	b := fresh.tab(t, view{width: 1440})
	b.load("/setup?source=renders")
	icon := `.source-row[href$="source=renders"] .source-icon`
	b.until(fmt.Sprintf(`document.querySelector(%q) && !document.querySelector(%q).dataset.done`, icon, icon))
	b.forget()
	fresh.send(t, "render", `{"renderType":"2d","quality":"high","durationSeconds":4.2}`)
	b.until(fmt.Sprintf(`document.querySelector(%q).dataset.done`, icon))
	b.until(`document.querySelector("main").innerText.includes("4.2 s")`)
	b.settle()
	b.axe("setup, connected")
	b.shot("setup-connected")
	b.calm()
}
