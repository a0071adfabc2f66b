// Command luneo is the KPI monitor of an AI product platform: one binary that
// takes events, keeps them and shows them as metrics.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones of the baseline, on machines without any

	"github.com/spf13/cobra"
)

// version is set when a release is built.
var version = "devel"

func main() {
	os.Exit(run(untilInterrupted(), os.Args[1:]))
}

// untilInterrupted returns a context that ends with the first SIGINT or
// SIGTERM, as long as the process lives. The second ends the process at once:
// whoever asks twice does not want to wait for an orderly end.
func untilInterrupted() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailure)
	}()
	return ctx
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// usageError is a command line that can't be understood.
type usageError struct{ error }

func run(ctx context.Context, args []string) int {
	root := newRootCommand()
	root.SetArgs(args)
	ran, err := root.ExecuteContextC(ctx)
	if err != nil && ran == root { // it does nothing itself: no command has this name
		err = usageError{err}
	}
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(usageError)):
		fmt.Fprintf(os.Stderr, "luneo: %v\nSee luneo --help.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "luneo: %v\n", err)
		return exitFailure
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "luneo",
		Short: "The KPI monitor of an AI product platform",
		Long: `Luneo takes the events of an AI product platform (queue waits, OpenAI calls,
renders, embed handshakes, AR conversions), keeps them, and shows them as
metrics on :4000/metrics.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newServeCommand(), newDemoCommand(startDemoServer), newReplayCommand(), newQueuesCommand(), newBacktestCommand(), newNotifyCommand(), newCheckConfigCommand(), newVersionCommand())
	for _, c := range root.Commands() {
		if c.Args == nil {
			c.Args = noArgs
		}
	}
	return root
}

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument, got %q", c.CommandPath(), args[0])}
	}
	return nil
}

func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{fmt.Errorf("%s takes one file, got %d", c.Name(), len(args))}
	}
	return nil
}
