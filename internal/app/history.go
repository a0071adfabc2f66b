package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/web"
	"github.com/luneo-platform/luneo/monitoring"
)

// openHistory opens the embedded Prometheus, or prepares to ask an external one.
func (a *App) openHistory() (err error) {
	cfg := a.opts.Config
	if cfg.Prometheus.Mode == "external" {
		base, err := url.Parse(string(cfg.Prometheus.QueryURL))
		if err != nil {
			return fmt.Errorf("prometheus.query_url: %w", err)
		}
		a.queries = prom.External(base, a.external())
		return nil
	}
	o := historyOptions(cfg)
	o.Metrics, o.ExternalURL, o.Tell = a.ownMetricsHandler(), a.externalURL, a.tell
	o.Registerer, o.Gatherer, o.Logger = a.registry, a.registry, a.opts.Logger
	a.prom, err = prom.New(o)
	if err != nil {
		return err
	}
	a.queries = a.prom
	a.closers = append(a.closers, closer{"embedded Prometheus", a.prom.Close})
	return nil
}

// external carries requests to the Prometheus at query_url, with the headers
// that go along with each.
func (a *App) external() http.RoundTripper {
	p := a.opts.Config.Prometheus
	to, err := url.Parse(string(p.QueryURL))
	if err != nil { // the configuration allows only URLs
		to = &url.URL{}
	}
	return withHeaders{to, p.QueryHeaders}
}

// withHeaders sends headers to one origin. Where that redirects to another, they
// stay behind: they are secrets.
type withHeaders struct {
	to      *url.URL
	headers []config.Header
}

// RoundTrip sends a copy of the request, as http.RoundTripper asks.
func (t withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(t.headers) > 0 && r.URL.Scheme == t.to.Scheme && strings.EqualFold(r.URL.Host, t.to.Host) {
		r = r.Clone(r.Context())
		for _, h := range t.headers {
			r.Header.Set(h.Name, h.Content.Reveal())
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// historyOptions are what the configuration says of the embedded Prometheus.
func historyOptions(cfg config.Config) prom.Options {
	p := cfg.Prometheus
	return prom.Options{
		Dir:                prom.Dir(cfg.DataDir),
		Instance:           instanceName(cfg),
		ScrapeInterval:     time.Duration(p.ScrapeInterval),
		Retention:          time.Duration(p.Retention),
		RetentionBytes:     int64(p.RetentionSize),
		OutOfOrderWindow:   time.Duration(p.OutOfOrderWindow),
		QueryTimeout:       time.Duration(p.QueryTimeout),
		QueryMaxSamples:    p.QueryMaxSamples,
		QueryConcurrency:   p.QueryConcurrency,
		EvaluationInterval: time.Duration(p.EvaluationInterval),
		Settings:           historySettings(cfg),
	}
}

func historySettings(cfg config.Config) prom.Settings {
	p := cfg.Prometheus
	var builtin []byte
	if p.BuiltinRules {
		builtin = []byte(monitoring.Alerts())
	}
	return prom.Settings{
		BuiltinRules:      builtin,
		Alertmanagers:     texts(cfg.Notifications.AlertmanagerURLs),
		RuleFiles:         texts(p.RuleFiles),
		ScrapeConfigFiles: texts(p.ScrapeConfigFiles),
		RemoteWrite:       p.RemoteWrite.Text,
		RemoteWritePlace:  p.RemoteWrite.Place.String(),
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// instanceName is the label of Luneo's own series: the name that was
// configured, else the host's, else luneo.
func instanceName(cfg config.Config) string {
	if cfg.Instance != "" {
		return cfg.Instance
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		return host
	}
	return "luneo"
}

// externalURL is where people reach this Luneo, without a password.
func (a *App) externalURL() *url.URL { return reachedAt(a.opts.Config, a.URL()) }

// reachedAt is where people reach a Luneo that listens at a URL, without a
// password.
func reachedAt(cfg config.Config, listens string) *url.URL {
	u, err := url.Parse(cmp.Or(string(cfg.PublicURL), listens))
	if err != nil { // the configuration allows only URLs
		return &url.URL{}
	}
	u.User = nil
	return u
}

// queryRoutes are Prometheus' HTTP API, which answers errors in its own form.
func (a *App) queryRoutes() []web.Route {
	return []web.Route{
		{Pattern: prom.Prefix + "/", Scope: web.Read, Handler: plain(a.queries)},
		{Pattern: prom.Prefix + "/admin/", Scope: web.Admin, Handler: plain(a.queries)},
	}
}

// runHistory runs the embedded Prometheus, if there is one.
func (a *App) runHistory(ctx context.Context) error {
	if a.prom == nil {
		return nil
	}
	return a.prom.Run(ctx)
}

// prepareHistory reads what a new configuration names and returns what takes it.
func (a *App) prepareHistory(cfg config.Config) (apply func() error, err error) {
	if a.prom == nil {
		return func() error { return nil }, nil
	}
	o := historyOptions(a.opts.Config)
	plan, err := o.Prepare(historySettings(cfg))
	if err != nil {
		return nil, err
	}
	return func() error { return a.prom.Apply(plan) }, nil
}

// inProcess is the base URL of requests that never leave the process.
const inProcess = "http://luneo.invalid"

// openQueries makes the client of Prometheus' HTTP API, in either mode.
func (a *App) openQueries() error {
	base, through := inProcess, http.RoundTripper(a.prom)
	if a.prom == nil {
		base, through = string(a.opts.Config.Prometheus.QueryURL), a.external()
	}
	client, err := api.NewClient(api.Config{Address: base, RoundTripper: through})
	if err != nil {
		return fmt.Errorf("the address of the Prometheus API: %w", err)
	}
	a.asks = v1.NewAPI(client)
	return nil
}
