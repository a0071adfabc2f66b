package prom

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
)

// How alerts behave over a restart: one that was pending goes on where it was
// when Luneo was away for less than an hour. Prometheus' own grace period of
// 10 min would begin every shorter "for" anew.
const (
	outageTolerance = time.Hour
	forGracePeriod  = 0
	// resendDelay is how often an alert that fires is told again: often enough to
	// know how bad it was at its worst. holds is how long it is held to fire
	// without being told again, so that evaluations that hang for a while end no
	// alert.
	resendDelay = 10 * time.Second
	holds       = 4 * time.Minute
)

// discoveryPause is how often changes of targets are passed on.
const discoveryPause = 100 * time.Millisecond

// remoteFlush is how long samples on their way may take at the end.
const remoteFlush = 5 * time.Second

// Prom is a Prometheus that is ready to run. Its methods are safe for
// concurrent use.
type Prom struct {
	o         Options
	external  *url.URL
	self      *selfTarget
	space     *space
	db        *tsdb.DB
	remote    *remote.Storage
	storage   storage.Storage
	engine    *promql.Engine
	discovery *discovery.Manager
	scrape    *scrape.Manager
	rules     *rules.Manager
	loader    *ruleLoader
	api       http.Handler
	began     time.Time

	alertmanagers   *notifier.Manager
	alertmanagersAt chan map[string][]*targetgroup.Group // where they are, for its Run

	current atomic.Pointer[promconfig.Config]
	applied atomic.Int64 // when, nanoseconds since 1970
	plan    *Plan        // what Run begins with

	stopDiscovery context.CancelFunc
	closers       []closer
	closing       sync.Mutex
}

// closer is one step of the teardown.
type closer struct {
	name  string
	close func() error
}

// New reads every file of the settings, opens the directory, locks it, and
// starts nothing but the TSDB's own housekeeping. Whoever does not call Run
// calls Close. When it fails nothing is left open.
func New(o Options) (_ *Prom, err error) {
	o.Logger = quiet(o.Logger)
	p := &Prom{o: o, external: &url.URL{}, loader: &ruleLoader{}, began: time.Now()}
	if p.plan, err = o.Prepare(o.Settings); err != nil {
		return nil, err
	}
	p.current.Store(p.plan.config)
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	for _, step := range []func() error{p.openDB, p.openStorage, p.openEngine, p.openScrape, p.openAlertmanagers, p.openRules} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.api = p.newAPI()
	return p, nil
}

func (p *Prom) closeLater(name string, c func() error) {
	p.closers = append(p.closers, closer{name, c})
}

func (p *Prom) openDB() (err error) {
	if p.space, err = newSpace(&p.o); err != nil {
		return err
	}
	p.db, err = tsdb.Open(p.o.Dir, p.o.Logger, p.o.Registerer, p.o.tsdbOptions(), nil)
	if err != nil {
		return openError(p.o.Dir, err)
	}
	p.closeLater("history", p.closeDB)
	p.closeLater("reserve of the history", p.space.close)
	return nil
}

// closeDB closes the TSDB, which panics where it can't write: what is closed
// after it, the journal above all, has to be closed all the same. The
// write-ahead log has what is missing.
func (p *Prom) closeDB() (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the TSDB panicked: %v", reason)
		}
	}()
	return p.db.Close()
}

// openError says what to do about the errors that people can do something about.
func openError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("history in %s: the disk is full; free some space and start again: %w", dir, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("history in %s: the directory can't be written; make it writable for this user: %w", dir, err)
	default:
		return fmt.Errorf("open the history in %s: %w", dir, err)
	}
}

func (o *Options) tsdbOptions() *tsdb.Options {
	const (
		stripes  = 1 << 10 // locks over the series; Prometheus' 16384 are for millions
		longest  = 31 * 24 * time.Hour
		segments = 10 // blocks that the retention is at least cut into
	)
	t := tsdb.DefaultOptions()
	t.RetentionDuration = o.Retention.Milliseconds()
	t.MaxBytes = o.RetentionBytes
	t.MaxBlockDuration = max(min(o.Retention/segments, longest).Milliseconds(), t.MinBlockDuration)
	t.OutOfOrderTimeWindow = o.OutOfOrderWindow.Milliseconds()
	t.WALCompression = compression.Snappy
	t.StripeSize = stripes
	t.EnableExemplarStorage = true
	t.MaxExemplars = maxExemplars
	t.EnableMemorySnapshotOnShutdown = true
	t.EnableSTAsZeroSample = true
	return t
}

func (p *Prom) openStorage() error {
	p.remote = remote.NewStorage(p.o.Logger, p.o.Registerer, p.db.StartTime, p.o.Dir, remoteFlush, p, false)
	p.closeLater("remote write", p.remote.Close)
	p.db.SetWriteNotified(p.remote) // or it would look for samples every 15 s only
	p.storage = storage.NewFanout(p.o.Logger, spacious{p.db, p.space}, p.remote)
	return nil
}

// Get is what remote write asks for metadata.
func (p *Prom) Get() (*scrape.Manager, error) {
	if p.scrape == nil {
		return nil, errors.New("the scrape manager is not ready yet")
	}
	return p.scrape, nil
}

func (p *Prom) openEngine() error {
	queries, err := promql.NewActiveQueryTracker(p.o.Dir, p.o.QueryConcurrency, p.o.Logger)
	if err != nil {
		return openError(p.o.Dir, err)
	}
	p.engine = promql.NewEngine(promql.EngineOpts{
		Logger: p.o.Logger, Reg: p.o.Registerer, Parser: newParser(),
		MaxSamples: p.o.QueryMaxSamples, Timeout: p.o.QueryTimeout, ActiveQueryTracker: queries,
		NoStepSubqueryIntervalFn: func(int64) int64 { return p.o.EvaluationInterval.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
	})
	p.closeLater("query engine", p.engine.Close) // and the tracker with it
	return nil
}

func (p *Prom) openScrape() error {
	metrics, err := discovery.CreateAndRegisterSDMetrics(p.o.Registerer)
	if err != nil {
		return fmt.Errorf("register metrics of service discovery: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stopDiscovery = stop
	p.closeLater("service discovery", func() error { stop(); return nil })
	p.discovery = discovery.NewManager(ctx, p.o.Logger, p.o.Registerer, metrics, discovery.Name("scrape"), discovery.Updatert(discoveryPause))
	p.self = newSelfTarget(p.o.Metrics)
	p.closeLater("scrape of itself", p.self.close)
	p.scrape, err = scrape.NewManager(&scrape.Options{
		// A first event is an increase: see EnableSTAsZeroSample.
		ParseST: true, EnableStartTimestampZeroIngestion: true,
		DiscoveryReloadOnStartup: true, DiscoveryReloadInterval: model.Duration(time.Second),
		HTTPClientOptions: []config.HTTPClientOption{config.WithDialContextFunc(p.self.dial)},
	}, p.o.Logger, nil, nil, p.storage, p.o.Registerer)
	if err != nil {
		return fmt.Errorf("make the scrape manager: %w", err)
	}
	return nil
}

func (p *Prom) openRules() error {
	p.rules = rules.NewManager(&rules.ManagerOptions{
		AppendableV2: p.storage, Queryable: p.db, QueryFunc: rules.EngineQueryFunc(p.engine, p.storage),
		NotifyFunc:  p.tell,
		Context:     context.Background(),
		ExternalURL: p.external, Registerer: p.o.Registerer, Logger: p.o.Logger,
		OutageTolerance: outageTolerance, ForGracePeriod: forGracePeriod, ResendDelay: resendDelay,
		DefaultRuleQueryOffset: func() time.Duration { return 0 },
		GroupLoader:            p.loader, Parser: newParser(),
	})
	return nil
}

// Run scrapes and evaluates until ctx ends, then stops in order and returns.
// Queries are answered before and until Close.
func (p *Prom) Run(ctx context.Context) error {
	*p.external = *p.o.ExternalURL()
	failures := make(chan error, 3)
	var running sync.WaitGroup
	background := func(name string, run func() error) {
		running.Go(func() {
			if err := run(); err != nil && !errors.Is(err, context.Canceled) {
				failures <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	background("scrape of itself", p.self.run)
	background("service discovery", p.discovery.Run)
	background("scrape manager", func() error { return p.scrape.Run(p.discovery.SyncCh()) })
	background("sender of alerts", func() error { p.alertmanagers.Run(p.alertmanagersAt); return nil })
	background("rule manager", func() error { p.rules.Run(); return nil })

	err := p.Apply(p.plan)
	if err == nil {
		select {
		case err = <-failures:
		case <-ctx.Done():
		}
	}
	p.rules.Stop() // rules first: they read what is scraped
	p.alertmanagers.Stop()
	p.scrape.Stop()
	p.stopDiscovery()
	err = errors.Join(err, p.self.close())
	running.Wait()
	return err
}

// Apply takes a plan. Its files were read by Prepare, so that what is left to
// fail is a file that a scrape or remote write names (a certificate, say).
func (p *Prom) Apply(plan *Plan) error {
	jobs, err := plan.config.GetScrapeConfigs()
	if err != nil {
		return fmt.Errorf("prometheus.scrape_config_files: %w", err)
	}
	targets := map[string]discovery.Configs{}
	for _, j := range jobs {
		targets[j.JobName] = j.ServiceDiscoveryConfigs
	}
	p.loader.files.Store(&plan.rules)
	for _, step := range []struct {
		name  string
		apply func() error
	}{
		{"history", func() error { return p.db.ApplyConfig(plan.config) }},
		{"remote write", func() error { return p.remote.ApplyConfig(plan.config) }},
		{"scrape manager", func() error { return p.scrape.ApplyConfig(plan.config) }},
		{"service discovery", func() error { return p.discovery.ApplyConfig(targets) }},
		{"sender of alerts", func() error { return p.applyAlertmanagers(plan.config) }},
		{"rules", func() error {
			return p.rules.Update(p.o.EvaluationInterval, plan.rules.names(), labels.EmptyLabels(), p.external.String(), nil)
		}},
	} {
		if err := step.apply(); err != nil {
			return fmt.Errorf("embedded Prometheus: %s: %w", step.name, err)
		}
	}
	p.current.Store(plan.config)
	p.applied.Store(time.Now().UnixNano())
	return nil
}

// Close takes down what New acquired, in reverse order. It may be called twice.
func (p *Prom) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	var err error
	for i := len(p.closers) - 1; i >= 0; i-- {
		if cerr := p.closers[i].close(); cerr != nil {
			err = errors.Join(err, fmt.Errorf("closing the %s: %w", p.closers[i].name, cerr))
		}
	}
	p.closers = nil
	return err
}

// Dir is the folder of the history inside a data directory.
func Dir(dataDir string) string { return filepath.Join(dataDir, "prometheus") }
