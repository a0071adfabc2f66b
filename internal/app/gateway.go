package app

import (
	"net/http"
	"slices"
	"strings"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/gateway"
	"github.com/luneo-platform/luneo/internal/web"
)

// openGateway makes what passes calls on to the OpenAI API and its like.
func (a *App) openGateway() (err error) {
	a.gateway, err = gateway.New(gateway.Options{
		Upstreams: upstreams(a.opts.Config), Recorder: a.recorder, Registerer: a.registry, Logger: a.opts.Logger,
	})
	return err
}

func upstreams(cfg config.Config) (list []gateway.Upstream) {
	for name, u := range cfg.OpenAI.Upstreams {
		list = append(list, gateway.Upstream{Name: name, BaseURL: string(u.BaseURL), Key: u.KeyValue.Reveal(), Models: u.Models})
	}
	slices.SortFunc(list, func(a, b gateway.Upstream) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// gatewayRoutes take every method: what passes is the upstream's business.
func (a *App) gatewayRoutes() []web.Route {
	return []web.Route{{Pattern: gateway.Prefix, Scope: web.OpenAI, Handler: plain(http.HandlerFunc(a.gateway.ServeHTTP)), Transparent: true}}
}
