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
	length                time.Duration
	stage                 func(from time.Time, length time.Duration) workload.Staging
}

func pastIncidents() []incident {
	return []incident{
		{9, 14, 20, 12 * time.Minute, workload.QueueIncident},
		{5, 11, 5, 12 * time.Minute, workload.ErrorBurst},
		{2, 16, 30, 40 * time.Minute, workload.CostSpike},
	}
}

// begins is when an incident begins, seen from the end of the history.
func (i incident) begins(end time.Time, place *time.Location) time.Time {
	year, month, day := end.In(place).Date()
	return time.Date(year, month, day-i.daysAgo, i.hour, i.minute, 0, 0, place)
}

// pastOf is the platform's life until a moment, the same for the same seed.
func pastOf(seed uint64, from, until time.Time) (*workload.Past, error) {
	place := workload.Daytime(until, time.Local)
	stages := []workload.Staging{workload.Rhythm(place)}
	for _, i := range pastIncidents() {
		stages = append(stages, i.stage(i.begins(until, place), i.length))
	}
	return workload.NewPast(workload.Options{
		Rand:  rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // the same seed has to make the same platform
		Start: from, Staging: workload.Together(stages...),
	})
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
	until = time.Now().Truncate(time.Minute)
	from := until.Add(-length)
	var reached atomic.Int64 // nanoseconds of the history
	stop := repeat(2*time.Second, time.Second, func() {
		_, _ = fmt.Fprintf(out, "Writing the history: %d %%.\n", 100*reached.Load()/int64(length))
	})
	defer stop()
	_, err = backfill(ctx, cfg, o.seed, from, until, func(at time.Time) { reached.Store(int64(at.Sub(from))) })
	if errors.Is(err, app.ErrHasData) {
		_, _ = fmt.Fprintln(out, "The directory has data already: going on with it.")
		return time.Time{}, nil
	}
	return until, err
}

// backfill writes the platform's life between two moments.
func backfill(ctx context.Context, cfg config.Config, seed uint64, from, until time.Time, progress func(time.Time)) (app.BackfillReport, error) {
	past, err := pastOf(seed, from, until)
	if err != nil {
		return app.BackfillReport{}, err
	}
	return app.Backfill(ctx, app.BackfillOptions{Config: cfg, From: from, Until: until, Minute: past.Minute, Progress: progress})
}
