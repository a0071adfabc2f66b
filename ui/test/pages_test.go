package uitest_test

import (
	"slices"
	"strings"
	"testing"
)

// TestInChromium looks at the pages of a running Luneo. Its parts share the
// Luneo and the browser, each with a profile of its own.
func TestInChromium(t *testing.T) {
	t.Parallel()
	tools(t)
	s := newSite(t)
	paths := s.pages(t)
	for _, path := range paths {
		t.Run("page "+nameOf(path), func(t *testing.T) {
			t.Parallel()
			s.look(t, path)
		})
	}
	for _, part := range []struct {
		name string
		run  func(*site, *testing.T)
	}{
		{"values are Prometheus'", (*site).values},
		{"variables", (*site).variables},
		{"zoom and back", (*site).zoom},
		{"time range", (*site).picker},
		{"table and CSV", (*site).table},
		{"palette and shortcuts", (*site).keys},
		{"every control by keyboard", (*site).tabs},
		{"reduced motion", (*site).stillness},
		{"labels are no HTML", (*site).hostile},
		{"failing queries", (*site).failing},
		{"offline", (*site).offline},
		{"all queues", (*site).queues},
		{"filter of queues", (*site).queueFilter},
		{"one queue", (*site).oneQueue},
		{"queues without an answer", (*site).queueStates},
		{"the gateway", (*site).gateway},
		{"silence an alert", (*site).silencing},
		{"pause everything", (*site).pausing},
		{"silence from a link", (*site).silenceLink},
		{"who may not silence", (*site).mayNotSilence},
		{"notifications", (*site).told},
		{"nobody is told", (*site).toldNobody},
		{"nothing yet", (*site).nothing},
		{"first event on Setup", (*site).setup},
		{"queries of one load", (*site).questions},
		{"200 refreshes", (*site).memory},
		{"200 series", (*site).crowded},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(s, t)
		})
	}
}

func nameOf(path string) string {
	if path == "/" {
		return "kpis"
	}
	return strings.TrimPrefix(path[strings.LastIndexByte(path, '/')+1:], "luneo-")
}

// pages are those that the navigation has.
func (s *site) pages(t *testing.T) []string {
	t.Helper()
	b := s.tab(t, view{width: 1440})
	b.load("/")
	paths := eval[[]string](b, `[...document.querySelectorAll("nav.sidebar a.nav-item")].map((a) => new URL(a.href).pathname)`)
	for _, path := range []string{"/", "/d/luneo-overview", "/queues", "/alerts", "/spend", "/explore", "/setup", "/settings"} {
		if !slices.Contains(paths, path) {
			t.Errorf("the navigation has no link to %s: %q", path, paths)
		}
	}
	return paths
}

// allPages are those that the navigation has, and those below them.
func (s *site) allPages(t *testing.T) []string {
	t.Helper()
	return append(s.pages(t), "/alerts/silences", "/alerts/notifications")
}

// look opens one page in both sizes and themes.
func (s *site) look(t *testing.T, path string) {
	for _, width := range []int{1440, 390} {
		b := s.tab(t, view{width: width})
		b.load(path)
		if n := eval[int](b, `document.querySelectorAll("h1").length`); n != 1 || b.text("h1") == "" {
			t.Errorf("%d: %d h1, %q", width, n, b.text("h1"))
		}
		if current := eval[string](b, `new URL([...document.querySelectorAll("nav [aria-current=page]")][0]?.href ?? "http://none/none").pathname`); current != path {
			t.Errorf("the navigation says that this is %s", current)
		}
		for _, light := range []bool{false, true} {
			b.see(view{width: width, light: light})
			b.frames()
			b.settle()
			b.fits(path)
			b.axe(path)
			b.shot(nameOf(path))
		}
		if width == 390 {
			b.see(view{width: 320})
			b.frames()
			b.fits(path)
		}
		b.calm()
	}
}
