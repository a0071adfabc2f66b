package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/setup"
	"github.com/luneo-platform/luneo/internal/web"
)

func (a *App) openSetup() error {
	a.setup = setup.New(setup.Options{
		Meter:     a.meter,
		History:   rises{a.history},
		Check:     func(t kpi.Type, body []byte) (kpi.Event, error) { return a.intake.Check(t, body) }, // made later
		Watched:   a.watchedNames,
		Told:      a.told,
		PublicURL: a.publicURL,
		Logger:    a.opts.Logger,
	})
	a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "luneo_setup_listeners", Help: "Pages that follow what arrives; at most " + strconv.Itoa(setup.MaxListeners),
	}, func() float64 { return float64(a.setup.Listeners()) }))
	return nil
}

// told says how people are told of alerts.
func (a *App) told() setup.Told {
	if a.notify == nil {
		return setup.Told{Elsewhere: true}
	}
	var told setup.Told
	for _, r := range a.notify.Receivers() {
		told.Receivers = append(told.Receivers, r.Name)
		if r.Last == nil {
			continue
		}
		told.Failing = told.Failing || !r.Last.OK
		if r.Last.At.After(told.Last) {
			told.Last = r.Last.At
		}
	}
	return told
}

func (a *App) setupRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/setup", Scope: web.Read, Handler: a.setup.Handle},
		{Method: http.MethodGet, Pattern: "/api/setup/stream", Scope: web.Read, Handler: a.setup.HandleStream},
		{Method: http.MethodPost, Pattern: "/api/setup/test", Scope: web.Admin, Handler: a.setup.HandleTest},
	}
}

// seenBy tells the pages that follow events what the intake sees, refusals with
// the status of the answer.
type seenBy struct {
	setup  *setup.Watcher
	queues *queues.Board
}

// Recorded passes events on.
func (s seenBy) Recorded(events []kpi.Event) {
	s.setup.Recorded(events)
	s.queues.Observed(events)
}

// Refused passes a refusal on.
func (s seenBy) Refused(endpoint string, err error) {
	problem, status := web.ProblemOf(err)
	s.setup.Refused(setup.Refusal{Endpoint: endpoint, Status: status, Err: problem})
}

// rises reads from the history when a counter last rose.
type rises struct{ history cost.History }

// LastRise looks at a day by the minute, then at a week by ten minutes.
func (r rises) LastRise(ctx context.Context, metric string) (time.Time, error) {
	const day, timeout = 24 * time.Hour, 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	end := time.Now()
	for _, look := range []struct{ back, step time.Duration }{{day, time.Minute}, {7 * day, 10 * time.Minute}} {
		start := end.Add(-look.back)
		series, err := r.history.Range(ctx, "sum("+metric+")", start, end, look.step)
		if err != nil {
			return time.Time{}, err
		}
		if len(series) > 0 {
			if at := lastRise(series[0].Samples, start.Add(look.step)); !at.IsZero() {
				return at, nil
			}
		}
	}
	return time.Time{}, nil
}

// lastRise is the time of the last sample that is higher than the one before,
// or of the first when the series begins with it; zero when there is none.
func lastRise(samples []cost.Sample, begun time.Time) time.Time {
	for i := len(samples) - 1; i > 0; i-- {
		if samples[i].Cents > samples[i-1].Cents {
			return samples[i].At
		}
	}
	if len(samples) > 0 && samples[0].At.After(begun) && samples[0].Cents > 0 {
		return samples[0].At
	}
	return time.Time{}
}
