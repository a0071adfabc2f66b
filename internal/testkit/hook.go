package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// HookServer stands in for who gets Alertmanager's generic webhook, version 4
// (Alertmanager's documentation, "webhook_config"). It refuses with 400 what
// Alertmanager itself would not send. It is safe for concurrent use.
type HookServer struct {
	*webService
	messages []HookMessage
}

// HookMessage is a message that was accepted.
type HookMessage struct {
	Version            string            `json:"version"`
	GroupKey           string            `json:"groupKey"`
	TruncatedAlerts    int               `json:"truncatedAlerts"`
	Status             string            `json:"status"`
	Receiver           string            `json:"receiver"`
	GroupLabels        map[string]string `json:"groupLabels"`
	CommonLabels       map[string]string `json:"commonLabels"`
	CommonAnnotations  map[string]string `json:"commonAnnotations"`
	RouteLabels        map[string]string `json:"routeLabels"`
	ExternalURL        string            `json:"externalURL"`
	NotificationReason string            `json:"notification_reason"`
	Alerts             []HookAlert       `json:"alerts"`

	Body   []byte      `json:"-"`
	Header http.Header `json:"-"`
}

// HookAlert is an alert of a message.
type HookAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

// NewHookServer starts a fake on a free port. It ends with the test.
func NewHookServer(t testing.TB) *HookServer {
	t.Helper()
	h := &HookServer{}
	h.webService = serveWeb(t, h.take, func(_ string, status int) reply { return hookReply(status, http.StatusText(status)) })
	return h
}

// Messages is what was accepted, in order.
func (h *HookServer) Messages() []HookMessage {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.messages)
}

// Await waits until n messages were accepted and returns all.
func (h *HookServer) Await(t testing.TB, n int) []HookMessage {
	t.Helper()
	h.await(t, "messages", n, func() int { return len(h.messages) })
	return h.Messages()
}

func (h *HookServer) take(r *http.Request, body []byte) reply {
	m, err := hookMessage(r, body)
	if err != nil {
		return hookReply(http.StatusBadRequest, err.Error())
	}
	h.change(func() { h.messages = append(h.messages, m) })
	return hookReply(http.StatusOK, "")
}

func hookReply(status int, said string) reply {
	return reply{status: status, kind: "text/plain; charset=utf-8", body: said, said: said}
}

// hookMessage reads a message, strictly.
func hookMessage(r *http.Request, body []byte) (HookMessage, error) {
	m := HookMessage{Body: body, Header: r.Header.Clone()}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // none is wrong too
	switch {
	case r.Method != http.MethodPost:
		return m, fmt.Errorf("the method is %s", r.Method)
	case kind != "application/json":
		return m, fmt.Errorf("the Content-Type is %q", kind)
	case !utf8.Valid(body):
		return m, fmt.Errorf("the body is not UTF-8")
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&m); err != nil {
		return m, err
	}
	if strict.More() {
		return m, fmt.Errorf("something follows the message")
	}
	if wrong := m.wrong(); len(wrong) > 0 {
		return m, fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	return m, nil
}

// wrong is what is wrong with the message.
func (m HookMessage) wrong() []string {
	var list []string
	unless := func(ok bool, format string, args ...any) {
		if !ok {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	unless(m.Version == "4", "the version is %q", m.Version)
	unless(m.GroupKey != "", "there is no groupKey")
	unless(m.Receiver != "", "there is no receiver")
	unless(isWebURL(m.ExternalURL), "the externalURL is %q", m.ExternalURL)
	unless(m.GroupLabels != nil && m.CommonLabels != nil && m.CommonAnnotations != nil, "labels in common are missing")
	unless(m.TruncatedAlerts >= 0, "truncatedAlerts is negative")
	unless(len(m.Alerts) > 0, "there are no alerts")
	unless(m.Status == m.together(), "the status is %q, that of its alerts %q", m.Status, m.together())
	for i, alert := range m.Alerts {
		unless(alert.Status == "firing" || alert.Status == "resolved", "alert %d has the status %q", i, alert.Status)
		unless(alert.Labels["alertname"] != "", "alert %d has no name", i)
		unless(alert.Annotations != nil, "alert %d has no annotations", i)
		unless(!alert.StartsAt.IsZero(), "alert %d has no start", i)
		unless(alert.Status != "resolved" || !alert.EndsAt.Before(alert.StartsAt), "alert %d ends before it starts", i)
		unless(len(alert.Fingerprint) == 16, "alert %d has the fingerprint %q", i, alert.Fingerprint)
	}
	return append(list, m.uncommon()...)
}

// together is firing while one alert fires.
func (m HookMessage) together() string {
	if slices.ContainsFunc(m.Alerts, func(a HookAlert) bool { return a.Status == "firing" }) {
		return "firing"
	}
	return "resolved"
}

// uncommon is labels in common that an alert has not.
func (m HookMessage) uncommon() []string {
	var list []string
	for i, alert := range m.Alerts {
		for name, value := range m.CommonLabels {
			if alert.Labels[name] != value {
				list = append(list, fmt.Sprintf("alert %d has not the common label %s", i, name))
			}
		}
	}
	return list
}
