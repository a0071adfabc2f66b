package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/backtest"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/recorder"
	"github.com/luneo-platform/luneo/monitoring"
)

// BacktestOptions say what is judged.
type BacktestOptions struct {
	// Config holds the windows, the baseline's settings, the guards of the
	// alerts, prices and further rule files.
	Config config.Config
	// Next returns the rows of the history, and io.EOF after the last.
	Next func() (backtest.Row, error)
	Step time.Duration
	// Progress is told the time that was reached; may be nil.
	Progress func(at time.Time)
}

// BacktestReport is what a backtest found.
type BacktestReport struct {
	Span     backtest.Span
	Episodes []prom.Episode
	// Refused counts events that the intake would have refused; Why is the
	// first reason.
	Refused int
	Why     string
}

// Backtest runs a history through the intake, the recorder, the meter, the
// baseline and the rules of a server, and finds when each alert would have fired.
func Backtest(ctx context.Context, o BacktestOptions) (report BacktestReport, err error) {
	b, err := newBacktest(o)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	report.Span, err = backtest.Run(ctx, backtest.Options{Next: o.Next, Count: b.count, Show: b.show, Step: o.Step, Clock: &b.clock})
	if err != nil {
		return report, err
	}
	report.Refused, report.Why = b.refused, b.why
	report.Episodes, err = b.judge.Episodes(ctx, report.Span.First, report.Span.Last, o.Step)
	return report, err
}

// trial is a server whose time is that of the history.
type trial struct {
	o         BacktestOptions
	clock     backtest.Clock
	meter     *meter.Meter
	intake    *intake.Intake
	limits    []kpi.Reading
	baselines *pastBaselines
	shown     []kpi.Reading // scratch
	judge     *prom.Judge
	dir       string
	refused   int
	why       string
}

func newBacktest(o BacktestOptions) (_ *trial, err error) {
	b := &trial{o: o, limits: alertLimits(o.Config), baselines: newPastBaselines(o.Config.Cost, o.Step)}
	if b.dir, err = os.MkdirTemp("", "luneo-backtest-"); err != nil {
		return nil, fmt.Errorf("make a directory for the backtest: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(b.dir))
		}
	}()
	prices, err := newPrices(o.Config.OpenAI.PricesFile)
	if err != nil {
		return nil, err
	}
	b.meter = meter.New(meter.Options{Windows: windows(o.Config.Cost.Windows), Now: b.clock.Now})
	b.openIntake(prices)
	rules, err := ruleTexts(o.Config.Prometheus)
	if err != nil {
		return nil, err
	}
	b.judge, err = prom.NewJudge(b.dir, rules...)
	return b, err
}

func (b *trial) openIntake(p *prices) {
	const body, ids = 1 << 30, 1000
	b.intake = intake.New(intake.Options{
		Recorder: recorder.New(recorder.Options{
			Journal: noJournal{}, Meter: b.meter, Pricer: p, Registerer: prometheus.NewRegistry(),
			LabelValues: b.o.Config.Limits.LabelValues, IDLimit: ids, Now: b.clock.Now,
		}),
		BodyBytes: body, BatchEvents: body, Now: b.clock.Now,
	})
}

// ruleTexts are the built-in rules and the configured files.
func ruleTexts(p config.Prometheus) (texts [][]byte, err error) {
	if p.BuiltinRules {
		texts = append(texts, []byte(monitoring.Alerts()))
	}
	for _, name := range p.RuleFiles {
		text, err := os.ReadFile(string(name))
		if err != nil {
			return nil, fmt.Errorf("prometheus.rule_files: %w", err)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// count hands the lines to the intake, as a client would.
func (b *trial) count(ctx context.Context, lines []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, kpi.PathPrefix+"batch", bytes.NewReader(lines))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	var answer kept
	err = b.intake.Batch(&answer, r)
	if problem, ok := errors.AsType[*kpi.Error](err); ok && len(problem.Violations) > 0 {
		b.refuse(bytes.Count(lines, []byte{'\n'}), problem.Violations)
		return nil
	}
	if err != nil {
		return err
	}
	var counts struct {
		Rejected int
		Errors   []kpi.Violation
	}
	if err := json.Unmarshal(answer.Bytes(), &counts); err != nil {
		return fmt.Errorf("reading the intake's answer: %w", err)
	}
	b.refuse(counts.Rejected, counts.Errors)
	return nil
}

// refuse books events that were refused, and the first reason.
func (b *trial) refuse(n int, why []kpi.Violation) {
	b.refused += n
	if b.why == "" && len(why) > 0 {
		b.why = why[0].String()
	}
}

// kept is the body of an answer.
type kept struct{ bytes.Buffer }

// Header is thrown away.
func (*kept) Header() http.Header { return http.Header{} }

// WriteHeader is thrown away.
func (*kept) WriteHeader(int) {}

// show records what a scrape at this time would have seen: a baseline knows
// the past only.
func (b *trial) show(at time.Time) error {
	b.shown = b.meter.Readings(at, append(b.shown[:0], b.limits...))
	b.shown = b.baselines.add(at, b.shown)
	if b.o.Progress != nil {
		b.o.Progress(at)
	}
	return b.judge.Record(at, b.shown)
}

func (b *trial) close() error { return errors.Join(b.judge.Close(), os.RemoveAll(b.dir)) }

// noJournal keeps nothing: a backtest acknowledges nothing to anybody.
type noJournal struct{}

// Append drops the records.
func (noJournal) Append(...[]byte) error { return nil }

// Seq is always the same.
func (noJournal) Seq() uint64 { return 0 }

// WriteSnapshot writes nothing.
func (noJournal) WriteSnapshot(uint64, func(io.Writer) error) (int64, error) { return 0, nil }
