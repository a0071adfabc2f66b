package main

import (
	"context"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

// startDemoServer is a startServer that reads no configuration but its
// arguments, and logs what is wrong only: the table has the terminal.
func startDemoServer(ctx context.Context, listen, dataDir string) (url string, wait func() error, err error) {
	cfg, err := demoConfig(listen, dataDir)
	if err != nil {
		return "", nil, err
	}
	a, err := open(app.Options{Config: cfg})
	if err != nil {
		return "", nil, err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- a.Run(ctx) }()
	return a.URL(), func() error { return <-stopped }, nil
}

func demoConfig(listen, dataDir string) (config.Config, error) {
	return config.Load(config.Sources{Flags: map[string]string{
		"listen": listen, "data-dir": dataDir, "log-level": "warn", "redis": "none",
	}})
}
