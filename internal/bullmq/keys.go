package bullmq

import "strings"

// keys are the keys of one queue; all begin with base, "{prefix}:{queue}:".
// A job's hash is base and its id.
type keys struct{ base string }

func keysOf(prefix, queue string) keys { return keys{prefix + ":" + queue + ":"} }

func (k keys) meta() string            { return k.base + "meta" }
func (k keys) events() string          { return k.base + "events" }
func (k keys) wait() string            { return k.base + "wait" }
func (k keys) paused() string          { return k.base + "paused" } // BullMQ before 6
func (k keys) prioritized() string     { return k.base + "prioritized" }
func (k keys) delayed() string         { return k.base + "delayed" }
func (k keys) active() string          { return k.base + "active" }
func (k keys) completed() string       { return k.base + "completed" }
func (k keys) failed() string          { return k.base + "failed" }
func (k keys) waitingChildren() string { return k.base + "waiting-children" }
func (k keys) limiter() string         { return k.base + "limiter" }
func (k keys) job(id string) string    { return k.base + id }
func (k keys) children(id string) string {
	return k.base + id + ":processed"
}

// tag is the hash tag that decides in which slot of a cluster the keys are.
func (k keys) tag() string {
	if _, after, ok := strings.Cut(k.base, "{"); ok {
		if tag, _, ok := strings.Cut(after, "}"); ok && tag != "" {
			return tag
		}
	}
	return k.base
}

// metaPattern matches the meta keys of a prefix, for SCAN.
func metaPattern(prefix string) string {
	return globQuoter.Replace(prefix) + ":*:meta"
}

// globQuoter quotes what has a meaning in a pattern of Redis.
var globQuoter = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)

// queueOf is the queue that a meta key belongs to, or "" for a key of another kind.
func queueOf(prefix, key string) string {
	rest, ok := strings.CutPrefix(key, prefix+":")
	if !ok {
		return ""
	}
	queue, ok := strings.CutSuffix(rest, ":meta")
	if !ok {
		return ""
	}
	return queue
}

// delayedScore is the highest score in "delayed" of a job that is due at a
// time (getDelayedScore.lua: milliseconds * 0x1000 and a counter).
func delayedScore(ms int64) int64 { return (ms+1)*0x1000 - 1 }

// priorityStep lies between the scores of two priorities in "prioritized"
// (getPriorityScore.lua).
const priorityStep = 0x100000000

// isMarker tells an entry of "wait" that is no job: BullMQ before 5 leaves
// "0:…" there to wake workers.
func isMarker(id string) bool { return strings.HasPrefix(id, "0:") }
