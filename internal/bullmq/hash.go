package bullmq

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// job is what a job's hash tells of its waits.
type job struct {
	exists, finished bool
	parent           bool  // it waited for children
	added            int64 // its timestamp, milliseconds; 0 when missing or garbage
	delay            int64 // that it was added with
	processed        int64 // its last start; 0 when it never started
	starts, tries    int64 // how often it started, and how often that failed
}

// waitsSince is the state of the job when it waits now. Of one that started
// before, its last start is all that is known; of one that was moved on before
// its delay had ended, nothing.
func (j job) waitsSince(now int64) (state, bool) {
	again := j.parent || j.starts > 0 || j.tries > 0 || j.processed > 0
	switch {
	case !j.exists || j.finished:
		return state{}, false
	case again && max(j.processed, j.added) > 0:
		return state{max(j.processed, j.added), phaseGuessed}, true
	case j.added > 0 && j.delay > 0 && j.added+j.delay > now:
		return state{now, phaseGuessed}, true
	case j.added > 0:
		return state{j.added + j.delay, phaseWaiting}, true
	default:
		return state{}, false
	}
}

// waitedSince is since when the job could run before its first start; false
// when it started more often or waited for children, since the hash tells only
// when it was added.
func (j job) waitedSince() (at int64, ok bool) {
	if j.added == 0 || j.parent || j.starts > 1 {
		return 0, false
	}
	return j.added + j.delay, true
}

// jobFields are read of a hash. BullMQ 4 counts starts in attemptsMade.
func jobFields() []string {
	return []string{"timestamp", "opts", "processedOn", "finishedOn", "ats", "atm", "attemptsMade"}
}

// hashBatch is how many hashes one round trip reads.
const hashBatch = 200

// readJobs reads the hashes of jobs of a queue.
func readJobs(ctx context.Context, client redis.UniversalClient, k keys, ids []string) (map[string]job, error) {
	found := make(map[string]job, len(ids))
	for chunk := range slices.Chunk(ids, hashBatch) {
		pipe := client.Pipeline()
		fields, children := make([]*redis.SliceCmd, len(chunk)), make([]*redis.IntCmd, len(chunk))
		for i, id := range chunk {
			fields[i] = pipe.HMGet(ctx, k.job(id), jobFields()...)
			children[i] = pipe.Exists(ctx, k.children(id))
		}
		if _, err := pipe.Exec(ctx); err != nil && !isWrongType(err) {
			return nil, err
		}
		for i, id := range chunk {
			found[id] = jobOf(fields[i].Val(), children[i].Val() > 0)
		}
	}
	return found, nil
}

// jobOf reads the values of jobFields; garbage counts as missing.
func jobOf(values []any, parent bool) job {
	if len(values) != len(jobFields()) {
		return job{}
	}
	opts, _ := values[1].(string)
	starts := number(values[4])
	if values[4] == nil {
		starts = number(values[6])
	}
	return job{
		exists:    slices.ContainsFunc(values, func(v any) bool { return v != nil }),
		finished:  values[3] != nil,
		parent:    parent,
		added:     number(values[0]),
		delay:     delayOf(opts),
		processed: number(values[2]),
		starts:    starts,
		tries:     number(values[5]),
	}
}

// number is a whole number in a reply, 0 when it is none.
func number(v any) int64 {
	s, _ := v.(string)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return whole(f)
}

// whole is a number that is not negative and has 53 bits or less, as
// JavaScript's whole numbers; 0 for anything else.
func whole(f float64) int64 {
	if math.IsNaN(f) || f < 0 || f > manual {
		return 0
	}
	return int64(f)
}

// delayOf reads the delay that a job was added with from its options.
func delayOf(opts string) int64 {
	var o struct {
		Delay float64 `json:"delay"`
	}
	if json.Unmarshal([]byte(opts), &o) != nil {
		return 0
	}
	return whole(o.Delay)
}
