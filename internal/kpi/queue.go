package kpi

import "time"

// QueueWaitLimit is how long the oldest job of a queue may wait: above it
// QueueWaitTimeHigh fires.
const QueueWaitLimit = time.Minute

// QueueReason says why the jobs of a queue wait.
type QueueReason string

// The reasons, the first that holds counts.
const (
	// ReasonNone is for a queue in which no job waits.
	ReasonNone QueueReason = ""
	// ReasonPaused means that somebody paused the queue.
	ReasonPaused QueueReason = "paused"
	// ReasonNoWorker means that no worker is connected.
	ReasonNoWorker QueueReason = "no_worker"
	// ReasonRateLimited means that the queue's rate limit is used up.
	ReasonRateLimited QueueReason = "rate_limited"
	// ReasonConcurrency means that as many jobs run as the queue's global
	// concurrency allows.
	ReasonConcurrency QueueReason = "concurrency"
	// ReasonBusy means that workers are connected and have other jobs.
	ReasonBusy QueueReason = "busy"
)

// QueueReasons lists the reasons for which jobs wait.
func QueueReasons() []QueueReason {
	return []QueueReason{ReasonPaused, ReasonNoWorker, ReasonRateLimited, ReasonConcurrency, ReasonBusy}
}

// QueueDepth is how many jobs of a queue are in each state.
type QueueDepth struct {
	// Waiting jobs could run now, in the order of their coming; those in the
	// list "paused" of BullMQ before 6 are in Paused.
	Waiting, Prioritized, Paused int64
	Delayed, Active              int64
	Completed, Failed            int64 // as far as the queue keeps them
	WaitingChildren              int64
}

// Ready is the number of jobs that wait for a worker.
func (d QueueDepth) Ready() int64 { return d.Waiting + d.Prioritized }

// QueueState is what is known of one queue that Luneo watches.
type QueueState struct {
	// Name is the value of the label queue_name.
	Name string
	// Server is the name of the Redis server; Prefix and Queue are what BullMQ
	// calls it there.
	Server, Prefix, Queue string
	// At is when it was read.
	At time.Time

	Depth QueueDepth
	// Due is the number of delayed jobs whose delay has ended and that no
	// worker has moved on.
	Due int64
	// Oldest is the age of the oldest job that could run now; 0 when none could.
	Oldest time.Duration
	Paused bool
	// Concurrency is the queue's global limit of active jobs; 0 for none.
	Concurrency int64
	// RateLimited is how long the rate limit still holds; 0 when it does not.
	RateLimited time.Duration
	// Workers is how many are connected; -1 when Redis does not tell.
	Workers int
	Reason  QueueReason
}

// RedisState is how Luneo and a Redis server get on.
type RedisState struct {
	// Name is the label redis, Address where it is, without credentials.
	Name, Address string
	// Origin says who named it: "configuration", "REDIS_URL" or "default".
	Origin string
	// Up reports whether the last look at it succeeded.
	Up bool
	// Error is the sentence of what went wrong last, with the time; empty
	// when nothing has since it is up.
	Error   string
	ErrorAt time.Time
	// Since is when Up last changed; zero before the first look.
	Since time.Time
	// Version is what the server calls itself: "redis 7.0.15" or "valkey 8.0.1".
	Version string
	// Replica reports that it is a replica, where no worker is seen.
	Replica bool
	// Queues is how many are watched; Skipped how many are not for want of room.
	Queues, Skipped int
	// Notes are things to know that are not errors, as a command that the ACL
	// forbids and what is missing for it.
	Notes []string
}

// FailureGroup is one distinct reason for which jobs of a queue failed.
type FailureGroup struct {
	// Reason is normalised: numbers, ids and addresses are taken out of it.
	Reason string
	// Example is the newest failure's own text, cut to 500 characters.
	Example string
	Jobs    int
	// First and Last are when the oldest and the newest of these failed.
	First, Last time.Time
	// Names are the names of the jobs, at most five; JobIDs at most five of the newest.
	Names, JobIDs []string
}

// QueueFailures is what the failed jobs that a queue keeps have in common.
type QueueFailures struct {
	// Failed is how many the queue keeps; Read how many of them, the newest,
	// were looked at.
	Failed, Read int64
	Groups       []FailureGroup // the largest first
}

// Position is how far a follower of a source has come.
type Position struct {
	// Source names what is followed, unique among all.
	Source string
	// State is the follower's own text; empty forgets the source.
	State string
}
