package status

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Options say what a Board reads.
type Options struct {
	// Prometheus is needed.
	Prometheus Prometheus
	// Marks are what people have marked on their charts; may be nil.
	Marks Marks
	// Zone is where clock times are read; time.Local when nil.
	Zone *time.Location
	// StaleAfter is how old the newest scrape may be; 15 seconds when 0.
	StaleAfter time.Duration
	Logger     *slog.Logger
	Now        func() time.Time
}

// Marks are moments that people have marked.
type Marks interface {
	// Between lists those of a span, both ends included, the oldest first.
	Between(from, to time.Time) []Mark
}

// Mark is one of them.
type Mark struct {
	At   time.Time
	Text string
	Tags []string
	// User is who made it; empty when nobody knows.
	User string
}

// Board says how things are. Its methods may be called concurrently.
type Board struct {
	o    Options
	memo *memo
}

const (
	// fresh is how long the state of the rules is good.
	fresh = 5 * time.Second
	// patience is how long Prometheus may take for it: a page must say within
	// three seconds that it does not answer.
	patience = 2500 * time.Millisecond
)

// New makes a Board and asks nothing.
func New(o Options) (*Board, error) {
	if o.Prometheus == nil {
		return nil, errors.New("status: a Prometheus is needed")
	}
	if o.Marks == nil {
		o.Marks = noMarks{}
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.StaleAfter == 0 {
		o.StaleAfter = 15 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Board{o: o, memo: newMemo(o.Now)}, nil
}

// Close ends what is being asked. It may be called twice.
func (b *Board) Close() error {
	b.memo.close()
	return nil
}

type noMarks struct{}

// Between lists none.
func (noMarks) Between(time.Time, time.Time) []Mark { return nil }

func (b *Board) clock() clock { return clock{now: b.o.Now(), place: b.o.Zone} }

// scene is the state of the rules, at most some seconds old.
func (b *Board) scene(ctx context.Context) (*scene, error) {
	v, err := b.memo.get(ctx, question{key: "now", fresh: fresh, patience: patience, ask: func(ctx context.Context) (any, error) {
		s, err := b.ask(ctx, b.clock())
		if err != nil {
			b.o.Logger.Warn("the state of the alert rules can't be read", "err", err)
		}
		return s, err
	}})
	if err != nil {
		return nil, err
	}
	return v.(*scene), nil
}
