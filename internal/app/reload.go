package app

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

// Reloaded says what a reload did.
type Reloaded struct {
	// Restart lists the keys whose new values hold after a restart only.
	Restart []string `json:"needs_restart"`
}

// Reload reads the configuration again and takes what can be taken without a
// restart: tokens, users, anonymous, rate limit, prices, budgets, limits of the alerts,
// rule files, scrape files, remote write, notifications, log level. When anything is wrong
// nothing changes.
func (a *App) Reload() (Reloaded, error) {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	done, err := a.reload()
	a.reloads.note(err)
	return done, err
}

func (a *App) reload() (Reloaded, error) {
	if a.opts.Load == nil {
		return Reloaded{}, noReload()
	}
	cfg, err := a.opts.Load()
	if err != nil {
		return Reloaded{}, refused(err)
	}
	table, err := readPrices(cfg.OpenAI.PricesFile)
	if err != nil {
		return Reloaded{}, refused(err)
	}
	next := takenOver(*a.inUse.Load(), cfg)
	history, err := a.prepareHistory(*next)
	if err != nil {
		return Reloaded{}, refused(err)
	}
	notifications, err := a.prepareNotifications(cfg)
	if err != nil {
		return Reloaded{}, refused(err)
	}
	if err := a.web.Reload(credentials(cfg)); err != nil {
		return Reloaded{}, refused(err)
	}
	if err := history(); err != nil { // its files were read and found good
		return Reloaded{}, err
	}
	notifications()
	a.prices.set(table)
	a.reprice(context.Background())
	a.rates.set(cfg.Limits.IngestRate)
	a.alerts.set(cfg)
	a.setLogLevel(cfg.Log.Level)
	a.inUse.Store(next)
	done := Reloaded{Restart: needRestart(a.opts.Config, cfg)}
	a.opts.Logger.Info("configuration reloaded", "needs_restart", done.Restart)
	return done, nil
}

func refused(err error) error {
	e := kpi.Errorf(kpi.KindInvalid, "The new configuration is wrong, so the old one stays.")
	if problems, ok := errors.AsType[config.Errors](err); ok {
		for _, p := range problems {
			e.Violations = append(e.Violations, kpi.Violation{Kind: kpi.KindInvalid, Field: p.Path, Detail: p.Place.String() + ": " + p.Detail})
		}
		return e
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		e.Violations = append(e.Violations, kpi.Violation{Kind: kpi.KindInvalid, Detail: line})
	}
	return e
}

// reloads shows how the last reload went.
type reloads struct {
	successful, at prometheus.Gauge
	last           atomic.Pointer[reloadOutcome]
}

// reloadOutcome is how a reading of the configuration went; the first is that
// of the start.
type reloadOutcome struct {
	At    time.Time `json:"at"`
	OK    bool      `json:"ok"`
	Error string    `json:"error"`
}

func newReloads(reg prometheus.Registerer) *reloads {
	r := &reloads{
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "luneo_config_last_reload_successful", Help: "1 when the last reading of the configuration found nothing wrong",
		}),
		at: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "luneo_config_last_reload_success_timestamp_seconds", Help: "When the configuration in use was read, seconds since 1970",
		}),
	}
	reg.MustRegister(r.successful, r.at)
	r.note(nil)
	return r
}

func (r *reloads) note(err error) {
	outcome := reloadOutcome{At: time.Now().UTC(), OK: err == nil}
	defer func() { r.last.Store(&outcome) }()
	if err != nil {
		outcome.Error = strings.Replace(err.Error(), ".: ", ": ", 1)
		r.successful.Set(0)
		return
	}
	r.successful.Set(1)
	r.at.SetToCurrentTime()
}

func (a *App) setLogLevel(level string) {
	if a.opts.LogLevel == nil {
		return
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err == nil { // the configuration allows only known ones
		a.opts.LogLevel.Set(l)
	}
}

// live are the keys that a reload takes.
func live() []string {
	return []string{
		"users", "tokens", "anonymous", "openai.prices_file", "openai.budgets", "limits.ingest_rate", "log.level",
		"alerts.min_events", "alerts.min_errors", "cost.floor_cents",
		"notifications.slack", "notifications.pagerduty", "notifications.email", "notifications.webhook", "notifications.watchdog",
		"notifications.group_wait", "notifications.group_interval", "notifications.repeat_interval", "notifications.alertmanager_config_file",
		"notifications.quiet_times", "notifications.fallback", "notifications.fallback_after",
		"prometheus.builtin_rules", "prometheus.rule_files", "prometheus.scrape_config_files", "prometheus.remote_write",
	}
}

// needRestart lists the keys that differ from what runs and hold after a
// restart only.
func needRestart(running, loaded config.Config) []string {
	return differences("", reflect.ValueOf(running), reflect.ValueOf(loaded))
}

func differences(path string, a, b reflect.Value) []string {
	keys := []string{}
	for i := range a.NumField() {
		key := path + a.Type().Field(i).Tag.Get("yaml")
		switch {
		case slices.Contains(live(), key) || reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()):
		case a.Field(i).Kind() == reflect.Struct:
			keys = append(keys, differences(key+".", a.Field(i), b.Field(i))...)
		default:
			keys = append(keys, key)
		}
	}
	return keys
}

// takenOver is a configuration in use with what a reload takes of a new one.
func takenOver(running, loaded config.Config) *config.Config {
	takeLive("", reflect.ValueOf(&running).Elem(), reflect.ValueOf(loaded))
	return &running
}

func takeLive(path string, into, from reflect.Value) {
	for i := range into.NumField() {
		key := path + into.Type().Field(i).Tag.Get("yaml")
		switch {
		case slices.Contains(live(), key):
			into.Field(i).Set(from.Field(i))
		case into.Field(i).Kind() == reflect.Struct:
			takeLive(key+".", into.Field(i), from.Field(i))
		}
	}
}

// ReloadAndLog is Reload for a caller that can't be answered, as a signal.
func (a *App) ReloadAndLog() {
	if _, err := a.Reload(); err != nil {
		a.opts.Logger.Error("configuration not reloaded; the old one stays", "err", err)
	}
}

// Check finds what is wrong with a configuration beyond its own words: files
// that it names and that can't be read, or credentials that don't fit.
func Check(cfg config.Config) error {
	if _, err := readPrices(cfg.OpenAI.PricesFile); err != nil {
		return err
	}
	if err := checkRedis(cfg); err != nil {
		return err
	}
	if _, err := Notifications(cfg); err != nil {
		return err
	}
	history := historyOptions(cfg)
	if _, err := history.Prepare(history.Settings); err != nil {
		return err
	}
	return web.Check(web.Options{Listen: string(cfg.Listen), PublicURL: string(cfg.PublicURL), WebConfigFile: string(cfg.WebConfigFile), Credentials: credentials(cfg)})
}
