package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// keptOutcomes is how many attempts are remembered.
const keptOutcomes = 200

// Outcome is an attempt to tell people something.
type Outcome struct {
	At time.Time `json:"at"`
	// Receiver and Integration say where it went: slack, slack[0].
	Receiver    string `json:"receiver"`
	Integration string `json:"integration"`
	// Alert is the name that all its alerts have, or empty.
	Alert string `json:"alert"`
	// Firing and Resolved are how many alerts it told of.
	Firing   int `json:"firing"`
	Resolved int `json:"resolved"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`
	OK      bool    `json:"ok"`
	// Error is what went wrong, with the receiver's answer. Retry says that it is
	// tried again at once, with back-off; else with the group's next interval.
	Error string `json:"error"`
	Retry bool   `json:"retry"`
	// Advice is what to do about it.
	Advice string `json:"advice"`
}

// outcomes are the last attempts.
type outcomes struct {
	mu   sync.Mutex
	list []Outcome // the newest last
}

func newOutcomes() *outcomes { return &outcomes{} }

func (o *outcomes) add(x Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, x)
	if extra := len(o.list) - keptOutcomes; extra > 0 {
		o.list = slices.Delete(o.list, 0, extra)
	}
}

// Outcomes are the last 200 attempts to tell people something, the newest first.
func (n *Notifier) Outcomes() []Outcome {
	n.outcomes.mu.Lock()
	list := slices.Clone(n.outcomes.list)
	n.outcomes.mu.Unlock()
	slices.Reverse(list)
	return list
}

// observed has each attempt noted.
func (n *Notifier) observed(receivers map[string][]amnotify.Integration) map[string][]amnotify.Integration {
	all := make(map[string][]amnotify.Integration, len(receivers))
	for name, list := range receivers {
		watched := make([]amnotify.Integration, len(list))
		for i := range list {
			x := &list[i]
			watched[i] = amnotify.NewIntegration(observer{n, name, x}, x, x.Name(), x.Index(), name)
		}
		all[name] = watched
	}
	return all
}

// observer notes what becomes of each attempt.
type observer struct {
	n        *Notifier
	receiver string
	of       *amnotify.Integration
}

// Notify passes an attempt on.
func (o observer) Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error) {
	began := time.Now()
	retry, err = o.of.Notify(ctx, alerts...)
	o.n.outcomes.add(outcomeOf(o.receiver, o.of, alerts, attempt{began, retry, err}))
	return retry, err
}

// attempt is how it went.
type attempt struct {
	began time.Time
	retry bool
	err   error
}

func outcomeOf(receiver string, i *amnotify.Integration, alerts []*alert.Alert, a attempt) Outcome {
	out := Outcome{
		At: a.began.UTC(), Receiver: receiver, Integration: i.String(), Alert: commonName(alerts),
		Seconds: time.Since(a.began).Seconds(), OK: a.err == nil, Retry: a.retry && a.err != nil,
	}
	for _, x := range alerts {
		if x.Status() == model.AlertResolved {
			out.Resolved++
		} else {
			out.Firing++
		}
	}
	if a.err != nil {
		out.Error, out.Advice = withoutReason(a.err), advice(i.Name(), a.err.Error())
	}
	return out
}

func withoutReason(err error) string {
	if e, ok := errors.AsType[*amnotify.ErrorWithReason](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func commonName(alerts []*alert.Alert) string {
	if len(alerts) == 0 {
		return ""
	}
	for _, a := range alerts[1:] {
		if a.Name() != alerts[0].Name() {
			return ""
		}
	}
	return alerts[0].Name()
}
