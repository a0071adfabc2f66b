package bullmq

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	// failuresRead bounds the failed jobs, the newest, that are looked at.
	failuresRead = 2000
	// failureGroups bounds the distinct reasons.
	failureGroups = 100
	exampleRunes  = 500
	fewNames      = 5
)

// failures reads why the failed jobs failed that a queue keeps.
func (s *server) failures(ctx context.Context, q *queue) (kpi.QueueFailures, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*commandTimeout)
	defer cancel()
	pipe := s.client.Pipeline()
	count := pipe.ZCard(ctx, q.failed())
	newest := pipe.ZRevRange(ctx, q.failed(), 0, failuresRead-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return kpi.QueueFailures{}, err
	}
	g := grouper{groups: map[string]*kpi.FailureGroup{}}
	for ids := range slices.Chunk(newest.Val(), hashBatch) {
		if err := s.readFailures(ctx, q, ids, &g); err != nil {
			return kpi.QueueFailures{}, err
		}
	}
	return kpi.QueueFailures{Failed: count.Val(), Read: g.read, Groups: g.list()}, nil
}

func (s *server) readFailures(ctx context.Context, q *queue, ids []string, g *grouper) error {
	pipe := s.client.Pipeline()
	cmds := make([]*redis.SliceCmd, len(ids))
	for i, id := range ids {
		cmds[i] = pipe.HMGet(ctx, q.job(id), "failedReason", "finishedOn", "name")
	}
	if _, err := pipe.Exec(ctx); err != nil && !isWrongType(err) {
		return err
	}
	for i, id := range ids {
		if values := cmds[i].Val(); len(values) == 3 && values[0] != nil {
			reason, _ := values[0].(string)
			name, _ := values[2].(string)
			g.add(failure{id, name, reason, time.UnixMilli(number(values[1]))})
		}
	}
	return nil
}

type failure struct {
	id, name, reason string
	at               time.Time
}

// grouper gathers failures that come from the newest to the oldest.
type grouper struct {
	groups map[string]*kpi.FailureGroup
	read   int64
}

func (g *grouper) add(f failure) {
	g.read++
	key := normalise(f.reason)
	group, ok := g.groups[key]
	if !ok {
		if len(g.groups) >= failureGroups {
			key = kpi.LabelOther
		}
		if group, ok = g.groups[key]; !ok {
			group = &kpi.FailureGroup{Reason: key, Example: cut(f.reason, exampleRunes), First: f.at, Last: f.at}
			g.groups[key] = group
		}
	}
	group.Jobs++
	if f.at.Before(group.First) {
		group.First = f.at
	}
	if f.at.After(group.Last) {
		group.Last = f.at
	}
	if len(group.JobIDs) < fewNames {
		group.JobIDs = append(group.JobIDs, f.id)
	}
	if len(group.Names) < fewNames && !slices.Contains(group.Names, f.name) {
		group.Names = append(group.Names, f.name)
	}
}

func (g *grouper) list() []kpi.FailureGroup {
	list := make([]kpi.FailureGroup, 0, len(g.groups))
	for _, group := range g.groups {
		list = append(list, *group)
	}
	slices.SortFunc(list, func(a, b kpi.FailureGroup) int {
		return cmp.Or(cmp.Compare(b.Jobs, a.Jobs), b.Last.Compare(a.Last), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

// cut shortens a text to so many runes.
func cut(s string, runes int) string {
	for i := range s {
		if runes--; runes < 0 {
			return s[:i] + "…"
		}
	}
	return s
}
