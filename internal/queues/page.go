package queues

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Page tells all queues. It asks nobody but for the alerts, and goes on without
// them.
func (b *Board) Page(ctx context.Context) Page {
	v := b.look(ctx)
	p := Page{Servers: []Server{}, Queues: []Queue{}, LookedAt: v.now}
	for _, s := range b.o.Watched.Servers() {
		p.Servers = append(p.Servers, serverOf(s))
	}
	for _, s := range v.watched {
		p.Queues = append(p.Queues, v.watchedQueue(s))
	}
	for _, name := range v.pushedNames() {
		p.Queues = append(p.Queues, v.pushedQueue(name))
	}
	slices.SortFunc(p.Queues, worseFirst)
	p.All = v.all(p.Queues)
	p.LookedAt = v.lookedAt().UTC()
	return p
}

// worseFirst orders queues by the age of their oldest job, unknown ones last,
// and then by name.
func worseFirst(a, b Queue) int {
	return cmp.Or(cmp.Compare(orBelow(b.OldestSeconds), orBelow(a.OldestSeconds)), strings.Compare(a.Name, b.Name))
}

func orBelow(v *float64) float64 {
	if v == nil {
		return -1
	}
	return *v
}

// view is what is known at one moment.
type view struct {
	now     time.Time
	watched []kpi.QueueState
	pushed  map[string]time.Duration
	recent  map[string]counted
	seen    time.Duration
	alerts  map[string]string // the level of queues about which an alert is active
}

// alertPatience is how long the alerts may take; without them the levels come
// from the waits alone.
const alertPatience = time.Second

func (b *Board) look(ctx context.Context) *view {
	v := &view{now: b.o.Now(), watched: b.o.Watched.Queues(), alerts: map[string]string{}}
	v.watched = v.watched[:min(len(v.watched), maxWatched)]
	v.pushed = b.o.Waits.PushedWaits(v.now)
	v.recent, v.seen = b.recent.all()
	ctx, cancel := context.WithTimeout(ctx, alertPatience)
	defer cancel()
	active, err := b.o.Alerts.Active(ctx)
	if err != nil {
		return v // nobody knows of any; the waits themselves still tell
	}
	for _, a := range active {
		if a.Firing {
			v.alerts[a.Queue] = LevelFiring
		} else if v.alerts[a.Queue] == "" {
			v.alerts[a.Queue] = LevelWarn
		}
	}
	return v
}

// lookedAt is when the newest of it was read.
func (v *view) lookedAt() time.Time {
	if len(v.watched) == 0 {
		return v.now
	}
	return slices.MaxFunc(v.watched, func(a, b kpi.QueueState) int { return a.At.Compare(b.At) }).At
}

// pushedNames are the queues that only events tell of, in order.
func (v *view) pushedNames() []string {
	names := map[string]bool{}
	for name := range v.pushed {
		names[name] = true
	}
	for name, c := range v.recent {
		// Of a watched queue that is gone, or whose server is down, the waits
		// alone would say nothing.
		if !c.told.followed {
			names[name] = true
		}
	}
	for _, s := range v.watched {
		delete(names, s.Name)
	}
	list := slices.Sorted(maps.Keys(names))
	return list[:min(len(list), maxPushed)]
}

func (v *view) watchedQueue(s kpi.QueueState) Queue {
	q := Queue{
		Name: s.Name, Source: SourceRedis, Server: s.Server, Prefix: s.Prefix, At: moment(s.At),
		States: statesOf(s.Depth), Due: s.Due, OldestSeconds: seconds(s.Oldest), Recently: v.recently(v.recent[s.Name]),
		Paused: s.Paused, Concurrency: s.Concurrency, RateLimitedSeconds: s.RateLimited.Seconds(),
		Reason: s.Reason, ReasonWords: reasonWords(s),
	}
	if s.Workers >= 0 {
		q.Workers = &s.Workers
	}
	if q.InPerSecond == nil && v.ratesKnown() { // nothing was added, which is known
		q.InPerSecond = new(float64)
	}
	q.drain(s, v.growth(v.recent[s.Name], q.Recently))
	v.judge(&q)
	return q
}

func (v *view) pushedQueue(name string) Queue {
	c := v.recent[name]
	q := Queue{Name: name, Source: SourceEvents, At: moment(c.last), Recently: v.recently(c)}
	if oldest, ok := v.pushed[name]; ok {
		q.OldestSeconds = seconds(oldest)
	}
	q.ReasonWords = pushedWords(q.OldestSeconds, v.now.Sub(c.last), !c.last.IsZero())
	q.DrainWords = drainUnknown
	v.judge(&q)
	return q
}

// judge compares a queue with the limit that QueueWaitTimeHigh has.
func (v *view) judge(q *Queue) {
	limit := kpi.QueueWaitLimit.Seconds()
	q.LimitSeconds, q.Level = limit, LevelOK
	if orBelow(q.OldestSeconds) > limit/2 {
		q.Level = LevelWarn
	}
	if level := v.alerts[q.Name]; level != "" {
		q.Level = level
	}
}

// leastSeen is the time from which on rates are told.
const leastSeen = slotLength

func (v *view) ratesKnown() bool { return v.seen >= leastSeen }

// recently is the window in numbers.
func (v *view) recently(c counted) Recently {
	r := Recently{Started: c.started}
	if d, ok := c.waits.quantile(0.50); ok {
		r.WaitP50Seconds = seconds(d)
	}
	if d, ok := c.waits.quantile(0.95); ok {
		r.WaitP95Seconds = seconds(d)
	}
	if !v.ratesKnown() {
		return r
	}
	per := func(n int64) *float64 { return new(float64(n) / v.seen.Seconds()) }
	if c.told.added {
		r.InPerSecond = per(c.added)
	}
	r.OutPerSecond = per(c.started)
	if c.told.ended {
		r.OutPerSecond = per(c.ended)
	}
	return r
}

// manyLately is how many jobs have to come or go within the last minute for
// their number to tell more than that of five minutes.
const manyLately = 20

// growth is by how many jobs a second a queue grows, or shrinks where it is
// below 0; nil when that is not known. A backlog that begins to shrink
// would grow for minutes by what was before.
func (v *view) growth(c counted, r Recently) *float64 {
	if c.lately.added+c.lately.ended >= manyLately && v.seen >= lateSlots*slotLength {
		return new(float64(c.lately.added-c.lately.ended) / lateSpan(v.now).Seconds())
	}
	if r.InPerSecond == nil || r.OutPerSecond == nil {
		return nil
	}
	return new(*r.InPerSecond - *r.OutPerSecond)
}

// all is every queue together.
func (v *view) all(queues []Queue) All {
	all := All{Queues: len(queues), LimitSeconds: kpi.QueueWaitLimit.Seconds(), Level: LevelOK}
	var sum counted
	for i := range queues {
		q := &queues[i]
		sum.add(v.recent[q.Name])
		all.take(q)
	}
	r := v.recently(sum)
	all.WaitP50Seconds, all.WaitP95Seconds, all.Started = r.WaitP50Seconds, r.WaitP95Seconds, r.Started
	return all
}

// take adds a queue.
func (a *All) take(q *Queue) {
	if q.States != nil {
		a.Watched++
		if a.States == nil {
			a.States = &States{}
		}
		a.States.add(*q.States)
	}
	a.Due += q.Due
	if orBelow(q.OldestSeconds) > orBelow(a.OldestSeconds) {
		a.OldestSeconds, a.Worst = q.OldestSeconds, q.Name
	}
	a.InPerSecond, a.OutPerSecond = plus(a.InPerSecond, q.InPerSecond), plus(a.OutPerSecond, q.OutPerSecond)
	if a.Level == LevelOK || q.Level == LevelFiring {
		a.Level = q.Level
	}
}

func plus(a, b *float64) *float64 {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return new(*a + *b)
}

func (s *States) add(other States) {
	s.Waiting += other.Waiting
	s.Prioritized += other.Prioritized
	s.Paused += other.Paused
	s.Delayed += other.Delayed
	s.Active += other.Active
	s.Completed += other.Completed
	s.Failed += other.Failed
	s.WaitingChildren += other.WaitingChildren
}

func statesOf(d kpi.QueueDepth) *States {
	return &States{
		Waiting: d.Waiting, Prioritized: d.Prioritized, Paused: d.Paused, Delayed: d.Delayed, Active: d.Active,
		Completed: d.Completed, Failed: d.Failed, WaitingChildren: d.WaitingChildren,
	}
}

func serverOf(s kpi.RedisState) Server {
	notes := s.Notes
	if notes == nil {
		notes = []string{}
	}
	return Server{
		Name: s.Name, Address: s.Address, Origin: s.Origin, Up: s.Up, Error: s.Error, ErrorAt: moment(s.ErrorAt), Since: moment(s.Since),
		Version: s.Version, Replica: s.Replica, Queues: s.Queues, Skipped: s.Skipped, Notes: notes,
	}
}

func seconds(d time.Duration) *float64 { return new(max(0, d).Seconds()) }

// moment is a time that may not be there.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return new(at.UTC().Truncate(time.Millisecond))
}
