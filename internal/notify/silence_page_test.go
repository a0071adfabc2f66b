package notify_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// press asks the page of a silence, with a form when there is one.
func press(t *testing.T, n *notify.Notifier, link string, form url.Values) (string, error) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
	if form != nil {
		form.Set("t", u.Query().Get("t"))
		r = httptest.NewRequest(http.MethodPost, u.Path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	err = n.HandleSilence(w, r)
	return w.Body.String(), err
}

// silenced lists the alerts that are silenced just now.
func silenced(t *testing.T, n *notify.Notifier) (queues []string) {
	t.Helper()
	w := httptest.NewRecorder()
	n.ServeHTTP(w, httptest.NewRequest(http.MethodGet, notify.Prefix+"alerts?active=false&inhibited=false", nil))
	var list []struct {
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	for _, a := range list {
		queues = append(queues, a.Labels["queue_name"])
	}
	return queues
}

// TestLinkSilences: the link of a message silences what the message is about,
// for the time that was chosen, and ends that again.
func TestLinkSilences(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	n := run(t, notify.Settings{Short: notify.Short{WebhookURL: hook.URL, Timing: timing()}}, sinceNow(manyQueues(2))...)
	message := hook.Await(t, 1)[0]
	link := message.Alerts[0].Annotations["silence_url"]
	page, err := press(t, n, link, nil)
	if err != nil || !strings.Contains(page, "Silence QueueWaitTimeHigh") || !strings.Contains(page, message.Alerts[0].Labels["queue_name"]) {
		t.Fatalf("%v: %s", err, page)
	}
	if got := silenced(t, n); len(got) != 0 {
		t.Fatalf("looking at the page silenced %v", got)
	}
	page, err = press(t, n, link, url.Values{"for": {"1h"}, "by": {"Ada <b>"}, "why": {"known"}})
	if err != nil || !strings.Contains(page, "Silenced until") {
		t.Fatalf("%v: %s", err, page)
	}
	if got := silenced(t, n); len(got) != 1 || got[0] != message.Alerts[0].Labels["queue_name"] {
		t.Errorf("silenced is %v", got)
	}
	id := regexp.MustCompile(`name="expire" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatal(page)
	}
	if _, err := press(t, n, message.Alerts[1].Annotations["silence_url"], url.Values{"expire": {id[1]}}); !isKind(err, kpi.KindNotFound) {
		t.Errorf("the link of another alert ended the silence: %v", err)
	}
	if _, err := press(t, n, link, url.Values{"expire": {id[1]}}); err != nil {
		t.Error(err)
	}
	if got := silenced(t, n); len(got) != 0 {
		t.Errorf("after its end silenced is %v", got)
	}
}

// TestLinkRefused: nothing is silenced by who changes a link, or fills the form
// in badly.
func TestLinkRefused(t *testing.T) {
	t.Parallel()
	hook := testkit.NewHookServer(t)
	old := queueWaits("old", "5m", 300) // of a year that is over
	old.Labels["alertname"] = "OldAlert"
	n := run(t, notify.Settings{Short: notify.Short{WebhookURL: hook.URL, Timing: timing()}}, append(sinceNow(manyQueues(1)), old)...)
	links := map[string]string{}
	for _, m := range hook.Await(t, 2) {
		links[m.CommonLabels["alertname"]] = m.Alerts[0].Annotations["silence_url"]
	}
	link := links["QueueWaitTimeHigh"]
	good := url.Values{"for": {"1h"}, "by": {"Ada"}, "why": {"known"}}
	for name, c := range map[string]struct {
		link string
		form url.Values
		kind kpi.Kind
	}{
		"no token":       {"https://luneo.example.com/silence", good, kpi.KindForbidden},
		"no signature":   {link[:strings.LastIndex(link, ".")], good, kpi.KindForbidden},
		"cut short":      {link[:len(link)-1], good, kpi.KindForbidden},
		"other labels":   {strings.Replace(link, "t=ey", "t=eX", 1), good, kpi.KindForbidden},
		"run out":        {links["OldAlert"], good, kpi.KindForbidden},
		"no name":        {link, url.Values{"for": {"1h"}, "by": {" "}, "why": {"known"}}, kpi.KindInvalid},
		"no reason":      {link, url.Values{"for": {"1h"}, "by": {"Ada"}}, kpi.KindInvalid},
		"for ever":       {link, url.Values{"for": {"99999h"}, "by": {"Ada"}, "why": {"known"}}, kpi.KindInvalid},
		"unknown id":     {link, url.Values{"expire": {"x"}}, kpi.KindNotFound},
		"an empty token": {"https://luneo.example.com/silence?t=.", good, kpi.KindForbidden},
	} {
		if _, err := press(t, n, c.link, c.form); !isKind(err, c.kind) {
			t.Errorf("%s: %v, not %s", name, err, c.kind)
		}
	}
	if got := silenced(t, n); len(got) != 0 {
		t.Errorf("silenced is %v", got)
	}
}

// sinceNow has alerts begin a moment ago.
func sinceNow(alerts []kpi.Alert) []kpi.Alert {
	for i := range alerts {
		alerts[i].StartsAt = time.Now().Add(-time.Minute)
	}
	return alerts
}

func isKind(err error, kind kpi.Kind) bool {
	e, ok := errors.AsType[*kpi.Error](err)
	return ok && e.Kind == kind
}
