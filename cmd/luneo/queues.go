package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/luneo-platform/luneo/internal/queues"
)

// queuesOptions are the command line of luneo queues.
type queuesOptions struct {
	url, token string
	once, json bool
	interval   time.Duration
}

const queuesHelp = `Show every queue of a running server: how many jobs wait, how long the oldest
one has waited, why, and how fast jobs come and go.

On a terminal the table stays in place and is renewed every --interval until
Ctrl-C; elsewhere, or with --once, it is printed once. Narrow terminals leave
columns out. A wait is yellow above half of what an alert allows and red above
all of it; NO_COLOR turns colours off.

P50 and P95 are of the waits of the last 5 minutes, IN and OUT the jobs a second
that came and ended. TO DRAIN is how long it takes until no job waits, at the
pace of now. A dash is what nobody tells.

--json prints what GET /api/queues answers. The token needs the scope read.`

// leastInterval keeps a table from asking more often than anything changes.
const leastInterval = 500 * time.Millisecond

func newQueuesCommand() *cobra.Command {
	var o queuesOptions
	var tokenFile string
	c := &cobra.Command{
		Use:   "queues",
		Short: "Show the queues of a running server, live",
		Long:  queuesHelp,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.interval < leastInterval {
				return usageError{fmt.Errorf("--interval is %s, expected at least %s", o.interval, leastInterval)}
			}
			if o.token, err = readToken(tokenFile); err != nil {
				return err
			}
			return showQueues(c.Context(), o, c.OutOrStdout())
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.url, "url", cmp.Or(os.Getenv("LUNEO_URL"), defaultURL), "Address of the server; LUNEO_URL sets it too.")
	flags.StringVar(&tokenFile, "token-file", "", "File that holds the bearer token; without it LUNEO_TOKEN is used.")
	flags.BoolVar(&o.once, "once", false, "Print the table once, also on a terminal.")
	flags.BoolVar(&o.json, "json", false, "Print the answer as JSON, once.")
	flags.DurationVar(&o.interval, "interval", 2*time.Second, "Time between two looks.")
	return c
}

func showQueues(ctx context.Context, o queuesOptions, out io.Writer) error {
	page, body, err := fetchQueues(ctx, o)
	if err != nil {
		return err
	}
	if o.json {
		_, err := out.Write(body)
		return err
	}
	screen, ok := terminalOf(out)
	if !ok || o.once {
		style := screenStyle{colour: ok && wantsColour()}
		if ok {
			style.width, _ = sizeOf(screen)
		}
		_, err := io.WriteString(out, queueTable(page, style))
		return err
	}
	return followQueues(ctx, o, liveQueues{out: out, screen: screen, url: o.url, page: page, at: time.Now()})
}

// liveQueues is a table that stays in place.
type liveQueues struct {
	out    io.Writer
	screen int
	url    string
	page   *queues.Page
	at     time.Time // when the page came
	err    error     // why no newer one did
}

// followQueues renews the table until ctx ends. While the server does not
// answer, the last table stays, with its age.
func followQueues(ctx context.Context, o queuesOptions, live liveQueues) error {
	if _, err := io.WriteString(live.out, clearScreen); err != nil {
		return err
	}
	ticker := time.NewTicker(o.interval)
	defer ticker.Stop()
	for {
		if err := live.draw(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			_, err := io.WriteString(live.out, "\n")
			return err
		case <-ticker.C:
		}
		page, _, err := fetchQueues(ctx, o)
		if live.err = err; err == nil {
			live.page, live.at = page, time.Now()
		}
	}
}

func (l *liveQueues) draw() error {
	width, height := sizeOf(l.screen)
	head := fmt.Sprintf("Luneo queues, %s. %s. Stop with Ctrl-C.", l.url, l.at.Format(time.TimeOnly))
	if l.err != nil {
		head = fmt.Sprintf("No answer since %s: %v", l.at.Format(time.TimeOnly), l.err)
	}
	text := cell(head, width) + "\n\n" + queueTable(l.page, screenStyle{width: width, colour: wantsColour()})
	_, err := io.WriteString(l.out, redraw(text, height))
	return err
}

// sizeOf is the size of a terminal; the usual one when it does not tell.
func sizeOf(screen int) (width, height int) {
	width, height, err := term.GetSize(screen)
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// wantsColour follows no-color.org and terminals that have none.
func wantsColour() bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// errNoLuneo is a server that does not answer at all.
func errNoLuneo(url string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("no Luneo answers at %s: start it with luneo serve, or name another with --url (%w)", url, err)
}
