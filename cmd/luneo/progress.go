package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress is how far a replay is.
type progress struct {
	answered int
	lag      time.Duration // behind the recording's schedule; 0 when it is not paced
}

// showProgress shows a bar on a terminal and a line every few seconds
// elsewhere, until the returned function is called.
func showProgress(w io.Writer, total int, now func() progress) (stop func()) {
	if _, ok := terminalOf(w); !ok {
		start := time.Now()
		return repeat(5*time.Second, 5*time.Second, func() { fmt.Fprintln(w, progressLine(now(), total, time.Since(start))) })
	}
	return progressBar(w, total, now)
}

// terminalOf is the file descriptor of a terminal; false for anything else.
func terminalOf(w io.Writer) (fd int, ok bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return int(f.Fd()), term.IsTerminal(int(f.Fd()))
}

func progressLine(p progress, total int, elapsed time.Duration) string {
	rate := float64(p.answered) / max(elapsed.Seconds(), 0.001)
	line := fmt.Sprintf("%s of %s rows, %s/s", group(p.answered), group(total), group(int(rate)))
	if rate > 0 {
		left := time.Duration(float64(total-p.answered) / rate * float64(time.Second))
		line += ", " + left.Round(time.Second).String() + " left"
	}
	return line + lagText(p.lag)
}

func lagText(lag time.Duration) string {
	if lag < time.Second {
		return ""
	}
	return ", " + lag.Round(time.Second).String() + " behind"
}

func progressBar(w io.Writer, total int, now func() progress) (stop func()) {
	start := time.Now()
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d rows ")),
		mpb.AppendDecorators(
			decor.Any(func(s decor.Statistics) string {
				return fmt.Sprintf(" %s/s", group(int(float64(s.Current)/max(time.Since(start).Seconds(), 0.001))))
			}),
			decor.Name(", "), decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left"),
			decor.Any(func(decor.Statistics) string { return lagText(now().lag) }),
		))
	finish := repeat(0, 100*time.Millisecond, func() { bar.SetCurrent(int64(now().answered)) })
	return func() {
		finish()
		bar.SetCurrent(int64(now().answered))
		bar.Abort(false) // of no effect when it is complete
		bars.Wait()
	}
}

// repeat calls f after a first time and then at every interval, until the
// returned function is called, which awaits a call in progress.
func repeat(first, interval time.Duration, f func()) (stop func()) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		timer := time.NewTimer(first)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
				f()
				timer.Reset(interval)
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-done
	}
}
