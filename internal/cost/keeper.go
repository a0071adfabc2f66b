package cost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// KeeperOptions say what a Keeper keeps and where it reads it.
type KeeperOptions struct {
	// History is needed.
	History History
	// Windows are those of luneo_ai_cost_current_cents. At least one is needed.
	Windows []NamedWindow
	// Past, MinDays, Location and Method are as in Options.
	Past     time.Duration
	MinDays  int
	Location *time.Location
	Method   Method
	// MarksFile keeps the spans that are marked as expected; its folder must
	// be there. Empty: they are kept in memory alone.
	MarksFile string
	// Every is how often baselines are computed; 30 seconds when 0.
	Every time.Duration
	// Timeout bounds one query; 30 seconds when 0.
	Timeout time.Duration
	// StaleAfter is how long baselines go on without an answer of the history;
	// an hour when 0.
	StaleAfter time.Duration
	Logger     *slog.Logger
	Now        func() time.Time
}

// NamedWindow is a window and its value of the label time_window.
type NamedWindow struct {
	Label  string
	Length time.Duration
}

// Keeper keeps baselines up to date. Its methods may be called concurrently.
type Keeper struct {
	o     KeeperOptions
	marks *marks

	mu      sync.Mutex // of what follows; never held during a query
	windows []*keptWindow
	read    time.Time // up to where the history was read
	success time.Time // when it last answered
	failing bool
	failed  int
	began   time.Time
}

// keptWindow is a window with its past and what was last computed of it.
type keptWindow struct {
	NamedWindow
	past     *Past
	estimate Estimate
}

// NewKeeper reads the marks and starts nothing.
func NewKeeper(o KeeperOptions) (*Keeper, error) {
	if o.History == nil || len(o.Windows) == 0 {
		return nil, errors.New("cost: a history and at least one window are needed")
	}
	o = o.withDefaults()
	marks, err := openMarks(o.MarksFile, o.Now)
	if err != nil {
		return nil, err
	}
	k := &Keeper{o: o, marks: marks, began: o.Now()}
	for _, w := range o.Windows {
		options := k.optionsOf(w)
		if err := options.Check(); err != nil {
			return nil, fmt.Errorf("cost: window %q: %w", w.Label, err)
		}
		k.windows = append(k.windows, &keptWindow{NamedWindow: w, past: NewPast(options)})
	}
	k.compute() // so that the metrics say from the start that there is no baseline
	return k, nil
}

func (o KeeperOptions) withDefaults() KeeperOptions {
	if o.Past == 0 {
		o.Past = 28 * day
	}
	if o.Every == 0 {
		o.Every = 30 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.StaleAfter == 0 {
		o.StaleAfter = time.Hour
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (k *Keeper) optionsOf(w NamedWindow) Options {
	return Options{
		Window: w.Length, History: k.o.Past, MinDays: k.o.MinDays, Location: k.o.Location, Method: k.o.Method,
		Expected: k.marks.spans(),
	}
}

// Run keeps the baselines up to date until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	ticker := time.NewTicker(k.o.Every)
	defer ticker.Stop()
	for {
		k.Refresh(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Refresh reads what is new in the history and computes the baselines anew.
// A failure is logged when it begins and when it is over.
func (k *Keeper) Refresh(ctx context.Context) {
	err := k.catchUp(ctx)
	if ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	k.note(err, k.o.Now())
	k.mu.Unlock()
	k.compute()
}

// compute makes the baselines anew from what is in memory.
func (k *Keeper) compute() {
	expected := k.marks.spans()
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.o.Now()
	for _, w := range k.windows {
		w.past.Expect(expected)
		w.estimate = w.past.Baseline(now)
	}
}

// note books whether the history answered.
func (k *Keeper) note(err error, now time.Time) {
	switch {
	case err != nil:
		k.failed++
		if !k.failing {
			k.o.Logger.Error("the history of AI cost can't be read; baselines go on from what is in memory for a while and are then absent", "for", k.o.StaleAfter.String(), "err", err)
		}
	case k.failing:
		k.o.Logger.Info("the history of AI cost can be read again")
	}
	k.failing = err != nil
	if err == nil {
		k.success = now
	}
}

const (
	// chunk is how much is asked for at once: 1,440 samples of each window,
	// where Prometheus allows 11,000.
	chunk = day
	// again is how much is read a second time, for samples that come late from
	// a scrape in flight or a remote write.
	again = 10 * time.Minute
)

// query sums instances, each of which has its own spend.
func (k *Keeper) query() string {
	return "sum by (time_window) (" + kpi.MetricOf(kpi.AICostCurrent).Name + ")"
}

// catchUp reads the history from where the last call ended, a chunk at a time,
// so that a failure loses no more than one chunk.
func (k *Keeper) catchUp(ctx context.Context) error {
	step := stepOf(k.o.Past)
	end := k.o.Now().Truncate(step)
	k.mu.Lock()
	from := k.read.Add(-again).Truncate(step)
	k.mu.Unlock()
	if oldest := end.Add(-k.o.Past - k.longest() - day).Truncate(step); from.Before(oldest) {
		from = oldest
	}
	for !from.After(end) {
		to := from.Add(chunk)
		if to.After(end) {
			to = end
		}
		series, err := k.ask(ctx, k.query(), from, to, step)
		if err != nil {
			return err
		}
		k.keep(series, to)
		from = to.Add(step)
	}
	return nil
}

func (k *Keeper) longest() time.Duration {
	longest := func(a, b NamedWindow) int { return int(a.Length - b.Length) }
	return slices.MaxFunc(k.o.Windows, longest).Length
}

// ask is one query, bounded in time.
func (k *Keeper) ask(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]Series, error) {
	ctx, cancel := context.WithTimeout(ctx, k.o.Timeout)
	defer cancel()
	return k.o.History.Range(ctx, query, from, to, step)
}

// keep adds samples to the windows they are of.
func (k *Keeper) keep(series []Series, readTo time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range series {
		if w := k.window(s.Labels["time_window"]); w != nil {
			for _, sample := range s.Samples {
				w.past.Add(sample)
			}
		}
	}
	k.read = readTo
}

// window finds a window by its label; nil when there is none.
func (k *Keeper) window(label string) *keptWindow {
	for _, w := range k.windows {
		if w.Label == label {
			return w
		}
	}
	return nil
}

// stale reports whether the history has not answered for too long.
func (k *Keeper) stale(now time.Time) bool {
	last := k.success
	if last.IsZero() {
		last = k.began
	}
	return now.Sub(last) > k.o.StaleAfter
}
