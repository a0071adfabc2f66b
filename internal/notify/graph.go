package notify

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/inhibit"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// graph is what belongs to one configuration and runs: the dispatcher with its
// pipeline, and the inhibitor.
type graph struct {
	plan       *Plan
	inhibitor  *inhibit.Inhibitor
	dispatcher *dispatch.Dispatcher
	done       chan struct{}
}

// start runs a plan. The inhibitor is first, and waited for: nobody is told of
// an alert that another one inhibits.
func (n *Notifier) start(p *Plan) *graph {
	g := &graph{plan: p, done: make(chan struct{})}
	g.inhibitor = inhibit.NewInhibitor(n.alerts, p.config.InhibitRules, n.o.Logger, n.events)
	stages := n.pipeline.New(n.observed(p), noWait, g.inhibitor, n.silencer, p.intervals, n.marker, n.sent, nil)
	g.dispatcher = dispatch.NewDispatcher(n.alerts, p.routes, stages, n.marker, atLeast, groupMaintenance, nil, n.o.Logger, n.events, n.metrics, p.template)
	inhibiting := make(chan struct{})
	go func() {
		defer close(inhibiting)
		g.inhibitor.Run()
	}()
	g.inhibitor.WaitForLoading()
	go func() {
		defer close(g.done)
		g.dispatcher.Run(time.Now())
		<-inhibiting
	}()
	g.dispatcher.WaitForLoading()
	n.update(p)
	return g
}

// stop ends what runs; there may be nothing.
func (g *graph) stop() {
	if g == nil {
		return
	}
	g.inhibitor.Stop()
	g.dispatcher.Stop()
	<-g.done
}

// noWait: there are no other Alertmanagers to wait for.
func noWait() time.Duration { return 0 }

// atLeast is how long a notification may take: until its group's next one is
// due, but not less than Alertmanager gives it.
func atLeast(d time.Duration) time.Duration { return max(d, amnotify.MinTimeout) }

// groups are those of the dispatcher that runs.
func (n *Notifier) groups(ctx context.Context, routes func(*dispatch.Route) bool, alerts func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
	n.swap.RLock()
	defer n.swap.RUnlock()
	if n.running == nil {
		return nil, nil, errors.New("the notifications have not started yet")
	}
	return n.running.dispatcher.Groups(ctx, routes, alerts)
}

// mark says of an alert, before it is shown, whether it is silenced or
// inhibited.
func (n *Notifier) mark(ctx context.Context, labels model.LabelSet) {
	n.swap.RLock()
	defer n.swap.RUnlock()
	if n.running != nil {
		n.running.inhibitor.Mutes(ctx, labels)
	}
	n.silencer.Mutes(ctx, labels)
}
