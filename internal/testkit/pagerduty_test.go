package testkit_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/notify/pagerduty"
	commoncfg "github.com/prometheus/common/config"

	"github.com/luneo-platform/luneo/internal/testkit"
)

const routingKey = "0123456789abcdef0123456789abcdef"

func pagerDutySender(t *testing.T, p *testkit.PagerDutyServer, change func(*pagerduty.PagerdutyConfig)) sender {
	t.Helper()
	u, err := url.Parse(p.EnqueueURL())
	if err != nil {
		t.Fatal(err)
	}
	config := pagerduty.DefaultPagerdutyConfig
	config.HTTPConfig, config.URL, config.RoutingKey = amHTTP(), &amcommon.URL{URL: u}, commoncfg.Secret(routingKey)
	config.Source, config.Severity, config.Details = "luneo.example.com", "critical", pagerduty.DefaultPagerdutyDetails
	if change != nil {
		change(&config)
	}
	n, err := pagerduty.New(&config, amTemplate(t), amLog())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPagerDutyTakesAlertmanager: an incident is opened and closed, and a
// resolve that finds none is told apart.
func TestPagerDutyTakesAlertmanager(t *testing.T) {
	t.Parallel()
	p := testkit.NewPagerDutyServer(t)
	s := pagerDutySender(t, p, nil)
	mustNotify(t, amContext(t), s, firing())
	if open := p.Open(); len(open) != 1 {
		t.Errorf("open: %+v", open)
	}
	mustNotify(t, amContext(t), s, resolved())
	mustNotify(t, amContext(t), s, resolved())
	events := p.Await(t, 3)
	if len(p.Open()) != 0 || events[0].Action != "trigger" || events[1].Dropped || !events[2].Dropped {
		t.Errorf("%+v, open %+v", events, p.Open())
	}
	if events[0].Payload.Severity != "critical" || events[0].DedupKey == "" || events[0].Payload.Details["num_firing"] == nil {
		t.Errorf("%+v", events[0])
	}
}

// TestPagerDutyFaults: Alertmanager tells what may be tried again from what may not.
func TestPagerDutyFaults(t *testing.T) {
	t.Parallel()
	p := testkit.NewPagerDutyServer(t)
	failures := webFailures()
	failures["429"] = failure{testkit.Status(http.StatusTooManyRequests, time.Minute), true, false}
	suffers(t, p, pagerDutySender(t, p, nil), failures)
	if n := len(p.Events()); n != 3 { // slow, lost and the last
		t.Errorf("%d events", n)
	}
}

func TestPagerDutyRefusesAlertmanager(t *testing.T) {
	t.Parallel()
	p := testkit.NewPagerDutyServer(t)
	s := pagerDutySender(t, p, func(c *pagerduty.PagerdutyConfig) { c.Severity = "page" })
	retry, err := s.Notify(amContext(t), firing())
	if retry || err == nil || !strings.Contains(err.Error(), "payload.severity") {
		t.Errorf("retry %v: %v", retry, err)
	}
}

const pagerDutyTrigger = `{"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger","dedup_key":"k","payload":{"summary":"s","source":"h","severity":"info"}}`

// TestPagerDutyRefusals: each thing that is wrong gets its error.
func TestPagerDutyRefusals(t *testing.T) {
	t.Parallel()
	p := testkit.NewPagerDutyServer(t)
	long := func(n int) string { return strings.Repeat("ü", n) }
	for name, c := range map[string]struct{ old, new, want string }{
		"a short key":         {routingKey, "0123", "'routing_key' is invalid"},
		"an unknown action":   {"trigger", "page", "'event_action' is invalid"},
		"no summary":          {`"summary":"s",`, "", "'payload.summary' is missing or blank"},
		"a long summary":      {`"s"`, `"` + long(1025) + `"`, "'payload.summary' is too long"},
		"no source":           {`"source":"h",`, "", "'payload.source' is missing or blank"},
		"a severity":          {"info", "page", "'payload.severity' is invalid"},
		"no dedup_key":        {`"dedup_key":"k",`, "", "'dedup_key' is missing or blank"},
		"a long dedup_key":    {`"k"`, `"` + long(256) + `"`, "'dedup_key' is too long"},
		"a picture":           {`"dedup_key"`, `"images":[{"src":"http://a/b.png"}],"dedup_key"`, "'images[0].src' must be served via HTTPS"},
		"a link":              {`"dedup_key"`, `"links":[{"text":"a"}],"dedup_key"`, "'links[0].href' is missing or blank"},
		"a time":              {`"summary"`, `"timestamp":"today","summary"`, "'payload.timestamp' is invalid"},
		"an unknown member":   {`"dedup_key"`, `"colour":"red","dedup_key"`, "unknown field"},
		"broken JSON":         {`}}`, `}`, "unexpected EOF"},
		"bytes, not text":     {`"s"`, "\"\xff\"", "not UTF-8"},
		"half a megabyte":     {`"summary"`, `"custom_details":{"a":"` + strings.Repeat("a", 512000) + `"},"summary"`, "larger than 512 KB"},
		"something behind it": {`}}`, `}} {}`, "something follows"},
	} {
		resp, body := post(t, p.EnqueueURL(), asJSON, strings.Replace(pagerDutyTrigger, c.old, c.new, 1))
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, c.want) || !strings.Contains(body, `"status":"invalid event"`) {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
	if resp, body := post(t, p.EnqueueURL(), "text/plain", pagerDutyTrigger); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("%s %s", resp.Status, body)
	}
	if n := len(p.Events()); n != 0 {
		t.Errorf("%d events were taken", n)
	}
}

// TestPagerDutyAnswers: what is at the limits is taken, and answered as documented.
func TestPagerDutyAnswers(t *testing.T) {
	t.Parallel()
	p := testkit.NewPagerDutyServer(t)
	resp, body := post(t, p.EnqueueURL(), asJSON, strings.Replace(pagerDutyTrigger, `"s"`, `"`+strings.Repeat("ü", 1024)+`"`, 1))
	if resp.StatusCode != http.StatusAccepted || body != `{"dedup_key":"k","message":"Event processed","status":"success"}` {
		t.Errorf("%s %s", resp.Status, body)
	}
	post(t, p.EnqueueURL(), asJSON, `{"routing_key":"another9abcdef0123456789abcdef01","event_action":"resolve","dedup_key":"k"}`)
	if events := p.Await(t, 2); !events[1].Dropped || len(p.Open()) != 1 {
		t.Errorf("another routing key resolves: %+v", events)
	}
	p.Break(testkit.Status(http.StatusTooManyRequests, 1500*time.Millisecond))
	resp, body = post(t, p.EnqueueURL(), asJSON, pagerDutyTrigger)
	if resp.Header.Get("Retry-After") != "2" || !strings.Contains(body, "throttle exceeded") {
		t.Errorf("%v %s", resp.Header, body)
	}
}
