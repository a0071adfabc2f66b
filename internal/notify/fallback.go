package notify

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// Fallback is who is told when a receiver fails for a while.
type Fallback struct {
	// Receiver is its name; empty for nobody.
	Receiver string
	// After is how long another one has to fail.
	After time.Duration
}

// fallback tells another receiver of what one could not be told. It remembers in
// memory alone: after a restart the receiver has to fail for as long again.
type fallback struct {
	n  *Notifier
	mu sync.Mutex
	// failing is since when integrations of receivers fail.
	failing map[string]time.Time
	// told is what the other receiver was told of a group.
	told map[groupOf]string
}

// groupOf is a group of alerts on its way to an integration of a receiver.
type groupOf struct{ integration, key string }

func newFallback(n *Notifier) *fallback {
	return &fallback{n: n, failing: map[string]time.Time{}, told: map[groupOf]string{}}
}

// after sees each attempt of a receiver, and stands in where it has to. Once it
// has, it also says how the story ends: a page that nobody closes is worse than
// none.
func (f *fallback) after(ctx context.Context, o observer, alerts []*alert.Alert, err error) {
	to := o.plan.fallback
	if to.Receiver == "" || o.receiver == to.Receiver || o.receiver == receiverWatchdog || o.plan.reaches(to.Receiver, alerts) {
		return
	}
	key, _ := amnotify.GroupKey(ctx)
	group, state := groupOf{o.receiver + " " + o.of.String(), key}, stateOf(alerts)
	if !f.due(group, state, to.After, err) {
		return
	}
	if f.n.tellAll(ctx, o.plan, to.Receiver, alerts) {
		f.note(group, state, alerts)
	}
}

// due notes how the receiver does, and says whether the other one has to be told.
func (f *fallback) due(group groupOf, state string, patience time.Duration, err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	told, known := f.told[group]
	if err == nil {
		delete(f.failing, group.integration)
		return known && told != state
	}
	since, fails := f.failing[group.integration]
	if !fails {
		since = time.Now()
		f.failing[group.integration] = since
	}
	return told != state && time.Since(since) >= patience
}

func (f *fallback) note(group groupOf, state string, alerts []*alert.Alert) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if alert.Alerts(alerts...).Status() == model.AlertResolved {
		delete(f.told, group)
		return
	}
	f.told[group] = state
}

// stateOf says which alerts fire and which have ended.
func stateOf(alerts []*alert.Alert) string {
	var b []byte
	for _, a := range alerts {
		b = append(b, a.Fingerprint().String()+string(a.Status())...)
	}
	return string(b)
}

// reaches says whether a receiver is told of these alerts anyway.
func (p *Plan) reaches(receiver string, alerts []*alert.Alert) bool {
	for _, r := range p.routes.Match(alerts[0].Labels) {
		if r.RouteOpts.Receiver == receiver {
			return true
		}
	}
	return false
}

// tellAll tells every integration of a receiver, once, and says whether all were.
func (n *Notifier) tellAll(ctx context.Context, p *Plan, receiver string, alerts []*alert.Alert) bool {
	ctx = amnotify.WithReceiverName(ctx, receiver)
	ctx = amnotify.WithNflogStore(ctx, nflog.NewStore(nil)) // what it remembers belongs to the other one
	all := true
	for i := range p.receivers[receiver] {
		a := n.outcomes.of(ctx, receiver, &p.receivers[receiver][i], alerts)
		all = all && a.err == nil
	}
	return all
}
