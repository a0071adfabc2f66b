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

// plan is what a replay has to do.
type plan struct {
	rows   int
	length time.Duration // of a paced replay; 0 when it is not paced
}

// left is how long the rest takes: as scheduled, or at the rate so far.
func (p plan) left(now progress, elapsed time.Duration) (time.Duration, bool) {
	if p.length > 0 {
		return max(0, p.length-elapsed) + now.lag, true
	}
	if now.answered == 0 {
		return 0, false
	}
	return time.Duration(float64(elapsed) / float64(now.answered) * float64(p.rows-now.answered)), true
}

// pace is the rate, the time left and the lag, in words.
func (p plan) pace(now progress, elapsed time.Duration) string {
	text := group(int(float64(now.answered)/max(elapsed.Seconds(), 0.001))) + "/s"
	if left, known := p.left(now, elapsed); known {
		text += ", " + left.Round(time.Second).String() + " left"
	}
	if now.lag >= time.Second {
		text += ", " + now.lag.Round(time.Second).String() + " behind"
	}
	return text
}

// showProgress shows a bar on a terminal and a line every few seconds
// elsewhere, until the returned function is called.
func showProgress(w io.Writer, p plan, now func() progress) (stop func()) {
	start := time.Now()
	if _, ok := terminalOf(w); ok {
		return progressBar(w, p, now)
	}
	return repeat(5*time.Second, 5*time.Second, func() {
		n := now()
		_, _ = fmt.Fprintf(w, "%s of %s rows, %s\n", group(n.answered), group(p.rows), p.pace(n, time.Since(start)))
	})
}

// terminalOf is the file descriptor of a terminal; false for anything else.
func terminalOf(w io.Writer) (fd int, ok bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return int(f.Fd()), term.IsTerminal(int(f.Fd()))
}

func progressBar(w io.Writer, p plan, now func() progress) (stop func()) {
	start := time.Now()
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := bars.AddBar(int64(p.rows),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d rows ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + p.pace(now(), time.Since(start)) })))
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
