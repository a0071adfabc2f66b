package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/sender"
	"github.com/luneo-platform/luneo/internal/workload"
)

const (
	// demoLeadIn is how much of the past is sent where no history was written,
	// and how long the live platform works unseen where one was.
	demoLeadIn = 10 * time.Minute
)

// serving is what a server is built with.
type serving struct {
	listen, dataDir string
	queues          *workload.Queues // whose state it shows; may be nil
	calls           *workload.Calls  // that it shows as the gateway's; may be nil
}

// startServer builds a server and runs it until ctx ends. It returns once the
// server takes requests: its URL, and a function that waits until it has
// stopped and returns why it failed, nil after an orderly stop. An error for a
// port in use has to wrap syscall.EADDRINUSE.
type startServer func(ctx context.Context, s serving) (url string, wait func() error, err error)

// demoOptions are the command line of luneo demo.
type demoOptions struct {
	listen  string
	dataDir string
	seed    uint64
	history config.Duration
	opens   time.Time // when people begin to look
}

func newDemoCommand(start startServer) *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a modelled platform on a server of its own",
		Long: `Start a server, feed it with the events of a modelled platform, and show its
KPIs in the terminal until Ctrl-C. When it appears, the workers of one queue have
been down for some minutes and AI costs more than twice the usual: alerts are
pending, fire and are over within a quarter of an hour. A shop whose embeds fail
and renders that slow down follow. All of it comes back, the queue every 15 minutes.

The platform has 14 days behind it when it appears, with nights, a weekend and
four incidents: a burst of errors five days ago, jobs that waited too long three
days and three hours ago, and a spike of AI cost two days ago. It always appears
in daytime: where it is night, its shops are in the nearest place where it is not.
--history 7d writes fewer days, and --history 0 none: it has ten minutes behind
it then, and no baseline of cost.

The data is kept in a temporary directory that is removed at the end, unless
--data-dir names another. One that has data already keeps it, without a history.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if h := time.Duration(o.history); h > maxHistory {
				return usageError{fmt.Errorf("--history is %s, expected at most %d days", h, maxHistory/(24*time.Hour))}
			}
			// A terminal that is closed ends it in order too. The shell and the
			// kernel may both say so, so the second is no impatience.
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGHUP)
			defer stop()
			return demo(ctx, o, start, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&o.listen, "listen", "127.0.0.1:4000", "Address to listen on; another port is taken when it is in use.")
	c.Flags().StringVar(&o.dataDir, "data-dir", "", "Directory to keep the data in.")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "Another number makes another platform of the same kind.")
	c.Flags().TextVar(&o.history, "history", config.Duration(14*24*time.Hour), "How much history to begin with, up to 28d; 0 for none.")
	return c
}

// demo runs until ctx ends, which is no error, or something fails. The events
// stop first, then the server, and the directory goes last.
func demo(ctx context.Context, o demoOptions, start startServer, out io.Writer) (err error) {
	dir, remove, err := demoDir(o.dataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()

	o.opens = time.Now()
	past, err := writeHistory(ctx, o, dir, out)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	life, stopServer := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServer()
	platform := livePlatform(o, past)
	url, wait, err := startAnywhere(life, start, serving{o.listen, dir, platform.Queues, platform.Calls}, out)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "The web UI: %s\n", url)
	feeding, stopFeeding := context.WithCancel(ctx)
	defer stopFeeding()
	served := make(chan error, 1)
	go func() {
		served <- wait()
		stopFeeding() // nothing to feed any more
	}()

	marked := make(chan struct{})
	go func() {
		defer close(marked)
		m := marker{url: url, out: out}
		m.run(feeding, o.opens, past)
	}()
	fed := feed(feeding, url, platform, out)
	stopFeeding()
	<-marked
	stopServer()
	_, _ = fmt.Fprintln(out, "\nStopping.")
	return errors.Join(fed, <-served)
}

// demoDir is the given directory, or one that the returned function removes.
func demoDir(given string) (dir string, remove func() error, err error) {
	if given != "" {
		dir, err = filepath.Abs(given)
		return dir, func() error { return nil }, err
	}
	dir, err = os.MkdirTemp("", "luneo-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a directory for the demo: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// startAnywhere starts the server on a free port when the wanted one is taken.
func startAnywhere(ctx context.Context, start startServer, s serving, out io.Writer) (string, func() error, error) {
	url, wait, err := start(ctx, s)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return url, wait, err
	}
	_, _ = fmt.Fprintf(out, "%s is in use: taking a free port.\n", s.listen)
	s.listen = "127.0.0.1:0"
	return start(ctx, s)
}

// livePlatform is the one that goes on from the end of a history, or appears
// with some minutes behind it when that is zero.
func livePlatform(d demoOptions, past time.Time) workload.Options {
	o := workload.Options{
		Rand:  rand.New(rand.NewPCG(d.seed, 0)), //nolint:gosec // the same seed has to make the same platform
		Start: d.opens.Add(-demoLeadIn), Staging: workload.Live(d.opens),
	}
	if !past.IsZero() {
		o.Start, o.From, o.Staging = past.Add(-demoLeadIn), past, staged(d.opens)
	}
	begins := d.opens // what happened before would come all at once
	if !past.IsZero() {
		begins = past
	}
	o.Queues, o.Calls = workload.NewQueues(begins, o.Staging), workload.NewCalls(o.Start)
	if !past.IsZero() {
		o.Calls = workload.NewCalls(past)
	}
	return o
}

// feed sends a platform's events and shows the table until ctx ends.
func feed(ctx context.Context, url string, o workload.Options, out io.Writer) error {
	platform, err := workload.New(o)
	if err != nil {
		return err
	}
	// One connection keeps the order, which a gauge needs.
	s, err := sender.New(sender.Options{URL: url, Connections: 1, Batch: 1000})
	if err != nil {
		return err
	}
	stop := showDemo(ctx, url, out)
	defer stop()
	err = s.Run(ctx, func(ctx context.Context) (sender.Event, error) {
		e, err := platform.Play(ctx)
		return sender.Event{Body: e.Body}, err
	})
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("feed the server: %w", err)
}

// showDemo shows the table: in place and every second on a terminal, below
// each other and less often elsewhere.
func showDemo(ctx context.Context, url string, out io.Writer) (stop func()) {
	begin := time.Now()
	table := func() string {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		text, err := scrape(ctx, url, "")
		if err == nil {
			text, err = kpiTable(text)
		}
		if err != nil {
			text = "No metrics: " + err.Error() + "\n"
		}
		return fmt.Sprintf("Luneo demo, %s. Metrics: %s/metrics. Stop with Ctrl-C.\n\n%s",
			time.Since(begin).Round(time.Second), url, text)
	}
	screen, ok := terminalOf(out)
	if !ok {
		return repeat(2*time.Second, 5*time.Second, func() { _, _ = fmt.Fprintln(out, table()) })
	}
	_, _ = io.WriteString(out, clearScreen)
	return repeat(200*time.Millisecond, time.Second, func() {
		_, height, err := term.GetSize(screen)
		if err != nil {
			height = 24
		}
		_, _ = io.WriteString(out, redraw(table(), height))
	})
}
