package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/monitoring"
)

// BackfillOptions describe a history that is known all at once.
type BackfillOptions struct {
	Config config.Config
	// From is when the history begins and Until when it ends: whole minutes.
	From, Until time.Time
	// Minute returns what happened in the minute that ends at a time. It is
	// asked for one minute after the other.
	Minute func(end time.Time) []kpi.Tally
	// Queues are the states of queues at the end of the last minute that was asked
	// for; may be nil.
	Queues func() []kpi.QueueState
	// Progress is told which minute was reached; may be nil.
	Progress func(time.Time)
	Logger   *slog.Logger
}

// BackfillReport says what was written to the embedded history.
type BackfillReport = prom.BackfillReport

// ErrHasData says that a data directory is in use, so that no history can be
// put before what it has.
var ErrHasData = errors.New("the data directory has data already")

// backfillStep is the distance of samples: that of the minutes of spend.
const backfillStep = time.Minute

// Backfill writes a history into an empty data directory: the series that the
// rules and dashboards read, what the rules make of them, the baselines of cost,
// and a state with which a Luneo that starts on it goes on, so that its counters
// continue. The rules about Luneo's own health are left out: they judge a
// process that did not run. The history has to end before Luneo starts.
func Backfill(ctx context.Context, o BackfillOptions) (report BackfillReport, err error) {
	if err := checkEmpty(o.Config.DataDir); err != nil {
		return report, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{opts: Options{Config: o.Config, Logger: o.Logger}, registry: prometheus.NewRegistry()}
	defer func() { err = errors.Join(err, a.Close()) }()
	for _, step := range []func() error{a.openPrices, a.openJournal, a.restore} {
		if err := step(); err != nil {
			return report, err
		}
	}
	var rules []byte
	if o.Config.Prometheus.BuiltinRules {
		rules = []byte(monitoring.Alerts())
	}
	report, err = prom.Backfill(ctx, prom.BackfillOptions{
		Dir: prom.Dir(o.Config.DataDir), Instance: instanceName(o.Config), Step: backfillStep,
		Rules: rules, SkipGroups: []string{"luneo-health"}, Logger: o.Logger,
	}, a.past(o))
	if err != nil {
		return report, fmt.Errorf("writing the history: %w", err)
	}
	return report, a.recorder.Checkpoint()
}

func checkEmpty(dataDir string) error {
	for _, dir := range []string{filepath.Join(dataDir, "journal"), prom.Dir(dataDir)} {
		if _, err := os.Stat(dir); err == nil {
			return fmt.Errorf("%w: %s", ErrHasData, dir)
		}
	}
	return nil
}

// past counts minute by minute what happened and yields what was to be seen.
func (a *App) past(o BackfillOptions) iter.Seq2[time.Time, []kpi.Reading] {
	limits := alertLimits(o.Config)
	baselines, gauges := newPastBaselines(o.Config.Cost, baselineEvery), queues.NewGauges()
	return func(yield func(time.Time, []kpi.Reading) bool) {
		var readings []kpi.Reading
		for at := o.From.Add(backfillStep); !at.After(o.Until); at = at.Add(backfillStep) {
			a.recorder.Import(at.Add(-backfillStep/2), o.Minute(at))
			readings = a.meter.Readings(at, append(readings[:0], limits...))
			if o.Queues != nil {
				readings = gauges.Readings(o.Queues(), readings)
			}
			readings = baselines.add(at, readings)
			if !yield(at, readings) {
				return
			}
			if o.Progress != nil {
				o.Progress(at)
			}
		}
	}
}

// pastBaselines computes what a window usually costs as the keeper does:
// luneo_ai_cost_baseline_cents and luneo_ai_cost_usual_cents.
type pastBaselines struct {
	baseline, usual *kpi.Metric
	labels          [][]string // of the baseline, by window
	low, high       [][]string // of the range
	pasts           []*cost.Past
	last            []cost.Estimate
	every           time.Duration // between two computations
}

// baselineEvery is how often a back-fill computes baselines: they move slowly,
// and the keeper's pace would take most of its time.
const baselineEvery = 5 * time.Minute

func newPastBaselines(cfg config.Cost, every time.Duration) *pastBaselines {
	baseline, usual := kpi.MetricOf(kpi.AICostBaseline), kpi.MetricOf(kpi.AICostUsual)
	b := &pastBaselines{every: every, baseline: &baseline, usual: &usual}
	for _, w := range cfg.Windows {
		b.labels = append(b.labels, []string{w.Text})
		b.low = append(b.low, []string{w.Text, "low"})
		b.high = append(b.high, []string{w.Text, "high"})
		b.pasts = append(b.pasts, cost.NewPast(cost.Options{
			Window: w.Length, History: time.Duration(cfg.History), MinDays: cfg.MinDays,
			Location: cfg.Timezone.Location(), Method: cost.Method(cfg.Method),
		}))
	}
	b.last = make([]cost.Estimate, len(b.pasts))
	return b
}

// add appends the baselines at a time to what is to be seen then, and learns
// from the spend that is among it.
func (b *pastBaselines) add(at time.Time, readings []kpi.Reading) []kpi.Reading {
	for i, past := range b.pasts {
		if at.Unix()%int64(b.every.Seconds()) == 0 {
			b.last[i] = past.Baseline(at)
		}
		for _, r := range readings {
			if r.Metric.ID == kpi.AICostCurrent && r.Labels[0] == b.labels[i][0] {
				past.Add(cost.Sample{At: at, Cents: r.Value})
			}
		}
		if last := b.last[i]; last.Ready {
			readings = append(readings,
				kpi.Reading{Metric: b.baseline, Labels: b.labels[i], Value: last.Cents},
				kpi.Reading{Metric: b.usual, Labels: b.low[i], Value: last.LowCents},
				kpi.Reading{Metric: b.usual, Labels: b.high[i], Value: last.HighCents})
		}
	}
	return readings
}
