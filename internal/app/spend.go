package app

import (
	"net/http"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/web"
)

func (a *App) spendRoutes() []web.Route {
	spend := cost.NewSpend(a.cost, a.opts.Config.Cost.Timezone.Name())
	return []web.Route{{Method: http.MethodGet, Pattern: "/api/spend", Scope: web.Read, Handler: spend.HandleSpend}}
}
