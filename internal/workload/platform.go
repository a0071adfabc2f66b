package workload

import (
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// oldestEvery is how often each queue reports its oldest waiting job.
const oldestEvery = 15 * time.Second

// Options describe one run of the platform.
type Options struct {
	// Rand decides everything that is left to chance. Needed.
	Rand *rand.Rand
	// Start is when the platform begins to work. Needed.
	Start time.Time
	// From is from when on its events are told: before that it works alone,
	// so that its queues are as they would be. Start when zero.
	From time.Time
	// Staging bends it over time; nil for an undisturbed platform.
	Staging Staging
	// Queues is told of every job; may be nil.
	Queues *Queues
	// Calls is told of every OpenAI call, in place of an event; may be nil.
	Calls *Calls
}

// Platform is the model. It is not safe for concurrent use.
type Platform struct {
	opts   Options
	rng    *rand.Rand
	fig    figures
	queues map[string]*queue
	agenda agenda
	count  int // of events so far
	jobs   int // that were sent through a queue so far

	// emit takes an event that happens at a moment, and fails decides whether
	// something goes wrong.
	emit  func(at time.Time, w wire)
	fails func(name string, at time.Time) bool
	// ran takes a job of a queue.
	ran func(queue string, j job)
}

// New makes a platform on which nothing has happened yet.
func New(o Options) (*Platform, error) {
	p, err := newPlatform(o)
	if err != nil {
		return nil, err
	}
	p.emit = func(at time.Time, w wire) {
		if o.Calls != nil && w.Type == openaiType {
			o.Calls.add(at, w.event())
			return
		}
		p.agenda.add(task{at: at, event: &w})
	}
	p.fails = func(name string, at time.Time) bool {
		return p.rng.Float64() < failureShare*p.opts.Staging(name, at).Errors
	}
	if o.Queues != nil {
		p.ran = o.Queues.add
	}
	for _, q := range platformQueues() {
		p.watch(p.queues[q.name], o.Start)
	}
	for _, s := range platformSources(p.fig) {
		p.arrive(s, o.Start)
	}
	return p, nil
}

func newPlatform(o Options) (*Platform, error) {
	if o.Rand == nil || o.Start.IsZero() {
		return nil, errors.New("workload: Rand and Start are needed")
	}
	if o.Staging == nil {
		o.Staging = func(string, time.Time) Conditions { return Usual() }
	}
	p := &Platform{opts: o, rng: o.Rand, fig: measured(), queues: map[string]*queue{}, ran: func(string, job) {}}
	for _, q := range platformQueues() {
		p.queues[q.name] = q
	}
	return p, nil
}

// Next returns the next event.
func (p *Platform) Next() (Event, error) {
	for {
		item := heap.Pop(&p.agenda).(task)
		switch {
		case item.event == nil:
			item.run(item.at)
		case !item.at.Before(p.opts.From):
			return p.write(item)
		}
	}
}

// Play returns the next event when it happens; at once when it is past.
func (p *Platform) Play(ctx context.Context) (Event, error) {
	e, err := p.Next()
	if err != nil {
		return Event{}, err
	}
	timer := time.NewTimer(time.Until(e.At))
	defer timer.Stop()
	select {
	case <-timer.C:
		return e, nil
	case <-ctx.Done():
		return Event{}, ctx.Err()
	}
}

// write names an event and turns it into JSON. The start is part of the name,
// so that two runs against one server do not share ids.
func (p *Platform) write(t task) (Event, error) {
	p.count++
	t.event.ID = fmt.Sprintf("demo-%d-%d", p.opts.Start.UnixMilli(), p.count)
	t.event.Timestamp = t.at.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	body, err := json.Marshal(t.event)
	return Event{At: t.at, Body: body}, err
}

// arrive lets a source fire after a gap, again and again.
func (p *Platform) arrive(s source, after time.Time) {
	at := after.Add(secondsOf(gap(p.rng, 1/max(p.rate(s, after), 1e-6), s.cv)))
	p.agenda.add(task{at: at, run: func(at time.Time) {
		s.fire(p, at)
		p.arrive(s, at)
	}})
}

// rate is how often a source fires a second.
func (p *Platform) rate(s source, at time.Time) float64 {
	return s.rate * p.fig.hours[at.UTC().Hour()] * p.opts.Staging(s.name, at).Rate
}

// watch reports the oldest waiting job of a queue, again and again.
func (p *Platform) watch(q *queue, at time.Time) {
	p.agenda.add(task{at: at, run: func(at time.Time) {
		p.emit(at, wire{Type: "queue-wait", QueueName: q.name, Oldest: number(q.oldest(at))})
		p.watch(q, at.Add(oldestEvery))
	}})
}

// job sends work through a queue: the wait is reported when it starts, done is
// called for when it ends and says as what kind of failure, if any.
func (p *Platform) job(name string, at time.Time, usual time.Duration, done func(start, end time.Time) (failure string)) {
	resume := func(start time.Time) time.Time { return p.opts.Staging(name, start).Resume }
	start, end := p.queues[name].add(at, resume, func(start time.Time) time.Duration {
		return time.Duration(float64(usual) * p.opts.Staging(name, start).Duration)
	})
	wait := start.Sub(at) + secondsOf(0.03*p.rng.ExpFloat64()) // a worker takes a moment to fetch a job
	p.emit(start, wire{Type: "queue-wait", QueueName: name, Wait: number(wait)})
	p.jobs++
	p.ran(name, job{number: p.jobs, added: at, start: start, end: end, failure: done(start, end)})
}

func secondsOf(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// task is what is to happen at a moment: an event, or a step of the model.
type task struct {
	at    time.Time
	order int // of being added, so that ties are the same in each run
	event *wire
	run   func(at time.Time)
}

// agenda is a heap of tasks by time.
type agenda struct {
	tasks []task
	added int
}

func (a *agenda) add(t task) {
	a.added++
	t.order = a.added
	heap.Push(a, t)
}

func (a *agenda) Len() int { return len(a.tasks) }
func (a *agenda) Less(i, j int) bool {
	if c := a.tasks[i].at.Compare(a.tasks[j].at); c != 0 {
		return c < 0
	}
	return a.tasks[i].order < a.tasks[j].order
}
func (a *agenda) Swap(i, j int) { a.tasks[i], a.tasks[j] = a.tasks[j], a.tasks[i] }
func (a *agenda) Push(t any)    { a.tasks = append(a.tasks, t.(task)) }
func (a *agenda) Pop() any {
	last := len(a.tasks) - 1
	t := a.tasks[last]
	a.tasks[last] = task{}
	a.tasks = a.tasks[:last]
	return t
}
