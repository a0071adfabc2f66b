package testkit

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

// PagerDutyServer stands in for PagerDuty's Events API v2 (developer.pagerduty.com,
// "Events API v2 Overview" and "Send an Alert Event"). It is stricter than the
// documents: an event without dedup_key is refused, as its resolve could never
// find it. It is safe for concurrent use.
type PagerDutyServer struct {
	*webService

	events []PagerDutyEvent
	open   map[pagerDutyKey]PagerDutyEvent
}

// PagerDutyEvent is an event that was accepted.
type PagerDutyEvent struct {
	RoutingKey string             `json:"routing_key"`
	Action     string             `json:"event_action"`
	DedupKey   string             `json:"dedup_key"`
	Payload    PagerDutyPayload   `json:"payload"`
	Images     []PagerDutyContext `json:"images"`
	Links      []PagerDutyContext `json:"links"`
	Client     string             `json:"client"`
	ClientURL  string             `json:"client_url"`

	// Dropped says that an acknowledge or resolve met no open incident:
	// PagerDuty answers 202 and drops it.
	Dropped bool   `json:"-"`
	Body    []byte `json:"-"`
}

// PagerDutyPayload is what the event is about.
type PagerDutyPayload struct {
	Summary   string         `json:"summary"`
	Source    string         `json:"source"`
	Severity  string         `json:"severity"`
	Timestamp string         `json:"timestamp"`
	Component string         `json:"component"`
	Group     string         `json:"group"`
	Class     string         `json:"class"`
	Details   map[string]any `json:"custom_details"`
}

// PagerDutyContext is an image or a link of an event.
type PagerDutyContext struct {
	Src  string `json:"src"`
	Href string `json:"href"`
	Alt  string `json:"alt"`
	Text string `json:"text"`
}

// pagerDutyKey is what finds an incident again: both or it is another.
type pagerDutyKey struct{ routing, dedup string }

// NewPagerDutyServer starts a fake on a free port. It ends with the test.
func NewPagerDutyServer(t testing.TB) *PagerDutyServer {
	t.Helper()
	p := &PagerDutyServer{open: map[pagerDutyKey]PagerDutyEvent{}}
	p.webService = serveWeb(t, p.enqueue, pagerDutyRefusal)
	return p
}

// EnqueueURL is where events go.
func (p *PagerDutyServer) EnqueueURL() string { return p.URL + "/v2/enqueue" }

// Events is what was accepted, in order.
func (p *PagerDutyServer) Events() []PagerDutyEvent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.events)
}

// Open is the incidents that are open, by dedup_key; each is its last trigger.
func (p *PagerDutyServer) Open() map[string]PagerDutyEvent {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := map[string]PagerDutyEvent{}
	for key, event := range p.open {
		list[key.dedup] = event
	}
	return list
}

// Await waits until n events were accepted and returns all.
func (p *PagerDutyServer) Await(t testing.TB, n int) []PagerDutyEvent {
	t.Helper()
	p.await(t, "events", n, func() int { return len(p.events) })
	return p.Events()
}

func (p *PagerDutyServer) enqueue(r *http.Request, body []byte) reply {
	if r.URL.Path != "/v2/enqueue" || r.Method != http.MethodPost {
		return pagerDutyRefusal(r.URL.Path, http.StatusNotFound)
	}
	wrong := pagerDutyForm(r, body)
	if len(wrong) > 0 {
		return pagerDutyInvalid(wrong)
	}
	var event PagerDutyEvent
	if err := json.Unmarshal(body, &event); err != nil {
		return pagerDutyInvalid([]string{err.Error()})
	}
	if wrong = event.wrong(); len(wrong) > 0 {
		return pagerDutyInvalid(wrong)
	}
	event.Body = body
	p.change(func() { p.book(event) })
	return pagerDutyReply(http.StatusAccepted, "", map[string]any{"status": "success", "message": "Event processed", "dedup_key": event.DedupKey})
}

// book keeps the event and what it does to its incident.
func (p *PagerDutyServer) book(event PagerDutyEvent) {
	key := pagerDutyKey{event.RoutingKey, event.DedupKey}
	_, open := p.open[key]
	switch event.Action {
	case "trigger":
		p.open[key] = event
	case "resolve":
		delete(p.open, key)
	}
	event.Dropped = !open && event.Action != "trigger"
	p.events = append(p.events, event)
}

func pagerDutyInvalid(wrong []string) reply {
	return pagerDutyReply(http.StatusBadRequest, "invalid event", map[string]any{"status": "invalid event", "message": "Event object is invalid", "errors": wrong})
}

// pagerDutyRefusal is an answer to an event that is not looked at.
func pagerDutyRefusal(_ string, status int) reply {
	word, text := "error", http.StatusText(status)
	if status == http.StatusTooManyRequests {
		word, text = "throttle exceeded", "Requests for this service are arriving too quickly.  Please retry later."
	}
	return pagerDutyReply(status, word, map[string]any{"status": word, "message": text})
}

func pagerDutyReply(status int, said string, v any) reply {
	body, _ := json.Marshal(v) // strings are always JSON
	return reply{status: status, kind: "application/json", body: string(body), said: said}
}
