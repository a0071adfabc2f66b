package app

import (
	"context"
	"net/http"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/status"
	"github.com/luneo-platform/luneo/internal/web"
)

// openQueues makes what says how every queue does, over whatever watches them
// and what the platform sends.
func (a *App) openQueues() error {
	a.queues = queues.New(queues.Options{Watched: a.watched, Waits: a.meter, Alerts: queueAlerts{a.status}})
	a.registry.MustRegister(a.queues.Collector())
	return nil
}

func (a *App) queueRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/queues", Scope: web.Read, Handler: a.queues.HandleQueues},
		{Method: http.MethodGet, Pattern: "/api/queues/{name}", Scope: web.Read, Handler: a.queues.HandleQueue},
	}
}

// queueLabel is the label that names a queue, of metrics and so of alerts.
const queueLabel = "queue_name"

// queueAlerts lends the board of alerts those that are about queues.
type queueAlerts struct{ board *status.Board }

// Active are those that are pending or fire.
func (q queueAlerts) Active(ctx context.Context) (list []queues.Alert, err error) {
	all, err := q.board.Alerts(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all.Rules {
		for _, a := range r.Alerts {
			if name := a.Labels[queueLabel]; name != "" {
				list = append(list, queues.Alert{Queue: name, Firing: a.FiredAt != nil})
			}
		}
	}
	return list, nil
}

// LastDay are the intervals of the last 24 hours.
func (q queueAlerts) LastDay(ctx context.Context) (list []queues.Incident, err error) {
	history, err := q.board.History(ctx, "24h")
	if err != nil {
		return nil, err
	}
	for _, lane := range history.Lanes {
		for _, in := range lane.Intervals {
			if name := in.Labels[queueLabel]; name != "" {
				list = append(list, queues.Incident{
					Queue: name, Rule: lane.Rule, Severity: lane.Severity, State: in.State,
					From: in.From, To: in.To, Ongoing: !in.To.Before(history.To),
				})
			}
		}
	}
	return list, nil
}

// RecordQueues makes events about queues durable and counts them, for a model
// that stands in for the watcher of Redis.
func (a *App) RecordQueues(ctx context.Context, events []kpi.Event) error {
	if _, err := a.recorder.Record(ctx, kpi.Submission{Events: events}); err != nil {
		return err
	}
	a.queues.Followed(events)
	return nil
}
