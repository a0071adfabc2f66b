package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/common/model"
)

// Notifier is an Alertmanager that is ready to run. Its methods are safe for
// concurrent use.
type Notifier struct {
	o Options

	silences *silence.Silences
	silencer *silence.Silencer
	sent     *nflog.Log
	alerts   *mem.Alerts
	marker   marker.GroupMarker
	pipeline *amnotify.PipelineBuilder
	metrics  *dispatch.DispatcherMetrics
	events   eventrecorder.Recorder
	outcomes *outcomes
	fallback *fallback
	asides   *asides
	handler  http.Handler
	update   func(*Plan) // of the API

	keepSilences, keepSent, keepAlerts *keeper

	signer    *signer
	silencing *silencePage

	plan    *Plan // what Run begins with
	running *graph
	swap    sync.RWMutex // of running

	closers []func() error
	closing sync.Mutex
}

// New reads the configuration, makes the directory, restores the state, and
// starts nothing but the alerts' own collection. Whoever does not call Run calls
// Close. When it fails nothing is left open.
func New(o Options) (_ *Notifier, err error) {
	n := &Notifier{o: o, marker: marker.NewGroupMarker(), outcomes: newOutcomes()}
	n.fallback = newFallback(n)
	n.asides = newAsides(o.Logger)
	if n.plan, err = Prepare(o.Settings, o.ExternalURL, o.Logger); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the notifications: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	for _, step := range []func() error{n.openLinks, n.openSent, n.openSilences, n.openAlerts, n.openAPI} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	flags, err := featurecontrol.NewFlags(slog.New(slog.DiscardHandler), featurecontrol.FeatureReceiverNameInMetrics)
	if err != nil {
		return nil, fmt.Errorf("have receivers named in the metrics: %w", err)
	}
	n.pipeline = amnotify.NewPipelineBuilder(o.Registerer, flags, n.events)
	n.metrics = dispatch.NewDispatcherMetrics(false, o.Registerer, flags)
	return n, nil
}

func (n *Notifier) file(name string) string { return filepath.Join(n.o.Dir, name) }

func (n *Notifier) openLinks() (err error) {
	n.silencing = newSilencePage(n)
	n.signer, err = newSigner(n.file("link.key"))
	return err
}

// openSent opens the log of what was told: it is what keeps a restart from
// telling everything again.
func (n *Notifier) openSent() (err error) {
	file := n.file("nflog")
	n.sent, err = nflog.New(nflog.Options{SnapshotFile: file, Retention: retention, Logger: n.o.Logger, Metrics: n.o.Registerer})
	if err != nil {
		return fmt.Errorf("read the log of notifications %s: %w (move the file away to start without: what still fires is then told again)", file, err)
	}
	n.keepSent = newKeeper("the log of notifications", file, n.sent.MarshalBinary, n.o.Logger)
	n.sent.SetBroadcast(func([]byte) { n.keepSent.changed() })
	return nil
}

func (n *Notifier) openSilences() (err error) {
	file := n.file("silences")
	n.silences, err = silence.New(silence.Options{
		SnapshotFile: file, Retention: retention, Logger: n.o.Logger, Metrics: n.o.Registerer, EventRecorder: n.events,
		Limits: silence.Limits{MaxSilences: func() int { return maxSilences }, MaxSilenceSizeBytes: func() int { return maxSilenceBytes }},
	})
	if err != nil {
		return fmt.Errorf("read the silences %s: %w (move the file away to start without any)", file, err)
	}
	n.silencer = silence.NewSilencer(n.silences, n.o.Logger, n.events)
	n.keepSilences = newKeeper("the silences", file, n.silences.MarshalBinary, n.o.Logger)
	n.silences.SetBroadcast(func([]byte) { n.keepSilences.changed() })
	return nil
}

func (n *Notifier) openAlerts() (err error) {
	file := n.file("alerts.json")
	n.keepAlerts = newKeeper("the alerts", file, n.marshalAlerts, n.o.Logger)
	n.alerts, err = mem.NewAlerts(context.Background(), alertCollection, maxAlertsPerName, stored{n.silencer, n.keepAlerts, n.links}, n.o.Logger, n.events, n.o.Registerer, featurecontrol.NoopFlags{})
	if err != nil {
		return fmt.Errorf("hold alerts: %w", err)
	}
	n.closers = append(n.closers, func() error { n.alerts.Close(); return nil })
	return n.restoreAlerts(file)
}

// stored has alerts written when another one fires, and when one has ended; that
// an alert still fires is nothing new.
type stored struct {
	*silence.Silencer
	keep  *keeper
	links func(*alert.Alert) map[model.LabelName]string
}

// PostStore is called with the lock of the alerts held.
func (s stored) PostStore(a *alert.Alert, existing bool) { //nolint:revive // Alertmanager's interface
	s.Silencer.PostStore(a, existing)
	if !existing || a.Resolved() {
		s.keep.changed()
	}
}

// PostGC is called when alerts are forgotten.
func (s stored) PostGC(gone model.Fingerprints) {
	s.Silencer.PostGC(gone)
	s.keep.changed()
}

// patience is how long a stop waits for notifications that are on their way: one
// that is cut off may have arrived, and would be sent again after the start.
const patience = 5 * time.Second

// Run tells people until ctx ends, then waits a little for what is on its way,
// and returns.
func (n *Notifier) Run(ctx context.Context) error {
	var running sync.WaitGroup
	keep, stop := context.WithCancel(context.WithoutCancel(ctx))
	for _, k := range []*keeper{n.keepSilences, n.keepSent, n.keepAlerts} {
		running.Go(func() { k.run(keep) })
	}
	running.Go(func() { n.collect(keep) })
	n.Apply(n.plan)
	<-ctx.Done()
	n.outcomes.settle(patience)
	n.swap.Lock()
	n.running.stop()
	n.swap.Unlock()
	n.asides.stop()
	stop() // the last changes are those of the last notifications
	running.Wait()
	return nil
}

// collect forgets silences and notes that have expired.
func (n *Notifier) collect(ctx context.Context) {
	ticker := time.NewTicker(maintenance)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			n.collectOnce()
		case <-ctx.Done():
			return
		}
	}
}

func (n *Notifier) collectOnce() {
	if forgotten, err := n.silences.GC(); err != nil {
		n.o.Logger.Error("expired silences can't be forgotten", "err", err)
	} else if forgotten > 0 {
		n.keepSilences.changed()
	}
	if forgotten, err := n.sent.GC(); err != nil {
		n.o.Logger.Error("old notes of notifications can't be forgotten", "err", err)
	} else if forgotten > 0 {
		n.keepSent.changed()
	}
}

// Apply takes a plan. It waits a little for notifications that are on their way.
func (n *Notifier) Apply(p *Plan) {
	n.outcomes.settle(patience)
	n.swap.Lock()
	defer n.swap.Unlock()
	n.running.stop()
	n.running = n.start(p)
}

// Close takes down what New acquired. It may be called twice.
func (n *Notifier) Close() error {
	n.closing.Lock()
	defer n.closing.Unlock()
	var err error
	for i := len(n.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, n.closers[i]())
	}
	n.closers = nil
	return err
}
