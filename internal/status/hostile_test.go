package status

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hostile are names that are up to something.
func hostile() []string {
	return []string{`"><script>alert(1)</script>`, `../../admin?x=1#y`, `javascript:alert(1)`, `//evil.example`, `a&var-model=b`, `{queue_name="x"} or vector(1)`, "100 %"}
}

// flooded is a story of queues that all fire.
func flooded(queues []string) story {
	var series strings.Builder
	series.WriteString("load 1m\n")
	series.WriteString(`luneo_build_info{job="luneo",instance="a"} 1x10` + "\n")
	for i, q := range queues {
		fmt.Fprintf(&series, "luneo_worker_queue_wait_time_current_seconds{queue_name=%q} %dx10\n", q, 1000-i)
	}
	return story{series: series.String(), from: 0, until: 10 * time.Minute, step: time.Minute}
}

// TestNamesFromOutsideStayNames: whatever a queue is called, it is text, and
// every link leads to a page of Luneo's, with the name as one segment of its path.
func TestNamesFromOutsideStayNames(t *testing.T) {
	t.Parallel()
	for _, queue := range hostile() {
		b := boardOf(t, flooded([]string{queue}))
		s := b.Status(t.Context())
		if s.Worst == nil || s.Worst.Rule != "QueueWaitTimeHigh" || !strings.Contains(s.Sentence.String(), queue) {
			t.Fatalf("%q: %s", queue, s.Sentence)
		}
		d, err := b.Detail(t.Context(), Wanted{Rule: "QueueWaitTimeHigh", Labels: map[string]string{"queue_name": queue}, At: epoch(10 * time.Minute)})
		if err != nil || d.Alert == nil || d.Alert.Labels["queue_name"] != queue {
			t.Fatalf("%q: %+v, %v", queue, d.Alert, err)
		}
		links := []string{d.Checks[0].Href, d.Checks[2].Href}
		for _, p := range append(s.Sentence, d.Rule.Sentence...) {
			if p.Href != "" {
				links = append(links, p.Href)
			}
		}
		for _, link := range links {
			at, err := url.Parse(link)
			if err != nil || at.Scheme != "" || at.Host != "" || at.Path != "/queues/"+queue || strings.Count(at.EscapedPath(), "/") != 2 || at.Fragment != "" || at.RawQuery != "" {
				t.Errorf("%q is linked as %q (%v)", queue, link, err)
			}
		}
	}
}

// TestRunbooksAreSafeToOpen: that of a rule of Luneo's is a page of Luneo's, that
// of a user's own a page on the web or nothing.
func TestRunbooksAreSafeToOpen(t *testing.T) {
	t.Parallel()
	for link, want := range map[string][2]string{
		"http://luneo.example/runbooks/X":      {"/runbooks/X", "http://luneo.example/runbooks/X"},
		"javascript:alert(1)//evil/runbooks/X": {"/runbooks/X", ""},
		"https://wiki.example/how-to":          {"", "https://wiki.example/how-to"},
		"//wiki.example/how-to":                {"", ""},
		"":                                     {"", ""},
	} {
		annotations := map[string]string{"runbook_url": link}
		ours, own := rule{Rule: Rule{Name: "QueueWaitTimeHigh", Annotations: annotations}}, rule{Rule: Rule{Name: "ShopDown", Annotations: annotations}}
		if got := [2]string{ours.runbook(), own.runbook()}; got != want {
			t.Errorf("%q leads to %q, want %q", link, got, want)
		}
	}
}

// TestManyAlerts: words and lists stay bounded however many alerts there are,
// and counts stay whole.
func TestManyAlerts(t *testing.T) {
	t.Parallel()
	const many = 300
	queues := make([]string, many)
	for i := range queues {
		queues[i] = fmt.Sprintf("queue-%03d", i)
	}
	b := boardOf(t, flooded(queues))
	s := b.Status(t.Context())
	if got := s.Sentence.String(); !strings.HasPrefix(got, "Jobs in queue-000 wait 16 m 40 s") || !strings.HasSuffix(got, fmt.Sprintf("and %d more.", many-1)) {
		t.Error(got)
	}
	alerts, err := b.Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range alerts.Rules {
		if r.Name == "QueueWaitTimeHigh" && (len(r.Alerts) != maxAlerts || r.More != many-maxAlerts || r.Alerts[0].Labels["queue_name"] != "queue-000") {
			t.Errorf("%d alerts and %d more, the first %v", len(r.Alerts), r.More, r.Alerts[0].Labels)
		}
	}
	h, err := b.History(t.Context(), "24h")
	if err != nil {
		t.Fatal(err)
	}
	if lane := h.Lanes[0]; len(lane.Intervals) != maxIntervals || lane.Fired != many {
		t.Errorf("%d intervals, %d fired", len(lane.Intervals), lane.Fired)
	}
	for name, answer := range map[string]any{"status": s, "alerts": alerts, "history": h} {
		if body, err := json.Marshal(answer); err != nil || len(body) > 400<<10 {
			t.Errorf("%s has %d bytes, %v", name, len(body), err)
		}
	}
}
