package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

func newServeCommand() *cobra.Command {
	var source configSource
	var printConfig, acceptDataLoss bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server. Everything has a default: luneo serve alone listens on
127.0.0.1:4000 and keeps its data in ./luneo-data.

Each key of the configuration can be set in luneo.yml, by an environment
variable (LUNEO_LIMITS_BODY_BYTES for limits.body_bytes) or by a flag; flags
beat the environment, which beats the file. SIGHUP or POST /-/reload reads the
configuration again.`,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := source.load()
			if err != nil {
				return err
			}
			if printConfig {
				return cfg.WriteYAML(c.OutOrStdout())
			}
			return serve(c.Context(), c.OutOrStdout(), app.Options{Config: cfg, Load: source.load, ConfigFile: source.path(), AcceptDataLoss: acceptDataLoss})
		},
	}
	source.register(c.Flags())
	c.Flags().BoolVar(&printConfig, "print-config", false, "Print the configuration as it would be used, secrets redacted, and end.")
	c.Flags().BoolVar(&acceptDataLoss, "accept-data-loss", false, "Start although the beginning of the journal is gone.")
	return c
}

// serve builds the server, says where it is, and runs it until ctx ends. A
// SIGHUP before it is built is acted on after that.
func serve(ctx context.Context, out io.Writer, opts app.Options) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	a, err := open(opts)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Luneo listens on %s\n", a.URL())
	stop := reloadOn(hangup, a)
	defer stop()
	return a.Run(ctx)
}

// open builds the server with a log on standard error.
func open(opts app.Options) (*app.App, error) {
	opts.Version = version
	opts.Logger, opts.LogLevel = newLogger(os.Stderr, opts.Config.Log)
	return app.New(opts)
}

// reloadOn reloads the configuration on each signal until the returned
// function is called, which waits for a reload in progress.
func reloadOn(signals <-chan os.Signal, a *app.App) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-signals:
				a.ReloadAndLog()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

func newCheckConfigCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check-config FILE",
		Short: "Check a configuration file and list everything that is wrong with it",
		Args:  oneFile,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(config.Sources{File: args[0]})
			if err != nil {
				return err
			}
			if err := app.Check(cfg); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is fine.\n", args[0])
			return err
		},
	}
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), buildVersion())
			return err
		},
	}
}
