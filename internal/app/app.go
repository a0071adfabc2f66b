// Package app builds Luneo out of its parts, runs it, reloads it and takes it
// down. It is the only package that knows them all.
//
// It comes up in the order of the data's flow from its end: journal, meter,
// recorder, history, sources, listener. It goes down the other way round: stop
// taking, finish what is in flight, stop scraping and judging, commit and
// snapshot, close the journal last.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/docs"
	"github.com/luneo-platform/luneo/internal/annotation"
	"github.com/luneo-platform/luneo/internal/budget"
	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/host"
	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/recorder"
	"github.com/luneo-platform/luneo/internal/runbook"
	"github.com/luneo-platform/luneo/internal/setup"
	"github.com/luneo-platform/luneo/internal/status"
	"github.com/luneo-platform/luneo/internal/web"
)

// Options say what to build.
type Options struct {
	Config config.Config
	// Load reads the configuration again for a reload; nil: no reload.
	Load func() (config.Config, error)
	// ConfigFile is where the configuration was read from; empty for none.
	ConfigFile string
	// AcceptDataLoss starts although the beginning of the journal is gone.
	AcceptDataLoss bool
	Logger         *slog.Logger
	// LogLevel is set at a reload; may be nil.
	LogLevel *slog.LevelVar
	Version  string
	// Queues takes the place of the watcher of Redis; nil: what the
	// configuration says is watched.
	Queues Watched
	// Passing takes the place of the gateway where its state is shown; nil: the
	// gateway itself.
	Passing Passing
	// UI is the files of the web UI; nil: those of this binary.
	UI fs.FS
}

// App is a Luneo that is ready to run.
type App struct {
	opts     Options
	registry *prometheus.Registry
	journal  *journal.Journal
	recorder *recorder.Recorder
	meter    *meter.Meter
	watcher  *bullmq.Watcher // nil when no Redis is watched
	watched  Watched         // nil when nobody knows the state of queues
	prices   *prices
	rates    *rateLimits
	host     *host.Host
	prom     *prom.Prom   // nil in external mode
	queries  http.Handler // Prometheus' HTTP API, of either mode
	alerts   *alertGauges
	asks     v1.API // Prometheus' HTTP API for this process, in either mode
	history  *cost.Prometheus
	cost     *cost.Keeper
	intake   *intake.Intake
	gateway  *gateway.Gateway
	passing  Passing
	budgets  *budget.Book
	setup    *setup.Watcher
	queues   *queues.Board
	ui       *web.UI
	boards   *dashboards
	runbooks *runbook.Shelf
	notify   *notify.Notifier // nil when Alertmanagers elsewhere tell people
	web      *web.Server
	started  time.Time
	closers  []closer

	annotations *annotation.Store
	status      *status.Board

	reloading sync.Mutex
	reloads   *reloads
	inUse     atomic.Pointer[config.Config] // what the last reload has left
}

// closer is one step of the teardown.
type closer struct {
	name  string
	close func() error
}

// New builds everything and restores the state from the data directory. When
// it fails, nothing is left open.
func New(opts Options) (app *App, err error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{opts: opts, registry: newRegistry(opts.Version), started: time.Now()}
	a.host = host.New(host.Options{Source: host.System(), DataDir: opts.Config.DataDir, Logger: opts.Logger})
	a.registry.MustRegister(a.host)
	a.reloads = newReloads(a.registry)
	a.inUse.Store(&opts.Config)
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	for _, step := range []func() error{a.openPrices, a.openJournal, a.restore, a.openWatch, a.openHistory, a.openQueries, a.openCost, a.openAnnotations, a.openStatus, a.openUI, a.openDashboards, a.openRunbooks, a.openSetup, a.openQueues, a.openGateway, a.openBudgets, a.openWeb, a.openNotifications, a.openAlertGauges} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) openRunbooks() (err error) {
	a.runbooks, err = runbook.New(docs.Runbooks())
	return err
}

func (a *App) openPrices() (err error) {
	a.prices, err = newPrices(a.opts.Config.OpenAI.PricesFile)
	return err
}

func (a *App) openJournal() (err error) {
	a.journal, err = journal.Open(journal.Options{
		Dir:            filepath.Join(a.opts.Config.DataDir, "journal"),
		AcceptDataLoss: a.opts.AcceptDataLoss,
		Logger:         a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer{"journal", a.journal.Close})
	return nil
}

// restore builds meter and recorder and gives them what the journal has.
func (a *App) restore() error {
	a.meter = meter.New(meter.Options{Windows: windows(a.opts.Config.Cost.Windows), Zone: a.opts.Config.Cost.Timezone.Location()})
	a.registry.MustRegister(a.meter.Collector())
	a.recorder = recorder.New(recorder.Options{
		Journal:     a.journal,
		Meter:       a.meter,
		Pricer:      a.prices,
		LabelValues: a.opts.Config.Limits.LabelValues,
		IDLimit:     a.opts.Config.Limits.DedupIDs,
		Registerer:  a.registry,
		Logger:      a.opts.Logger,
	})
	start := time.Now()
	report, err := a.journal.Recover(journal.State{Load: a.recorder.Load, Apply: a.recorder.Replayer()})
	if errors.Is(err, journal.ErrHistoryGone) {
		return fmt.Errorf("%w.\nRestore the data directory from a backup, start with an empty one, or start with --accept-data-loss to go on with what is left (counters then begin lower than they were)", err)
	}
	if err != nil {
		return fmt.Errorf("restoring the state: %w", err)
	}
	a.registry.MustRegister(newRecovery(&report))
	a.logRecovery(&report, time.Since(start))
	a.reprice(context.Background())
	return nil
}

func (a *App) logRecovery(report *journal.Report, took time.Duration) {
	for _, d := range report.Damages {
		level, message := slog.LevelError, "part of the journal can't be read; the rest is kept, and so is the file"
		if d.Tail {
			level, message = slog.LevelWarn, "the journal ends in a write that was cut short"
		}
		a.opts.Logger.Log(context.Background(), level, message, "file", d.File, "offset", d.Offset, "bytes", d.Bytes, "records_lost", d.Lost)
	}
	if report.DataLoss {
		a.opts.Logger.Error("the beginning of the journal is gone; going on with what is left, as told by --accept-data-loss")
	}
	a.opts.Logger.Info("state restored", "data_dir", a.opts.Config.DataDir, "snapshot", report.Snapshot, "records", report.Records, "took", took.Round(time.Millisecond).String())
}

func windows(list []config.Window) []meter.Window {
	out := make([]meter.Window, len(list))
	for i, w := range list {
		out[i] = meter.Window{Label: w.Text, Minutes: int(w.Length / time.Minute)}
	}
	return out
}

func (a *App) openWeb() (err error) {
	a.rates = newRateLimits(a.opts.Config.Limits)
	a.intake = intake.New(intake.Options{
		Recorder:    a.recorder,
		Limiter:     a.rates,
		Watcher:     seenBy{a.setup, a.queues},
		Follows:     a.follows,
		BodyBytes:   int64(a.opts.Config.Limits.BodyBytes),
		BatchEvents: a.opts.Config.Limits.BatchEvents,
		Registerer:  a.registry,
	})
	a.web, err = web.New(web.Options{
		Listen:          string(a.opts.Config.Listen),
		PublicURL:       string(a.opts.Config.PublicURL),
		WebConfigFile:   string(a.opts.Config.WebConfigFile),
		Credentials:     credentials(a.opts.Config),
		Routes:          a.routes(a.intake),
		ShutdownTimeout: time.Duration(a.opts.Config.ShutdownTimeout),
		ForeignTimeout:  time.Duration(a.opts.Config.OpenAI.ShutdownTimeout),
		Registerer:      a.registry,
		Logger:          a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer{"listener", a.web.Close})
	return nil
}

// credentials turns the configuration into what the web package asks for.
func credentials(cfg config.Config) web.Credentials {
	c := web.Credentials{Roles: map[string]string{}}
	for _, u := range cfg.Users {
		c.Roles[u.Name] = u.Role
	}
	for _, t := range cfg.Tokens {
		c.Tokens = append(c.Tokens, web.Token{Name: t.Name, Secret: t.Value.Reveal(), Scopes: scopes(t.Scopes)})
	}
	if cfg.Anonymous.Configured() {
		c.Anonymous = &web.Anonymous{Scopes: scopes(cfg.Anonymous.Scopes), From: cfg.Anonymous.From}
	}
	return c
}

func scopes(names []string) []web.Scope {
	out := make([]web.Scope, len(names))
	for i, n := range names {
		out[i] = web.Scope(n)
	}
	return out
}

// URL is where the server listens.
func (a *App) URL() string { return a.web.URL() }

// Run serves until ctx ends, then takes everything down in order and returns.
func (a *App) Run(ctx context.Context) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	serving, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var beside sync.WaitGroup
	beside.Go(func() { a.journal.Run(behind) })
	beside.Go(func() { a.host.Run(behind) })
	asked := make(chan error, 1)
	go func() { asked <- a.cost.Run(behind) }()
	beside.Go(func() { a.setup.Run(serving) }) // its listeners must go before the drain is over
	watch, stopWatch := context.WithCancel(behind)
	defer stopWatch()
	watching := make(chan error, 1)
	go func() { watching <- a.runWatch(watch) }()
	passing := make(chan error, 1)
	go func() { passing <- a.gateway.Run(watch) }()
	telling, stopTelling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopTelling()
	told := make(chan error, 1)
	go func() { told <- a.runNotifications(telling) }()
	recorded, scraped := make(chan error, 1), make(chan error, 1)
	go func() { recorded <- a.recorder.Run(behind) }()
	go func() {
		err := a.runHistory(behind)
		if err != nil { // a Luneo that judges nothing must not look alive
			giveUp()
		}
		scraped <- err
	}()

	err := a.web.Run(serving)
	stopWatch()
	err = errors.Join(err, <-watching, <-passing) // they record, so they end before the recorder
	stop()
	err = errors.Join(err, <-asked, <-scraped, <-recorded)
	stopTelling() // after the rules, whose last word it passes on
	err = errors.Join(err, <-told)
	beside.Wait()
	return errors.Join(err, a.Close())
}

// Close takes down what Run has not, in the reverse order of New. It may be
// called twice.
func (a *App) Close() error {
	var err error
	for i := len(a.closers) - 1; i >= 0; i-- {
		if cerr := a.closers[i].close(); cerr != nil {
			err = errors.Join(err, fmt.Errorf("closing the %s: %w", a.closers[i].name, cerr))
		}
	}
	a.closers = nil
	return err
}

// noReload is the answer where a configuration can't be read again.
func noReload() error {
	return kpi.Errorf(kpi.KindUnavailable, "This Luneo can't reload: it was started without a configuration that can be read again.")
}
