package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/luneo-platform/luneo/internal/sender"
	"github.com/luneo-platform/luneo/internal/trace"
)

// terminal is where a command reads from and shows its progress.
type terminal struct {
	in  io.Reader
	err io.Writer
}

// replay sends a trace. The report is nil when nothing was sent; it comes with
// an error when the replay was cut short or events were rejected.
func replay(ctx context.Context, o replayOptions, t terminal) (*replayReport, error) {
	file, done, err := openTrace(o.file, t.in)
	if err != nil {
		return nil, err
	}
	defer done()
	survey, err := trace.Take(file, trace.Options{Model: o.model})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.file, err)
	}
	s, err := sender.New(sender.Options{
		URL: o.url, Token: o.token, Batch: o.batch, Connections: o.connections, Gzip: o.gzip,
	})
	if err != nil {
		return nil, err
	}
	before, costErr, err := spent(ctx, o)
	if err != nil {
		return nil, err
	}

	start := time.Now()
	player, err := newPlayer(file, survey, o, start)
	if err != nil {
		return nil, err
	}
	stop := showProgress(t.err, planOf(survey, o.speed), func() progress { return progress{s.Summary().Answered(), player.Lag()} })
	err = s.Run(ctx, func(ctx context.Context) (sender.Event, error) {
		line, body, err := player.Next(ctx)
		return sender.Event{Ref: line, Body: body}, err
	})
	stop()

	report := &replayReport{file: o.file, survey: survey, speed: o.speed, took: time.Since(start), result: s.Summary()}
	report.costErr = costErr
	if costErr == nil {
		report.cost, report.costErr = spentSince(ctx, o, before)
	}
	return report, verdict(ctx, err, report)
}

func planOf(survey trace.Survey, speed float64) plan {
	if speed == 0 {
		return plan{rows: survey.Rows}
	}
	return plan{survey.Rows, time.Duration(float64(survey.Span()) / speed)}
}

func newPlayer(file io.ReadSeeker, survey trace.Survey, o replayOptions, start time.Time) (*trace.Player, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read %s a second time: %w", o.file, err)
	}
	reader, err := trace.Open(file, trace.Options{Model: o.model})
	if err != nil {
		return nil, fmt.Errorf("read %s a second time: %w", o.file, err)
	}
	return trace.NewPlayer(reader, survey, o.speed, start)
}

// verdict says why a replay has not done all that was asked.
func verdict(ctx context.Context, err error, r *replayReport) error {
	const again = "run the same command again: what was counted is not counted twice"
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("interrupted after %s of %s rows; %s", group(r.result.Answered()), group(r.survey.Rows), again)
	case err != nil:
		return fmt.Errorf("%w; %s of %s rows were answered; %s", err, group(r.result.Answered()), group(r.survey.Rows), again)
	case r.result.Rejected > 0:
		return fmt.Errorf("the server rejected %s of %s events", group(r.result.Rejected), group(r.result.Sent))
	}
	return nil
}

// openTrace opens a file that can be read twice. What can't be, such as the
// standard input, is first copied to a temporary file.
func openTrace(name string, in io.Reader) (f *os.File, done func(), err error) {
	if name != "-" {
		if f, err = os.Open(name); err != nil {
			return nil, nil, err
		}
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, func() { _ = f.Close() }, nil
		}
		defer func(pipe *os.File) { _ = pipe.Close() }(f)
		in = f
	}
	if f, err = os.CreateTemp("", "luneo-replay-"); err != nil {
		return nil, nil, fmt.Errorf("keep a copy of %s: %w", name, err)
	}
	done = func() { _, _ = f.Close(), os.Remove(f.Name()) }
	_, err = io.Copy(f, in)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("keep a copy of %s: %w", name, err)
	}
	return f, done, nil
}

// spent reads the cost so far, in cents. When the server does not show it,
// unknown says why; an error is for a server that is not there.
func spent(ctx context.Context, o replayOptions) (cents float64, unknown, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	text, err := scrape(ctx, o.url, o.token)
	var answered *answerError
	if errors.As(err, &answered) {
		return 0, err, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("no server at %s (luneo serve starts one, --url names another): %w", o.url, err)
	}
	f, unknown := parseMetrics(text)
	return f.sum("luneo_openai_cost_cents", nil), unknown, nil
}

// spentSince is by how much the cost grew, also when ctx has ended.
func spentSince(ctx context.Context, o replayOptions, before float64) (float64, error) {
	after, unknown, err := spent(context.WithoutCancel(ctx), o)
	return after - before, errors.Join(unknown, err)
}
