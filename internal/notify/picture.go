package notify

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Draw draws what alerts are about. It returns nil where there is nothing to
// draw, as for the alerts of somebody else's rules.
type Draw func(context.Context, Pictured) (*Picture, error)

// atMost draws at most n pictures at a time; who wants another waits as long as
// the context lets.
func (d Draw) atMost(n int) Draw {
	if d == nil {
		return nil
	}
	places := make(chan struct{}, n)
	return func(ctx context.Context, p Pictured) (*Picture, error) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return d(ctx, p)
	}
}

// Pictured is what a picture is to show: the metric of a rule.
type Pictured struct {
	// Rule is the name of the alerts' rule; empty when they have several.
	Rule string
	// Labels are those of the one alert; empty when there are several: all of the
	// rule's series are shown.
	Labels map[string]string
	// From is when the first began to fire; To is when the last ended, zero while
	// one fires.
	From, To time.Time
	// Dark asks for light lines on a dark ground.
	Dark bool
}

// Picture is a PNG.
type Picture struct {
	PNG []byte
	// Alt says in a sentence what it shows.
	Alt string
}

// picturedOf is what a message about these alerts is about.
func picturedOf(alerts []*alert.Alert) Pictured {
	p := Pictured{Rule: commonName(alerts)}
	for i, a := range alerts {
		if i == 0 || a.StartsAt.Before(p.From) {
			p.From = a.StartsAt
		}
		if a.EndsAt.After(p.To) {
			p.To = a.EndsAt
		}
	}
	if alert.Alerts(alerts...).Status() == model.AlertFiring {
		p.To = time.Time{}
	}
	if len(alerts) == 1 {
		p.Labels = texts(alerts[0].Labels)
	}
	return p
}

func texts(set model.LabelSet) map[string]string {
	m := make(map[string]string, len(set))
	for name, value := range set {
		m[string(name)] = string(value)
	}
	return m
}

// ChartPath is where messages have their pictures from, when they can't carry
// them: Slack's webhooks, webhooks, mails of Alertmanager's own integration. The
// link is signed, and holds as long as that of a silence.
const ChartPath = "/chart.png"

// maxDrawn is how many pictures are drawn at a time for links, and for mails.
const maxDrawn = 2

// chartSpan is how much of the time after an alert's begin a link shows.
const chartSpan = time.Hour

// HandleChart draws what a signed link names, as it is now.
func (n *Notifier) HandleChart(w http.ResponseWriter, r *http.Request) error {
	p, err := n.signer.read(forChart, r.URL.Query().Get(linkToken), time.Now())
	if err != nil {
		return err
	}
	draw := n.Plan().draw
	if draw == nil {
		return kpi.Errorf(kpi.KindNotFound, "There is nothing to draw.")
	}
	pic, err := draw(r.Context(), p.pictured(r.URL.Query().Get("theme") == "dark"))
	if err != nil {
		return &kpi.Error{Kind: kpi.KindUnavailable, Message: "The picture can't be drawn just now.", Err: err}
	}
	if pic == nil {
		return kpi.Errorf(kpi.KindNotFound, "There is nothing to draw.")
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "max-age=60")
	_, err = w.Write(pic.PNG)
	if err != nil {
		n.o.Logger.Debug("a picture was not taken", "err", err)
	}
	return nil
}

// pictured is what a permit lets its owner see: an hour around the alert's begin.
func (p *permit) pictured(dark bool) Pictured {
	from := time.Unix(p.From, 0)
	out := Pictured{Rule: p.Labels[model.AlertNameLabel], From: from, Dark: dark}
	if len(p.Labels) > 1 {
		out.Labels = p.Labels
	}
	if end := from.Add(chartSpan); time.Now().After(end) {
		out.To = end
	}
	return out
}
