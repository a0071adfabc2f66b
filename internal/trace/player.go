package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync/atomic"
	"time"
)

// MaxAge is how far back a replayed event is placed at most. The server takes
// events of the last 24 h; the difference is time for sending them.
const MaxAge = 23 * time.Hour

// Survey is what has to be known of a trace before its first row is sent.
type Survey struct {
	Format Format
	Rows   int
	// First and Last are the smallest and the largest offset.
	First, Last time.Duration
}

// Span is the time that the trace covers.
func (s Survey) Span() time.Duration { return s.Last - s.First }

// Take reads a trace to its end, so that what can't be read is known before
// anything is sent.
func Take(r io.Reader, o Options) (Survey, error) {
	reader, err := Open(r, o)
	if err != nil {
		return Survey{}, err
	}
	s := Survey{Format: reader.Format()}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return Survey{}, err
		}
		s.Rows++
		s.First, s.Last = min(s.First, row.Offset), max(s.Last, row.Offset)
	}
}

// Player hands out the rows of a trace with times shifted to now.
type Player struct {
	reader *Reader
	survey Survey
	speed  float64
	start  time.Time
	lag    atomic.Int64
}

// NewPlayer makes a player that begins at start. With a speed of 0 it waits
// for nothing and the last row happens at start, all within MaxAge; otherwise
// a row comes when it is due, speed times as fast as recorded.
func NewPlayer(r *Reader, s Survey, speed float64, start time.Time) (*Player, error) {
	if speed < 0 || math.IsNaN(speed) || math.IsInf(speed, 0) {
		return nil, fmt.Errorf("speed is %v, expected a number above 0, or 0 for as fast as possible", speed)
	}
	return &Player{reader: r, survey: s, speed: speed, start: start}, nil
}

// Next returns the next row as an event, with its line, or io.EOF. It waits
// until the row is due. Not safe for concurrent use.
func (p *Player) Next(ctx context.Context) (line int, event []byte, err error) {
	row, err := p.reader.Next()
	if err != nil {
		return 0, nil, err
	}
	at := p.survey.place(row.Offset, p.speed, p.start)
	if p.speed > 0 {
		if err := p.wait(ctx, at); err != nil {
			return 0, nil, err
		}
	}
	event, err = row.AppendJSON(nil, notBefore(at, time.Now().Add(-MaxAge)))
	return row.Line, event, err
}

// Lag is how late the last row came, 0 when it came in time. Safe for
// concurrent use.
func (p *Player) Lag() time.Duration { return time.Duration(p.lag.Load()) }

func (p *Player) wait(ctx context.Context, due time.Time) error {
	left := time.Until(due)
	p.lag.Store(int64(max(0, -left)))
	if left <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// place is when a row happens in a replay that begins at start.
func (s Survey) place(offset time.Duration, speed float64, start time.Time) time.Time {
	if speed > 0 {
		return start.Add(time.Duration(min(float64(offset-s.First)/speed, float64(century))))
	}
	return start.Add(-time.Duration(float64(s.Last-offset) * s.Scale()))
}

// Scale is by how much an unpaced replay compresses the trace's times to fit
// into MaxAge; 1 when it does not.
func (s Survey) Scale() float64 {
	if s.Span() <= MaxAge {
		return 1
	}
	return float64(MaxAge) / float64(s.Span())
}

func notBefore(t, limit time.Time) time.Time {
	if t.Before(limit) {
		return limit
	}
	return t
}
