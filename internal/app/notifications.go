package app

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
	"github.com/luneo-platform/luneo/monitoring"
)

// openNotifications makes what tells people of alerts, unless Alertmanagers
// elsewhere do.
func (a *App) openNotifications() (err error) {
	cfg := a.opts.Config
	if len(cfg.Notifications.AlertmanagerURLs) > 0 {
		return nil
	}
	a.notify, err = notify.New(notify.Options{
		Dir: filepath.Join(cfg.DataDir, notify.Dir), ExternalURL: a.externalURL(), Settings: a.notifySettings(cfg),
		Registerer: a.registry, Logger: a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer{"notifications", a.notify.Close})
	a.warnOfLinks()
	return nil
}

// warnOfLinks says so when links in messages lead nowhere for those who read
// them.
func (a *App) warnOfLinks() {
	if len(a.notify.Plan().Receivers()) > 0 && notify.LeadsHome(a.externalURL()) {
		a.opts.Logger.Warn("links in notifications lead to this machine only; set public_url to where people reach this Luneo", "url", a.externalURL().String())
	}
}

// notifySettings are those of a Luneo that runs: its messages have charts.
func (a *App) notifySettings(cfg config.Config) notify.Settings {
	s := notifySettings(cfg)
	s.Draw = a.drawAlert
	return s
}

func notifySettings(cfg config.Config) notify.Settings {
	n := cfg.Notifications
	return notify.Settings{
		File: string(n.AlertmanagerConfigFile), Templates: monitoring.Templates(),
		Fallback: notify.Fallback{Receiver: n.Fallback, After: time.Duration(n.FallbackAfter)},
		Short: notify.Short{
			Slack: notify.Slack{
				WebhookURL: n.Slack.WebhookURLValue.Reveal(), BotToken: n.Slack.BotTokenValue.Reveal(), APIURL: string(n.Slack.APIURL), Channel: n.Slack.Channel,
			},
			PagerDuty: notify.PagerDuty{RoutingKey: n.PagerDuty.RoutingKeyValue.Reveal(), URL: string(n.PagerDuty.URL)},
			Email: notify.Email{
				To: n.Email.To, From: n.Email.From, Smarthost: n.Email.Smarthost,
				Username: n.Email.Username, Password: n.Email.PasswordValue.Reveal(), RequireTLS: n.Email.RequireTLS,
			},
			Quiet: quietTimes(n.QuietTimes), Zone: string(cfg.Cost.Timezone),
			Fallback:   n.Fallback,
			WebhookURL: n.Webhook.URLValue.Reveal(), WatchdogURL: n.Watchdog.URLValue.Reveal(),
			Timing: notify.Timing{
				GroupWait: time.Duration(n.GroupWait), GroupInterval: time.Duration(n.GroupInterval), RepeatInterval: time.Duration(n.RepeatInterval),
			},
		},
	}
}

func quietTimes(list []config.QuietTime) (out []notify.Quiet) {
	for _, q := range list {
		out = append(out, notify.Quiet{Days: q.Days, From: q.From, To: q.To})
	}
	return out
}

// tell passes alerts of the rules on.
func (a *App) tell(ctx context.Context, alerts []kpi.Alert) {
	if a.notify == nil {
		return
	}
	if err := a.notify.Send(ctx, alerts); err != nil {
		a.opts.Logger.Error("alerts were not passed on; they come again with the next evaluation", "err", err)
	}
}

// runNotifications tells people until ctx ends.
func (a *App) runNotifications(ctx context.Context) error {
	if a.notify == nil {
		return nil
	}
	return a.notify.Run(ctx)
}

// prepareNotifications reads what a new configuration names and returns what
// takes it.
func (a *App) prepareNotifications(cfg config.Config) (apply func(), err error) {
	if a.notify == nil || len(cfg.Notifications.AlertmanagerURLs) > 0 {
		return func() {}, nil
	}
	plan, err := notify.Prepare(a.notifySettings(cfg), a.externalURL(), a.opts.Logger)
	if err != nil {
		return nil, err
	}
	return func() { a.notify.Apply(plan) }, nil
}

// Notifications reads who is told of alerts, with every file that the
// configuration names, without a Luneo that runs.
func Notifications(cfg config.Config) (*notify.Plan, error) {
	return notify.Prepare(notifySettings(cfg), reachedAt(cfg, "http://"+string(cfg.Listen)), slog.New(slog.DiscardHandler))
}

func (a *App) notificationRoutes() []web.Route {
	if a.notify == nil && len(a.opts.Config.Notifications.AlertmanagerURLs) > 0 {
		return []web.Route{{Pattern: notify.Prefix, Scope: web.Read, Handler: a.alertmanagersElsewhere}}
	}
	api := plain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.notify.ServeHTTP(w, r) })) // made later
	silencing := func(w http.ResponseWriter, r *http.Request) error { return a.notify.HandleSilence(w, r) }   // its link is signed
	drawing := func(w http.ResponseWriter, r *http.Request) error { return a.notify.HandleChart(w, r) }       // this, too
	return []web.Route{
		{Method: http.MethodGet, Pattern: notify.Prefix, Scope: web.Read, Handler: api},
		{Method: http.MethodGet, Pattern: notify.Prefix + "alerts", Scope: web.Read, Handler: api}, // a path with a route of its own has all its methods there
		{Method: http.MethodPost, Pattern: notify.Prefix + "alerts", Scope: web.Ingest, Handler: api},
		{Pattern: notify.Prefix, Scope: web.Admin, Handler: api},
		{Method: http.MethodGet, Pattern: notify.SilencePath, Scope: web.Open, Handler: silencing},
		{Method: http.MethodPost, Pattern: notify.SilencePath, Scope: web.Open, Handler: silencing},
		{Method: http.MethodGet, Pattern: notify.ChartPath, Scope: web.Open, Handler: drawing},
		{Method: http.MethodGet, Pattern: "/api/notifications", Scope: web.Read, Handler: a.handleNotifications},
		{Method: http.MethodPost, Pattern: "/api/notify/test", Scope: web.Admin, Handler: a.handleNotifyTest},
	}
}

// alertmanagersElsewhere says where silences are kept.
func (a *App) alertmanagersElsewhere(http.ResponseWriter, *http.Request) error {
	return kpi.Errorf(kpi.KindNotFound, "Alerts go to %s (notifications.alertmanager_urls); ask there.", a.opts.Config.Notifications.AlertmanagerURLs[0])
}

// notifications is who is told, and how it went lately.
type notifications struct {
	Receivers []notify.Receiver `json:"receivers"`
	// Log has the last attempts, the newest first.
	Log []notify.Outcome `json:"log"`
}

func (a *App) handleNotifications(w http.ResponseWriter, _ *http.Request) error {
	return reply.Now(w, notifications{Receivers: a.notify.Receivers(), Log: a.notify.Outcomes()})
}

// handleNotifyTest sends a sample to the receiver that the query names, else to
// all.
func (a *App) handleNotifyTest(w http.ResponseWriter, r *http.Request) error {
	outcomes, err := a.notify.Plan().Test(r.Context(), r.URL.Query().Get("receiver"))
	if err != nil {
		return err
	}
	return reply.Now(w, map[string]any{"outcomes": outcomes})
}
