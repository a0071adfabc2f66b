package bullmq

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Recorder makes events durable, counts them and keeps positions with them.
type Recorder interface {
	Record(ctx context.Context, sub kpi.Submission) (kpi.Receipt, error)
}

// Server is one Redis to watch.
type Server struct {
	// Name tells it from the others, in labels and in positions.
	Name string
	// Origin is who named it: one of the Origin constants.
	Origin string
	// Prefixes are those of BullMQ's keys; "bull" when empty.
	Prefixes []string
	// Queues, when not empty, are watched and no others are looked for.
	Queues  []string
	Connect Connect
}

// Who named a server.
const (
	OriginConfiguration = "configuration"
	OriginEnvironment   = "REDIS_URL"
	OriginDefault       = "default"
)

// Options say what to watch.
type Options struct {
	Servers  []Server
	Recorder Recorder
	// Positions are where the last run has come to, as the recorder kept them.
	Positions map[string]string
	// Observer, when not nil, is told of what was recorded.
	Observer   func([]kpi.Event)
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	Now        func() time.Time
}

// Watcher watches queues. It is safe for concurrent use.
type Watcher struct {
	servers  []*server
	names    *names
	recorder Recorder
	log      *slog.Logger
	// strangers are positions of servers that are watched no more.
	strangers []kpi.Position
}

// New makes a watcher that watches nothing before Run.
func New(opts Options) (*Watcher, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Observer == nil {
		opts.Observer = func([]kpi.Event) {}
	}
	w := &Watcher{names: newNames(), recorder: opts.Recorder, log: opts.Logger}
	restored := w.restore(opts)
	for _, one := range opts.Servers {
		if err := one.Connect.Check(); err != nil {
			return nil, fmt.Errorf("redis %s (%s): %w", one.Name, one.Origin, err)
		}
		w.servers = append(w.servers, newServer(one, opts, w.names, restored[one.Name]))
	}
	if opts.Registerer != nil {
		opts.Registerer.MustRegister(w.Collector())
	}
	return w, nil
}

func newServer(one Server, opts Options, names *names, restored map[place]position) *server {
	if len(one.Prefixes) == 0 {
		one.Prefixes = []string{"bull"}
	}
	s := &server{
		name: one.Name, address: one.Connect.Address(), origin: one.Origin,
		prefixes: one.Prefixes, listed: one.Queues, cluster: one.Connect.Cluster, tls: one.Connect.isTLS(),
		recorder: opts.Recorder, observe: opts.Observer, names: names, restored: restored, log: opts.Logger,
		open:   func() (redis.UniversalClient, error) { return one.Connect.Open() },
		queues: map[place]*queue{}, changed: make(chan struct{}, 1),
	}
	s.clock.local = opts.Now
	s.health = health{log: opts.Logger, name: one.Name, now: opts.Now, guessed: one.Origin == OriginDefault}
	return s
}

// restore sorts positions by server. Their labels stay theirs.
func (w *Watcher) restore(opts Options) map[string]map[place]position {
	restored := map[string]map[place]position{}
	for _, one := range opts.Servers {
		restored[one.Name] = map[place]position{}
	}
	for source, state := range opts.Positions {
		p, ok := parseSource(source)
		if !ok {
			continue
		}
		at, readable := parsePosition(state)
		if restored[p.server] == nil || !readable {
			w.strangers = append(w.strangers, kpi.Position{Source: source})
			continue
		}
		restored[p.server][p] = at
		w.names.reserve(p, at.name)
	}
	return restored
}

// Collector shows how the watch of each server goes. Options.Registerer has it.
func (w *Watcher) Collector() prometheus.Collector { return collector{w} }

// Run watches until ctx ends.
func (w *Watcher) Run(ctx context.Context) error {
	if len(w.strangers) > 0 {
		if _, err := w.recorder.Record(ctx, kpi.Submission{Positions: w.strangers}); err != nil {
			w.log.Warn("Positions of servers that are watched no more are kept until the next start", "err", err)
		}
	}
	var all sync.WaitGroup
	for _, s := range w.servers {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
	return nil
}

// Waits yields the age of the oldest job that could run now, by queue. A queue
// of a server that does not answer is not among them, nor one that is gone.
func (w *Watcher) Waits() iter.Seq2[string, time.Duration] {
	return func(yield func(string, time.Duration) bool) {
		for _, s := range w.servers {
			if !s.health.isUp() {
				continue
			}
			for _, q := range s.those((*queue).shown) {
				if wait, ok := q.lockedWait(s.clock.now()); ok && !yield(q.name, wait) {
					return
				}
			}
		}
	}
}

func (q *queue) lockedWait(now int64) (time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waited(now)
}

// Follows reports whether a queue is watched, by its label.
func (w *Watcher) Follows(queueName string) bool { return w.names.has(queueName) }

// Queues are the queues that are there, by server and name.
func (w *Watcher) Queues() []kpi.QueueState {
	var list []kpi.QueueState
	for _, s := range w.servers {
		if !s.health.isUp() {
			continue
		}
		for _, q := range s.those((*queue).shown) {
			workers := s.workersOf(q)
			q.mu.Lock()
			list = append(list, q.current(s.clock.now(), workers))
			q.mu.Unlock()
		}
	}
	return list
}

// Servers says how each server and Luneo get on.
func (w *Watcher) Servers() []kpi.RedisState {
	list := make([]kpi.RedisState, len(w.servers))
	for i, s := range w.servers {
		list[i] = s.describe()
	}
	return list
}

func (s *server) describe() kpi.RedisState {
	d := kpi.RedisState{Name: s.name, Address: s.address, Origin: s.origin, Queues: len(s.those((*queue).shown)), Notes: s.notes()}
	s.health.describe(&d)
	if a := s.about.Load(); a != nil {
		d.Version, d.Replica = a.version, a.replica
	}
	s.mu.Lock()
	d.Skipped = s.skipped
	s.mu.Unlock()
	return d
}

func (h *health) describe(d *kpi.RedisState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.Up, d.Since, d.Error, d.ErrorAt = h.up, h.since, h.problem, h.at
}

// notes say what the server does not allow and what is missing for it.
func (s *server) notes() []string {
	var list []string
	s.mu.Lock()
	if s.scanProblem != "" {
		list = append(list, s.scanProblem)
	}
	s.mu.Unlock()
	for _, n := range []struct {
		on   bool
		text string
	}{
		{s.forbidden.clients.Load(), "CLIENT LIST is forbidden, so the number of workers is not known: allow +client|list."},
		{s.forbidden.xinfo.Load(), "XINFO STREAM is forbidden, so missed events are not counted: allow +xinfo|stream."},
		{s.forbidden.info.Load(), "INFO is forbidden, so version and role are not known: allow +info."},
	} {
		if n.on {
			list = append(list, n.text)
		}
	}
	if a := s.about.Load(); a != nil && a.cluster && !s.cluster {
		list = append(list, "This Redis is a node of a cluster, and queues on other nodes are not seen: set cluster: true.")
	}
	if a := s.about.Load(); a != nil && a.replica {
		list = append(list, "This is a replica: workers are connected to its master, so their number is not known.")
	}
	return list
}

// Failures groups the failed jobs that a queue keeps by their normalised
// reasons. It asks Redis: its errors are kpi errors with a sentence.
func (w *Watcher) Failures(ctx context.Context, queueName string) (kpi.QueueFailures, error) {
	for _, s := range w.servers {
		found := s.those(func(q *queue) bool { return q.name == queueName })
		if len(found) == 0 {
			continue
		}
		if !s.health.isUp() {
			break
		}
		failures, err := s.failures(ctx, found[0])
		if err != nil {
			return failures, &kpi.Error{Kind: kpi.KindUnavailable, Message: Explain(err), Err: err}
		}
		return failures, nil
	}
	if slices.ContainsFunc(w.servers, func(s *server) bool { return !s.health.isUp() }) {
		return kpi.QueueFailures{}, kpi.Errorf(kpi.KindUnavailable, "Redis does not answer, so the failed jobs can't be read.")
	}
	return kpi.QueueFailures{}, kpi.Errorf(kpi.KindNotFound, "No queue of this name is watched.")
}
