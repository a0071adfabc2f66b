package setup

import (
	"context"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// askAgain is how soon a history that did not answer is asked again.
const askAgain = 30 * time.Second

// recall asks the history when the last events before the start came, until it
// answers.
func (w *Watcher) recall(ctx context.Context) {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for !w.recallOnce(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// recallOnce asks for each source from which no event has come since the start;
// it reports whether all is known.
func (w *Watcher) recallOnce(ctx context.Context) bool {
	for _, k := range kinds() {
		if k.typ == 0 || !w.byType[k.typ].lastAt().IsZero() {
			continue
		}
		at, err := w.o.History.LastRise(ctx, seriesOf(k.counter))
		if err != nil {
			w.o.Logger.Debug("the history does not say when the last events came", "source", k.id, "err", err)
			return false
		}
		if !at.IsZero() {
			w.byType[k.typ].last.CompareAndSwap(0, at.UnixMilli())
		}
	}
	return true
}

// seriesOf is the name of the series that count: of a histogram its count.
func seriesOf(id kpi.MetricID) string {
	m := kpi.MetricOf(id)
	if m.Type == kpi.Histogram {
		return m.Name + "_count"
	}
	return m.Name
}
