package queues

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Page is what is known of all queues.
type Page struct {
	Servers []Server `json:"servers"`
	// Queues are the one whose oldest job has waited longest first.
	Queues []Queue `json:"queues"`
	All    All     `json:"all"`
	// LookedAt is when the newest of it was read.
	LookedAt time.Time `json:"looked_at"`
}

// Server is how Luneo and a Redis server get on.
type Server struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	// Origin is "configuration", "REDIS_URL" or "default".
	Origin string `json:"origin"`
	Up     bool   `json:"up"`
	// Error is the sentence of what went wrong last, ErrorAt when; empty and
	// null when nothing has since it is up.
	Error   string     `json:"error"`
	ErrorAt *time.Time `json:"error_at"`
	// Since is when Up last changed; null before the first look.
	Since   *time.Time `json:"since"`
	Version string     `json:"version"`
	Replica bool       `json:"replica"`
	Queues  int        `json:"queues"`
	Skipped int        `json:"skipped"`
	Notes   []string   `json:"notes"`
}

// The sources of what is known of a queue.
const (
	SourceRedis  = "redis"  // somebody watches it
	SourceEvents = "events" // the platform sends events
)

// The levels of a queue.
const (
	LevelOK     = "ok"
	LevelWarn   = "warn"
	LevelFiring = "firing"
)

// States are how many jobs are in each state.
type States struct {
	Waiting         int64 `json:"waiting"`
	Prioritized     int64 `json:"prioritized"`
	Paused          int64 `json:"paused"`
	Delayed         int64 `json:"delayed"`
	Active          int64 `json:"active"`
	Completed       int64 `json:"completed"`
	Failed          int64 `json:"failed"`
	WaitingChildren int64 `json:"waiting_children"`
}

// Queue is what is known of a queue. What is null is not known.
type Queue struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Server string `json:"server"`
	Prefix string `json:"prefix"`
	// At is when it was looked at, or when the last event came; null where none
	// has since the start.
	At     *time.Time `json:"at"`
	States *States    `json:"states"`
	Due    int64      `json:"due"`

	OldestSeconds *float64 `json:"oldest_seconds"`
	Recently
	// DrainSeconds is how long it takes until nothing waits, at the pace of the
	// last minute, or of five where that is too few jobs; DrainWords says it, or why there is no such time.
	DrainSeconds *float64 `json:"drain_seconds"`
	DrainWords   string   `json:"drain_words"`

	Paused             bool            `json:"paused"`
	Concurrency        int64           `json:"concurrency"`
	RateLimitedSeconds float64         `json:"rate_limited_seconds"`
	Workers            *int            `json:"workers"`
	Reason             kpi.QueueReason `json:"reason"`
	ReasonWords        string          `json:"reason_words"`

	LimitSeconds float64 `json:"limit_seconds"`
	Level        string  `json:"level"`
}

// Recently is what happened in the last five minutes, or since the start when
// that is less.
type Recently struct {
	WaitP50Seconds *float64 `json:"wait_p50_seconds"`
	WaitP95Seconds *float64 `json:"wait_p95_seconds"`
	// Started is how many jobs left the queue.
	Started int64 `json:"started_5m"`
	// InPerSecond counts jobs that were added, OutPerSecond those that ended;
	// where nobody tells of their end, those that started.
	InPerSecond  *float64 `json:"in_per_second"`
	OutPerSecond *float64 `json:"out_per_second"`
}

// All is every queue together.
type All struct {
	Queues int `json:"queues"`
	// Watched is how many of them have states; States are null when none has.
	Watched int     `json:"watched"`
	States  *States `json:"states"`
	Due     int64   `json:"due"`
	// OldestSeconds is that of Worst; null where no queue has one.
	OldestSeconds *float64 `json:"oldest_seconds"`
	Worst         string   `json:"worst"`
	Recently
	LimitSeconds float64 `json:"limit_seconds"`
	Level        string  `json:"level"`
}

// One is what is known of one queue.
type One struct {
	Queue Queue `json:"queue"`
	// Failures are null where they are not known; FailuresError then says why
	// they could not be read.
	Failures      *Failures  `json:"failures"`
	FailuresError string     `json:"failures_error"`
	Incidents     []Incident `json:"incidents"`
	// IncidentsError says why they are not known.
	IncidentsError string `json:"incidents_error"`
}

// Failures are what the failed jobs that a queue keeps have in common.
type Failures struct {
	Failed int64          `json:"failed"`
	Read   int64          `json:"read"`
	Groups []FailureGroup `json:"groups"`
}

// FailureGroup is one distinct reason.
type FailureGroup struct {
	Reason  string    `json:"reason"`
	Example string    `json:"example"`
	Jobs    int       `json:"jobs"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Names   []string  `json:"names"`
	JobIDs  []string  `json:"job_ids"`
}
