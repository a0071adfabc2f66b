package status

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// HandleStatus answers GET /api/status.
func (b *Board) HandleStatus(w http.ResponseWriter, r *http.Request) error {
	return reply.Now(w, b.Status(r.Context()))
}

// HandleAlerts answers GET /api/alerts.
func (b *Board) HandleAlerts(w http.ResponseWriter, r *http.Request) error {
	alerts, err := b.Alerts(r.Context())
	if err != nil {
		return err
	}
	return reply.Now(w, alerts)
}

// HandleHistory answers GET /api/alerts/history?range=24h|7d.
func (b *Board) HandleHistory(w http.ResponseWriter, r *http.Request) error {
	name := r.FormValue("range")
	if name == "" {
		name = "24h"
	}
	history, err := b.History(r.Context(), name)
	if err != nil {
		return err
	}
	return reply.Now(w, history)
}

// HandleAlert answers GET /api/alerts/{rule}?label.queue_name=render-hd&at=…. The
// time is RFC 3339 or seconds since 1970; now when it is not given.
func (b *Board) HandleAlert(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	at, err := b.timeOf(query.Get("at"))
	if err != nil {
		return err
	}
	detail, err := b.Detail(r.Context(), Wanted{Rule: r.PathValue("rule"), Labels: labelsFrom(query), At: at})
	if err != nil {
		return err
	}
	return reply.Now(w, detail)
}

func labelsFrom(query url.Values) map[string]string {
	labels := map[string]string{}
	for key := range query {
		if name, ok := strings.CutPrefix(key, "label."); ok && name != "" {
			labels[name] = query.Get(key)
		}
	}
	return labels
}

// timeOf reads a time; zero for now.
func (b *Board) timeOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		seconds, bad := strconv.ParseInt(text, 10, 40)
		if bad != nil {
			return at, invalid("at", "is %q, expected RFC 3339 or seconds since 1970", text)
		}
		at = time.Unix(seconds, 0)
	}
	if at.After(b.o.Now().Add(time.Minute)) { // the page's clock may be a little ahead
		return at, invalid("at", "is %q, which lies in the future", text)
	}
	return at, nil
}

func invalid(field, format string, args ...any) *kpi.Error {
	return &kpi.Error{Kind: kpi.KindInvalid, Message: "This can't be answered.", Violations: []kpi.Violation{kpi.Invalid(field, format, args...)}}
}

// unavailable is the answer when Prometheus gave none.
func unavailable(err error) error {
	e := &kpi.Error{Kind: kpi.KindUnavailable, Message: "Prometheus does not answer, so the state of the alerts is not known.", Err: err, RetryAfter: 5 * time.Second}
	switch {
	case errors.Is(err, context.Canceled):
		e.Message = "Luneo is stopping."
	case errors.Is(err, errFull):
		e.Message = "Too many explanations are asked for at once."
	}
	return e
}

// pathOf is the path of a link into Luneo itself, from a prefix on: the links
// of annotations name the host as others reach it. Whatever the annotation is,
// the path stays on this host; it is empty where the prefix is not in the link.
func pathOf(link, prefix string) string {
	at := strings.Index(link, prefix)
	if at < 0 {
		return ""
	}
	return link[at:]
}
