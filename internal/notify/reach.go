package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// Reached is a route that an alert would take.
type Reached struct {
	Receiver string `json:"receiver"`
	// Integrations are what the receiver tells: slack[0]; none means that nobody
	// is told.
	Integrations []string `json:"integrations"`
	// Matchers are what the alert had to match on the way, from the root.
	Matchers string `json:"matchers"`
	// GroupBy are the labels that share one message.
	GroupBy []string `json:"group_by"`
	// Muted are the names of the times when nobody is told.
	Muted          []string      `json:"muted"`
	GroupWait      time.Duration `json:"-"`
	GroupInterval  time.Duration `json:"-"`
	RepeatInterval time.Duration `json:"-"`
}

// Reached says where an alert with these labels would go, in the order of the
// routes.
func (p *Plan) Reached(labels map[string]string) (list []Reached) {
	for _, r := range p.routes.Match(labelSet(labels)) {
		list = append(list, Reached{
			Receiver: r.RouteOpts.Receiver, Integrations: p.integrationsOf(r.RouteOpts.Receiver), Matchers: r.Key(), GroupBy: groupBy(r), Muted: r.RouteOpts.MuteTimeIntervals,
			GroupWait: r.RouteOpts.GroupWait, GroupInterval: r.RouteOpts.GroupInterval, RepeatInterval: r.RouteOpts.RepeatInterval,
		})
	}
	return list
}

func groupBy(r *dispatch.Route) (names []string) {
	if r.RouteOpts.GroupByAll {
		return []string{"..."}
	}
	for name := range r.RouteOpts.GroupBy {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}

func (p *Plan) integrationsOf(receiver string) (names []string) {
	for i := range p.receivers[receiver] {
		names = append(names, p.receivers[receiver][i].String())
	}
	return names
}

// Receivers are those that tell somebody, in the order of their names.
func (p *Plan) Receivers() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(p.receivers)) {
		if len(p.receivers[name]) > 0 && name != receiverWatchdog {
			names = append(names, name)
		}
	}
	return names
}

// Test sends a sample to a receiver, or to all when its name is empty, through
// the receivers' own code and with their own templates, and says what became of
// it. Nothing is tried twice, and nothing is noted.
func (p *Plan) Test(ctx context.Context, receiver string) ([]Outcome, error) {
	names := p.Receivers()
	if receiver != "" {
		if len(p.receivers[receiver]) == 0 {
			return nil, errUnknownReceiver(receiver, names)
		}
		names = []string{receiver}
	}
	list := []Outcome{}
	for _, name := range names {
		for i := range p.receivers[name] {
			list = append(list, p.testOne(ctx, name, &p.receivers[name][i]))
		}
	}
	return list, nil
}

// testTimeout is how long a receiver may take to answer a sample.
const testTimeout = 20 * time.Second

func (p *Plan) testOne(ctx context.Context, receiver string, i *amnotify.Integration) Outcome {
	now := time.Now()
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	ctx = amnotify.WithGroupKey(ctx, "luneo-test/"+now.UTC().Format(time.RFC3339Nano))
	sample := sampleAlert(now)
	ctx = amnotify.WithGroupLabels(ctx, model.LabelSet{model.AlertNameLabel: sample.Labels[model.AlertNameLabel]})
	ctx = amnotify.WithReceiverName(ctx, receiver)
	ctx = amnotify.WithRepeatInterval(ctx, time.Hour)
	ctx = amnotify.WithNow(ctx, now)
	alerts := []*alert.Alert{sample}
	a := attemptOf(ctx, i, alerts)
	if a.err == nil && opensIncidents(i.Name()) && i.SendResolved() {
		ended := *sample
		ended.EndsAt = now
		if end := attemptOf(ctx, i, []*alert.Alert{&ended}); end.err != nil {
			a.err = fmt.Errorf("the sample arrived, but its end did not, so that its incident stays open: %w", end.err)
		}
	}
	out := outcomeOf(receiver, i, alerts, a)
	out.Retry = false
	return out
}

// opensIncidents says which services keep an incident open until they are told
// that it has ended: a sample must not.
func opensIncidents(integration string) bool {
	return slices.Contains([]string{"pagerduty", "opsgenie", "victorops", "incidentio", "jira"}, integration)
}

// Plan is the configuration in use.
func (n *Notifier) Plan() *Plan {
	n.swap.RLock()
	defer n.swap.RUnlock()
	if n.running == nil {
		return n.plan
	}
	return n.running.plan
}
