package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/backtest"
	"github.com/luneo-platform/luneo/internal/trace"
)

const backtestHelp = `Say when each alert would have fired on a recorded history, without a server
and without waiting: the history runs at full speed through the code that
counts, prices, keeps baselines and evaluates rules.

FILE is what luneo replay takes (see its help), or a plain series of spend:

  timestamp,cents           RFC 3339 or seconds since 1970; the spend in that
                            step, which lasts until the next row

It may be compressed with gzip; - is the standard input. The configuration says
the windows, the baseline, the guards and further rule files to judge by.
Alerts about Luneo itself are left out: a recorded history has none.`

// backtestOptions are the command line of luneo backtest.
type backtestOptions struct {
	file   string
	model  string
	step   time.Duration
	asJSON bool
}

func newBacktestCommand() *cobra.Command {
	var source configSource
	var o backtestOptions
	c := &cobra.Command{
		Use:   "backtest FILE",
		Short: "Say when each alert would have fired on a recorded history",
		Long:  backtestHelp,
		Args:  oneFile,
		RunE: func(c *cobra.Command, args []string) error {
			o.file = args[0]
			if o.step < time.Second || o.step > time.Hour {
				return usageError{fmt.Errorf("--step is %s, expected from 1s to 1h", o.step)}
			}
			report, err := runBacktest(c.Context(), o, &source, terminal{in: c.InOrStdin(), err: c.ErrOrStderr()})
			if err != nil {
				return err
			}
			if report.Refused > 0 {
				_, _ = fmt.Fprintf(c.ErrOrStderr(), "%s events would have been refused and are left out; the first: %s\n", group(report.Refused), report.Why)
			}
			if o.asJSON {
				return writeEpisodesJSON(c.OutOrStdout(), report)
			}
			return writeEpisodes(c.OutOrStdout(), report)
		},
	}
	source.register(c.Flags())
	c.Flags().StringVar(&o.model, "model", trace.DefaultModel, "Model of the calls of a trace that names none.")
	c.Flags().DurationVar(&o.step, "step", time.Minute, "Time between two evaluations of the rules.")
	c.Flags().BoolVar(&o.asJSON, "json", false, "Print the alerts as a JSON array.")
	return c
}

func runBacktest(ctx context.Context, o backtestOptions, source *configSource, t terminal) (app.BacktestReport, error) {
	cfg, err := source.load()
	if err != nil {
		return app.BacktestReport{}, err
	}
	file, done, err := openTrace(o.file, t.in)
	if err != nil {
		return app.BacktestReport{}, err
	}
	defer done()
	next, rows, err := historyOf(file, o)
	if err != nil {
		return app.BacktestReport{}, fmt.Errorf("%s: %w", o.file, err)
	}
	var read atomic.Int64 // the progress is shown by a goroutine of its own
	counted := func() (backtest.Row, error) {
		read.Add(1)
		return next()
	}
	stop := showProgress(t.err, plan{rows: rows}, func() progress { return progress{answered: int(read.Load())} })
	defer stop()
	report, err := app.Backtest(ctx, app.BacktestOptions{Config: cfg, Next: counted, Step: o.step})
	if err != nil {
		return report, fmt.Errorf("%s: %w", o.file, err)
	}
	return report, nil
}

// historyOf reads the rows of a plain series of spend or of a trace; how many
// there are is found out first.
func historyOf(file io.ReadSeeker, o backtestOptions) (next func() (backtest.Row, error), rows int, err error) {
	series, ok, err := trace.ReadSpend(file)
	if err != nil {
		return nil, 0, err
	}
	if ok {
		minutes := trace.ByMinute(series)
		return spendRows(minutes), len(minutes), nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("read it a second time: %w", err)
	}
	survey, err := trace.Take(file, trace.Options{Model: o.model})
	if err != nil {
		return nil, 0, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("read it a third time: %w", err)
	}
	reader, err := trace.Open(file, trace.Options{Model: o.model})
	return traceRows(reader), survey.Rows, err
}

// spendRows makes a call of what was spent in each minute.
func spendRows(minutes []trace.Spend) func() (backtest.Row, error) {
	return func() (backtest.Row, error) {
		if len(minutes) == 0 {
			return backtest.Row{}, io.EOF
		}
		m := minutes[0]
		minutes = minutes[1:]
		return backtest.Row{At: m.At, Event: fmt.Appendf(nil,
			`{"type":"openai","model":"spend","operation":"series","durationSeconds":0,"timestamp":%q,"costCents":%s}`,
			m.At.Format(time.RFC3339), strconv.FormatFloat(m.Money.Cents(), 'f', -1, 64))}, nil
	}
}

func traceRows(reader *trace.Reader) func() (backtest.Row, error) {
	return func() (backtest.Row, error) {
		row, err := reader.Next()
		if err != nil {
			return backtest.Row{}, err
		}
		event, err := row.AppendJSON(nil, row.At)
		return backtest.Row{At: row.At, Event: event}, err
	}
}

// episode is the JSON of one firing.
type episode struct {
	Alert    string            `json:"alertname"`
	Labels   map[string]string `json:"labels"`
	StartsAt time.Time         `json:"startsAt"`
	EndsAt   time.Time         `json:"endsAt"`
	Peak     float64           `json:"peak"`
}

func episodesOf(report app.BacktestReport) []episode {
	list := []episode{}
	for _, e := range report.Episodes {
		list = append(list, episode{e.Alert, e.Labels, e.Starts, e.Ends, e.Peak})
	}
	slices.SortStableFunc(list, func(a, b episode) int { return a.StartsAt.Compare(b.StartsAt) })
	return list
}

func writeEpisodesJSON(out io.Writer, report app.BacktestReport) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(episodesOf(report))
}

// writeEpisodes writes a table, and what it is about.
func writeEpisodes(out io.Writer, report app.BacktestReport) error {
	list := episodesOf(report)
	const day = "Mon 2006-01-02 15:04:05"
	_, err := fmt.Fprintf(out, "%s to %s: %s\n", report.Span.First.Format(day), report.Span.Last.Format(day), countOf(list))
	if len(list) == 0 {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	_, werr := fmt.Fprintln(table, "\nFROM (UTC)\tFOR\tALERT\tLABELS\tPEAK")
	for _, e := range list {
		_, rowErr := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.StartsAt.Format(day), shortDuration(e.EndsAt.Sub(e.StartsAt)), e.Alert, labelText(e.Labels), peakText(e))
		werr = errors.Join(werr, rowErr)
	}
	return errors.Join(err, werr, table.Flush())
}

func countOf(list []episode) string {
	switch len(list) {
	case 0:
		return "no alert would have fired."
	case 1:
		return "1 alert would have fired."
	}
	return fmt.Sprintf("%d alerts would have fired.", len(list))
}

// labelText lists the labels that tell alerts of one name apart.
func labelText(labels map[string]string) string {
	var parts []string
	for name, text := range labels {
		if name != "severity" {
			parts = append(parts, name+"="+text)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// peakText gives the peak of the built-in alerts the unit of its expression.
func peakText(e episode) string {
	switch e.Alert {
	case "CostSpikeDetected":
		return fmt.Sprintf("$%.2f", e.Peak/100)
	case "QueueWaitTimeHigh":
		return shortDuration(time.Duration(e.Peak * float64(time.Second)).Round(time.Second))
	case "ErrorRateHigh", "ErrorRateHighLowVolume":
		return fmt.Sprintf("%.1f%%", 100*e.Peak)
	}
	return fmt.Sprintf("%g", e.Peak)
}

// shortDuration leaves out what is zero: 5m, not 5m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
