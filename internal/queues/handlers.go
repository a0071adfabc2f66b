package queues

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// HandleQueues answers GET /api/queues.
func (b *Board) HandleQueues(w http.ResponseWriter, r *http.Request) error {
	return reply.Now(w, b.Page(r.Context()))
}

// HandleQueue answers GET /api/queues/{name}.
func (b *Board) HandleQueue(w http.ResponseWriter, r *http.Request) error {
	one, err := b.One(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	return reply.Now(w, one)
}

const (
	// failuresPatience is how long reading failures may take, incidentsPatience
	// how long Prometheus may.
	failuresPatience  = 5 * time.Second
	incidentsPatience = 5 * time.Second
	// maxIncidents bounds those that are told, the newest.
	maxIncidents = 50
)

// One tells one queue; the error says that there is none of this name.
func (b *Board) One(ctx context.Context, name string) (One, error) {
	queues := b.Page(ctx).Queues
	at := slices.IndexFunc(queues, func(q Queue) bool { return q.Name == name })
	if at < 0 {
		return One{}, b.unknown(name)
	}
	one := One{Queue: queues[at], Incidents: []Incident{}}
	if one.Queue.Source == SourceRedis {
		b.failures(ctx, &one)
	}
	b.incidents(ctx, &one)
	return one, nil
}

// unknown says what may be the reason why a queue is not known.
func (b *Board) unknown(name string) error {
	for _, s := range b.o.Watched.Servers() {
		if !s.Up && s.Origin != "default" {
			return kpi.Errorf(kpi.KindNotFound, "No queue %q is known now: Redis %s does not answer.", name, s.Name)
		}
	}
	return kpi.Errorf(kpi.KindNotFound, "No queue %q is known. It is there as soon as Redis has it, or an event names it.", name)
}

func (b *Board) failures(ctx context.Context, one *One) {
	if one.Queue.States.Failed == 0 {
		one.Failures = &Failures{Groups: []FailureGroup{}}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, failuresPatience)
	defer cancel()
	found, err := b.o.Watched.Failures(ctx, one.Queue.Name)
	if err != nil {
		one.FailuresError = sentence(err, "The failed jobs can't be read now.")
		return
	}
	one.Failures = &Failures{Failed: found.Failed, Read: found.Read, Groups: []FailureGroup{}}
	for _, g := range found.Groups {
		one.Failures.Groups = append(one.Failures.Groups, FailureGroup{
			Reason: g.Reason, Example: g.Example, Jobs: g.Jobs, First: g.First.UTC(), Last: g.Last.UTC(),
			Names: list(g.Names), JobIDs: list(g.JobIDs),
		})
	}
}

// incidents are those of the last day, the newest first.
func (b *Board) incidents(ctx context.Context, one *One) {
	ctx, cancel := context.WithTimeout(ctx, incidentsPatience)
	defer cancel()
	all, err := b.o.Alerts.LastDay(ctx)
	if err != nil {
		one.IncidentsError = sentence(err, "What happened in the last day is not known now.")
		return
	}
	for _, i := range all {
		if i.Queue == one.Queue.Name {
			one.Incidents = append(one.Incidents, i)
		}
	}
	slices.SortFunc(one.Incidents, func(a, b Incident) int {
		return cmp.Or(b.From.Compare(a.From), strings.Compare(a.Rule, b.Rule), strings.Compare(a.State, b.State))
	})
	one.Incidents = one.Incidents[:min(len(one.Incidents), maxIncidents)]
}

// sentence is what an error says to people.
func sentence(err error, otherwise string) string {
	var e *kpi.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return otherwise
}

// list is never null in JSON.
func list(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
