package app

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/web"
)

// openGateway makes what passes calls on to the OpenAI API and its like.
func (a *App) openGateway() (err error) {
	a.gateway, err = gateway.New(gateway.Options{
		Upstreams: upstreams(a.opts.Config), Recorder: shownRecorder{a}, Registerer: a.registry, Logger: a.opts.Logger,
	})
	if a.passing = a.opts.Passing; a.passing == nil {
		a.passing = a.gateway
	}
	return err
}

// shownRecorder records calls and tells those who show what arrives.
type shownRecorder struct{ app *App }

// Record is that of the recorder.
func (s shownRecorder) Record(ctx context.Context, sub kpi.Submission) (kpi.Receipt, error) {
	receipt, err := s.app.recorder.Record(ctx, sub)
	if err == nil {
		s.app.setup.Seen(sub.Events)
	}
	return receipt, err
}

func upstreams(cfg config.Config) (list []gateway.Upstream) {
	for name, u := range cfg.OpenAI.Upstreams {
		list = append(list, gateway.Upstream{
			Name: name, BaseURL: string(u.BaseURL), Key: u.KeyValue.Reveal(), KeyHeader: u.KeyHeader, Models: u.Models, InjectUsage: u.IncludeUsage == "inject",
		})
	}
	slices.SortFunc(list, func(a, b gateway.Upstream) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// gatewayRoutes take every method: what passes is the upstream's business.
func (a *App) gatewayRoutes() []web.Route {
	return []web.Route{{
		Pattern: gateway.Prefix, Scope: web.OpenAI, Handler: plain(http.HandlerFunc(a.gateway.ServeHTTP)),
		Foreign: &web.Foreign{Token: a.gateway.Token, Error: gateway.WriteProblem},
	}}
}

// RecordCalls makes calls durable and counts them, for a model that stands in for
// the gateway, and takes over what it says of limits.
func (a *App) RecordCalls(ctx context.Context, events []kpi.Event) error {
	if _, err := (shownRecorder{a}).Record(ctx, kpi.Submission{Events: events}); err != nil {
		return err
	}
	a.gateway.Allow(a.passing.State().Limits)
	return nil
}
