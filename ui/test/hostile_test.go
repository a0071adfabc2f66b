package uitest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hostile sends labels that would be HTML, and looks at every page for what
// became of them.
func (s *site) hostile(t *testing.T) {
	fresh := s.empty(t)
	evil := []string{`<script>window.pwned=1</script>`, `<img src=x onerror="window.pwned=1">`, `"><svg onload=window.pwned=1>`, `javascript:window.pwned=1`, `${alert(1)}{{x}}`}
	for _, e := range evil {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		fresh.send(t, "queue-wait", fmt.Sprintf(`{"queueName":%s,"waitSeconds":90,"oldestWaitingSeconds":90}`, text))
		fresh.send(t, "openai", fmt.Sprintf(`{"model":%s,"operation":%s,"durationSeconds":2,"costCents":3,"errorType":%s}`, text, text, text))
		fresh.send(t, "embed-handshake", fmt.Sprintf(`{"durationSeconds":1,"shopDomain":%s,"failureReason":%s}`, text, text))
		fresh.send(t, "render", fmt.Sprintf(`{"renderType":%s,"quality":%s,"durationSeconds":2}`, text, text))
		note, err := http.Post(fresh.url+"/api/annotations", "application/json", strings.NewReader(fmt.Sprintf(`{"text":%s,"tags":[%s]}`, text, text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := note.Body.Close(); err != nil || note.StatusCode != http.StatusOK {
			t.Fatalf("annotation: %d %v", note.StatusCode, err)
		}
	}
	fresh.silenceHostile(t, evil)
	b := fresh.tab(t, view{width: 1440})
	b.load("/")
	images := eval[int](b, `document.images.length`)
	b.until(`document.body.innerText.includes("<img src=x onerror=")`)
	for _, path := range append(fresh.allPages(t), `/alerts/silences/new?matcher=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E&matcher=a%3D%22%3Cb%3E%22&reason=%3Cscript%3E`, `/?var-queue=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E`, `/explore?q=%7B__name__%3D~%22luneo_.*%22%7D`, `/setup?source=%3Cscript%3E`, `/alerts?rule=%3Cscript%3E`) {
		b.load(path)
		if eval[bool](b, `"pwned" in window`) || eval[int](b, `document.images.length`) != images || eval[int](b, `document.querySelectorAll("body script").length`) != 0 {
			t.Errorf("%s: a label became HTML", path)
		}
		if links := eval[[]string](b, `[...document.querySelectorAll("a[href]")].map((a) => a.href).filter((h) => !h.startsWith("http"))`); len(links) > 0 {
			t.Errorf("%s: links to %q", path, links)
		}
	}
	b.calm()
}

// silenceHostile keeps silences whose every text would be HTML, and one pattern
// that a browser would try for ever.
func (s *site) silenceHostile(t *testing.T, evil []string) {
	t.Helper()
	matcher := func(name, value string, regex bool) map[string]any {
		return map[string]any{"name": name, "value": value, "isRegex": regex, "isEqual": true}
	}
	for _, e := range evil {
		s.post(t, "/api/v2/silences", map[string]any{
			"matchers": []any{matcher("queue_name", e, false), matcher("alertname", "(([A-Za-z]+)*)*!", true)}, "createdBy": e, "comment": e,
			"startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour),
		}, nil)
	}
	s.post(t, "/api/v2/silences", map[string]any{
		"matchers": []any{matcher("alertname", ".+", true)}, "createdBy": evil[1], "comment": evil[0], "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour),
	}, nil)
}
