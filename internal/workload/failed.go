package workload

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// failure is one job that failed.
type failure struct {
	kind string
	job  int
	at   time.Time
}

// cause is what a worker says of a kind of failure; <n> stands for a number.
type cause struct{ kind, text string }

// causes are those of a queue, the most frequent first.
func causes(queue string) []cause {
	switch queue {
	case QueueImages:
		return []cause{
			{"rate_limit_exceeded", "429 Rate limit reached for dall-e-3 on images per minute: limit 15, used 15, requested <n>. Try again in <n> s."},
			{"server_error", "500 The server had an error while processing your request (request <n>)"},
			{"timeout", "Request timed out after <n> ms"},
		}
	case QueueAR:
		return []cause{
			{"unsupported_feature", "Extension KHR_materials_variants of node <n> is not supported by USDZ"},
			{"invalid_model", "Accessor <n> of design <n> has no bufferView"},
		}
	default:
		return []cause{
			{"asset_missing", "Asset <n> of design <n> is missing: NoSuchKey: the specified key does not exist"},
			{"out_of_memory", "CUDA out of memory: tried to allocate <n> MiB"},
			{"timeout", "Render was given up after <n> ms"},
		}
	}
}

// jobName is what the platform calls a job of a queue.
func jobName(queue string) string {
	return map[string]string{QueueImages: "generate", QueueRender2D: "render", QueueRender3D: "render", QueueAR: "convert"}[queue]
}

// pastFailures are failed jobs that a queue keeps of the days before a moment.
// Chosen: a few dozen, most of the first cause.
func pastFailures(queue string, until time.Time) (list []failure) {
	kinds := causes(queue)
	many := map[string]int{QueueImages: 41, QueueRender2D: 17, QueueRender3D: 26, QueueAR: 9}[queue]
	for i := range many {
		kind := kinds[0]
		if i%3 == 1 {
			kind = kinds[1+(i/3)%(len(kinds)-1)]
		}
		list = append(list, failure{kind.kind, 18000 - 37*i, until.Add(-time.Duration(i*i+7) * 5 * time.Minute)})
	}
	return list
}

// newest are the newest so many failures, the newest first.
func newest(list []failure, most int) []failure {
	slices.SortFunc(list, func(a, b failure) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.job, a.job)) })
	return list[:min(len(list), most)]
}

// failuresUntil are those that the queue keeps at a moment, the newest first.
func (q *seenQueue) failuresUntil(now time.Time) []failure {
	list := slices.Clone(q.failures)
	for _, j := range q.jobs {
		if j.failure != "" && !j.end.After(now) {
			list = append(list, failure{j.failure, j.number, j.end})
		}
	}
	return newest(list, q.kept)
}

// Failures groups the failed jobs of a queue by their cause.
func (v *Queues) Failures(_ context.Context, queueName string) (kpi.QueueFailures, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, q := range v.queues {
		if q.name == queueName {
			return q.grouped(v.now()), nil
		}
	}
	return kpi.QueueFailures{}, kpi.Errorf(kpi.KindNotFound, "No queue of this name is watched.")
}

func (q *seenQueue) grouped(now time.Time) kpi.QueueFailures {
	list := q.failuresUntil(now)
	out := kpi.QueueFailures{Failed: int64(len(list)), Read: int64(len(list))}
	for _, c := range causes(q.name) {
		g := kpi.FailureGroup{Reason: c.text, Names: []string{jobName(q.name)}}
		for _, f := range list {
			if f.kind == c.kind {
				take(&g, c, f)
			}
		}
		if g.Jobs > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	slices.SortStableFunc(out.Groups, func(a, b kpi.FailureGroup) int { return cmp.Compare(b.Jobs, a.Jobs) })
	return out
}

// take counts a failure, which is older than those before it.
func take(g *kpi.FailureGroup, c cause, f failure) {
	const few = 5
	if g.Jobs == 0 {
		g.Last, g.Example = f.at, strings.ReplaceAll(c.text, "<n>", strconv.Itoa(f.job%977+3))
	}
	g.Jobs++
	g.First = f.at
	if len(g.JobIDs) < few {
		g.JobIDs = append(g.JobIDs, strconv.Itoa(f.job))
	}
}
