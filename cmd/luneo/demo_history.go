package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/workload"
)

// maxHistory is what the server's default retention keeps, but for a reserve.
const maxHistory = 28 * 24 * time.Hour

// incident is one of those that the history has.
type incident struct {
	daysAgo, hour, minute int // in the platform's time
	// before is how long before the end of the history it begins; then the
	// time of day does not count.
	before time.Duration
	length time.Duration
	stage  func(from time.Time, length time.Duration) workload.Staging
	// deploy is what was deployed shortly before; empty for nothing.
	deploy string
}

func pastIncidents() []incident {
	return []incident{
		{daysAgo: 5, hour: 11, minute: 5, length: 12 * time.Minute, stage: workload.ErrorBurst, deploy: "prompt-service 1.18.0"},
		{daysAgo: 3, hour: 14, minute: 20, length: 12 * time.Minute, stage: workload.QueueIncident, deploy: "worker-ia 2.29.0"},
		{daysAgo: 2, hour: 16, minute: 30, length: 40 * time.Minute, stage: workload.CostSpike},
		{before: 3 * time.Hour, length: 9 * time.Minute, stage: workload.QueueIncident, deploy: "worker-ia 2.30.0"},
	}
}

// begins is when an incident begins, seen from the end of the history.
func (i incident) begins(end time.Time, place *time.Location) time.Time {
	if i.before > 0 {
		return end.Add(-i.before)
	}
	year, month, day := end.In(place).Date()
	return time.Date(year, month, day-i.daysAgo, i.hour, i.minute, 0, 0, place)
}

// past is a history: its span, in whole minutes, and when the platform opens.
type past struct {
	seed               uint64
	from, until, opens time.Time
}

// platform is the platform's life in the past, the same for the same seed.
func (p past) platform() (*workload.Past, error) {
	return workload.NewPast(workload.Options{
		Rand:  rand.New(rand.NewPCG(p.seed, 1)), //nolint:gosec // the same seed has to make the same platform
		Start: p.from, Staging: staged(p.opens),
	})
}

// staged is what happens on a platform that has a history and opens at a
// moment, before it and after it.
func staged(opens time.Time) workload.Staging {
	place := workload.Daytime(opens, time.Local)
	stages := []workload.Staging{workload.Rhythm(place), workload.Live(opens)}
	for _, i := range pastIncidents() {
		stages = append(stages, i.stage(i.begins(opens, place), i.length))
	}
	return workload.Together(stages...)
}

// writeHistory fills an empty data directory with what the platform did until
// the last whole minute, which it returns: the live platform goes on there. In
// a directory that has data already it leaves all as it is and returns zero.
func writeHistory(ctx context.Context, o demoOptions, dir string, out io.Writer) (until time.Time, err error) {
	length := time.Duration(o.history).Truncate(time.Minute)
	if length == 0 {
		return time.Time{}, nil
	}
	cfg, err := demoConfig(o.listen, dir)
	if err != nil {
		return time.Time{}, err
	}
	until = o.opens.Truncate(time.Minute)
	from := until.Add(-length)
	var reached atomic.Int64 // nanoseconds of the history
	stop := repeat(2*time.Second, time.Second, func() {
		_, _ = fmt.Fprintf(out, "Writing the history: %d %%.\n", 100*reached.Load()/int64(length))
	})
	defer stop()
	err = backfill(ctx, cfg, past{o.seed, from, until, o.opens}, func(at time.Time) { reached.Store(int64(at.Sub(from))) })
	if errors.Is(err, app.ErrHasData) {
		_, _ = fmt.Fprintln(out, "The directory has data already: going on with it.")
		return time.Time{}, nil
	}
	return until, err
}

// backfill writes the platform's life in the past.
func backfill(ctx context.Context, cfg config.Config, p past, progress func(time.Time)) error {
	platform, err := p.platform()
	if err != nil {
		return err
	}
	_, err = app.Backfill(ctx, app.BackfillOptions{Config: cfg, From: p.from, Until: p.until, Minute: platform.Minute, Queues: platform.Queues, Progress: progress})
	return err
}
