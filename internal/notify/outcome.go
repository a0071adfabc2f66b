package notify

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
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
	// Status and Answer are what the receiver answered: the status of HTTP and the
	// beginning of the body, or the code of a mail server and its words. Of an
	// attempt that a receiver of Alertmanager's took, they are not known: 0 and
	// empty.
	Status int    `json:"status"`
	Answer string `json:"answer"`
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
	// last are those of each receiver and integration.
	last     map[[2]string]Outcome
	onTheWay int
	landed   chan struct{}
}

func newOutcomes() *outcomes {
	return &outcomes{last: map[[2]string]Outcome{}, landed: make(chan struct{}, 1)}
}

// of makes an attempt, and notes it.
func (o *outcomes) of(ctx context.Context, receiver string, i *amnotify.Integration, alerts []*alert.Alert) attempt {
	o.sending()
	a := attemptOf(ctx, i, alerts)
	o.add(outcomeOf(receiver, i, alerts, a))
	return a
}

// sending notes that an attempt has begun; it ends with add.
func (o *outcomes) sending() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onTheWay++
}

func (o *outcomes) add(x Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onTheWay--
	o.last[[2]string{x.Receiver, x.Integration}] = x
	if !x.OK || x.Receiver != receiverWatchdog { // that it works is said every minute
		o.list = append(o.list, x)
	}
	if extra := len(o.list) - keptOutcomes; extra > 0 {
		o.list = slices.Delete(o.list, 0, extra)
	}
	select {
	case o.landed <- struct{}{}:
	default:
	}
}

// settle waits until no attempt is on its way, at most so long.
func (o *outcomes) settle(atMost time.Duration) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	for o.underWay() {
		select {
		case <-o.landed:
		case <-timer.C:
			return
		}
	}
}

func (o *outcomes) underWay() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.onTheWay > 0
}

// Outcomes are the last 200 attempts to tell people something, the newest first.
func (n *Notifier) Outcomes() []Outcome {
	n.outcomes.mu.Lock()
	list := slices.Clone(n.outcomes.list)
	n.outcomes.mu.Unlock()
	slices.Reverse(list)
	if list == nil {
		list = []Outcome{}
	}
	return list
}

// Receiver is who is told.
type Receiver struct {
	Name string `json:"name"`
	// Integrations are what it tells: slack[0].
	Integrations []string `json:"integrations"`
	// Last is the last attempt since the start, if there was any; of several
	// integrations that of one that fails, else the newest.
	Last *Outcome `json:"last"`
}

// Receivers are those that tell somebody, in the order of their names.
func (n *Notifier) Receivers() []Receiver {
	plan := n.Plan()
	n.outcomes.mu.Lock()
	defer n.outcomes.mu.Unlock()
	list := []Receiver{}
	for _, name := range plan.Receivers() {
		r := Receiver{Name: name, Integrations: plan.integrationsOf(name)}
		for _, i := range r.Integrations {
			if last, ok := n.outcomes.last[[2]string{name, i}]; ok && moreTelling(&last, r.Last) {
				r.Last = &last
			}
		}
		list = append(list, r)
	}
	return list
}

// moreTelling says whether an attempt says more of how a receiver does than
// another one, which there may not be.
func moreTelling(x, than *Outcome) bool {
	if than == nil || x.OK != than.OK {
		return than == nil || !x.OK
	}
	return x.At.After(than.At)
}

// observed has each attempt noted.
func (n *Notifier) observed(p *Plan) map[string][]amnotify.Integration {
	all := make(map[string][]amnotify.Integration, len(p.receivers))
	for name, list := range p.receivers {
		watched := make([]amnotify.Integration, len(list))
		for i := range list {
			x := &list[i]
			watched[i] = amnotify.NewIntegration(observer{n, p, name, x}, x, x.Name(), x.Index(), name)
		}
		all[name] = watched
	}
	return all
}

// observer notes what becomes of each attempt.
type observer struct {
	n        *Notifier
	plan     *Plan
	receiver string
	of       *amnotify.Integration
}

// Notify passes an attempt on.
func (o observer) Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error) {
	a := o.n.outcomes.of(ctx, o.receiver, o.of, alerts)
	o.n.fallback.after(ctx, o, alerts, a.err)
	if a.err == nil {
		o.n.asides.start(a.later)
	}
	return a.retry, a.err
}

// attempt is how it went.
type attempt struct {
	began time.Time
	retry bool
	err   error
	seen
}

// seen is what an integration of our own says beside whether it went well.
type seen struct {
	answer
	// later is what is to be done once the message is out and noted.
	later []func(context.Context) error
}

// answer is what a receiver answered.
type answer struct {
	status int
	text   string
}

type seenKey struct{}

// later has something done after the attempt that ctx belongs to, if that goes
// well: what must not hold up the message.
func later(ctx context.Context, do func(context.Context) error) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.later = append(s.later, do)
	}
}

// answered notes an answer for the attempt that ctx belongs to; the last counts.
func answered(ctx context.Context, status int, text []byte) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.answer = answer{status, shortened(text)}
	}
}

// unexpectedStatus is how Alertmanager's receivers tell of an answer that they
// refuse (notify.Retrier).
var unexpectedStatus = regexp.MustCompile(`(?s)unexpected status code (\d{3})(?:: (.*))?`)

func attemptOf(ctx context.Context, i *amnotify.Integration, alerts []*alert.Alert) attempt {
	a := attempt{began: time.Now()}
	a.retry, a.err = i.Notify(context.WithValue(ctx, seenKey{}, &a.seen), alerts...)
	if a.err == nil || a.status != 0 {
		return a
	}
	if m := unexpectedStatus.FindStringSubmatch(withoutReason(a.err)); m != nil {
		a.status, _ = strconv.Atoi(m[1])
		a.text = shortened([]byte(m[2]))
	}
	return a
}

func outcomeOf(receiver string, i *amnotify.Integration, alerts []*alert.Alert, a attempt) Outcome {
	out := Outcome{
		At: a.began.UTC(), Receiver: receiver, Integration: i.String(), Alert: commonName(alerts),
		Seconds: time.Since(a.began).Seconds(), OK: a.err == nil, Retry: a.retry && a.err != nil,
		Status: a.status, Answer: a.text,
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
