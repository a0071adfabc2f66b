package prom

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// samplesACommit bounds what is held between two commits.
const samplesACommit = 100_000

// write makes the day a block in a folder.
func (d day) write(ctx context.Context, dir string, logger *slog.Logger, report *BackfillReport) (err error) {
	// Twice the length: a head refuses what is older than half of its length
	// before its newest sample, and series are written one after the other.
	w, err := tsdb.NewBlockWriter(quiet(logger), dir, 2*(24*time.Hour).Milliseconds())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	b := block{writer: w, app: w.AppenderV2(ctx)}
	for _, g := range []*grid{d.read, d.made} {
		for _, c := range g.columns {
			if err := b.add(ctx, g, c); err != nil {
				return errors.Join(err, b.app.Rollback())
			}
		}
	}
	if err := b.app.Commit(); err != nil {
		return err
	}
	if b.series == 0 { // a block has to have something
		return nil
	}
	report.Blocks, report.Series, report.Samples = report.Blocks+1, report.Series+b.series, report.Samples+b.samples
	_, err = w.Flush(ctx)
	return err
}

// block is one that is being written.
type block struct {
	writer          *tsdb.BlockWriter
	app             storage.AppenderV2
	series, samples int
	pending         int // samples since the last commit
}

// add writes a column without the steps that the block before has.
func (b *block) add(ctx context.Context, g *grid, c *column) (err error) {
	if c.scratch {
		return nil
	}
	var ref storage.SeriesRef
	for it := g.cursor(c, g.lead); it.Next() != chunkenc.ValNone; b.pending++ {
		t, v := it.At()
		if ref, err = b.app.Append(ref, c.labels, 0, t, v, nil, nil, storage.AOptions{}); err != nil {
			return err
		}
		b.samples++
	}
	if ref != 0 {
		b.series++
	}
	if b.pending < samplesACommit {
		return nil
	}
	b.pending = 0
	if err := b.app.Commit(); err != nil {
		return err
	}
	b.app = b.writer.AppenderV2(ctx)
	return nil
}
