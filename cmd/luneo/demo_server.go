package main

import (
	"context"
	"sync"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

// startDemoServer is a startServer that reads no configuration but its
// arguments, and logs what is wrong only: the table has the terminal.
func startDemoServer(ctx context.Context, s serving) (url string, wait func() error, err error) {
	cfg, err := demoConfig(s.listen, s.dataDir)
	if err != nil {
		return "", nil, err
	}
	opts := app.Options{Config: cfg}
	if s.queues != nil {
		opts.Queues = s.queues
	}
	if s.calls != nil {
		opts.Passing = s.calls
	}
	a, err := open(opts)
	if err != nil {
		return "", nil, err
	}
	stopped := make(chan error, 1)
	go func() {
		watching, stop := context.WithCancel(ctx)
		var beside sync.WaitGroup
		if s.queues != nil {
			beside.Go(func() { s.queues.Run(watching, a.RecordQueues) })
		}
		if s.calls != nil {
			beside.Go(func() { s.calls.Run(watching, a.RecordCalls) })
		}
		err := a.Run(ctx)
		stop()
		beside.Wait()
		stopped <- err
	}()
	return a.URL(), func() error { return <-stopped }, nil
}

func demoConfig(listen, dataDir string) (config.Config, error) {
	cfg, err := config.Load(config.Sources{Flags: map[string]string{
		"listen": listen, "data-dir": dataDir, "log-level": "warn", "redis": "none",
	}})
	cfg.OpenAI.Budgets = []config.Budget{
		{Name: "platform", Period: "month", LimitCents: 1_400_000},
		{Name: "product images", Period: "day", LimitCents: 40_000, Tag: "product-images"},
	}
	return cfg, err
}
