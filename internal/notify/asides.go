package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// asideTimeout bounds what is done after a message, maxAsides how many are
	// done at a time: a storm of alerts gets its messages, and few charts.
	asideTimeout = time.Minute
	maxAsides    = 4
)

// asides are what is done after messages are out: charts. They may fail, and
// nothing waits for them but the end.
type asides struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	slots   chan struct{}
	logger  *slog.Logger
}

func newAsides(logger *slog.Logger) *asides {
	a := &asides{slots: make(chan struct{}, maxAsides), logger: logger}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a
}

func (a *asides) start(list []func(context.Context) error) {
	for _, do := range list {
		select {
		case a.slots <- struct{}{}:
			a.running.Go(func() { a.run(do) })
		default:
			a.logger.Warn("a message goes without its chart: too many are on their way")
		}
	}
}

func (a *asides) run(do func(context.Context) error) {
	defer func() { <-a.slots }()
	ctx, cancel := context.WithTimeout(a.ctx, asideTimeout)
	defer cancel()
	if err := do(ctx); err != nil && a.ctx.Err() == nil {
		a.logger.Warn("a message goes without its chart", "err", err)
	}
}

// stop gives up what is under way, and waits until it has ended.
func (a *asides) stop() {
	a.cancel()
	a.running.Wait()
}
