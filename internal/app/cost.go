package app

import (
	"net/http"
	"path/filepath"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/web"
)

// openCost makes the keeper of the baselines over whichever history is
// configured.
func (a *App) openCost() error {
	var err error
	a.history = cost.NewPrometheus(a.asks)
	cfg := a.opts.Config.Cost
	var windows []cost.NamedWindow
	for _, w := range cfg.Windows {
		windows = append(windows, cost.NamedWindow{Label: w.Text, Length: w.Length})
	}
	a.cost, err = cost.NewKeeper(cost.KeeperOptions{
		History: a.history, Windows: windows,
		Past: time.Duration(cfg.History), MinDays: cfg.MinDays, Location: cfg.Timezone.Location(), Method: cost.Method(cfg.Method),
		MarksFile: filepath.Join(a.opts.Config.DataDir, "expected-spikes.json"),
		Logger:    a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.registry.MustRegister(a.cost.Collector())
	return nil
}

func (a *App) costRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/cost/explain", Scope: web.Read, Handler: a.cost.HandleExplain},
		{Method: http.MethodGet, Pattern: "/api/cost/expected", Scope: web.Read, Handler: a.cost.HandleExpected},
		{Method: http.MethodPost, Pattern: "/api/cost/expected", Scope: web.Admin, Handler: a.cost.HandleExpect},
		{Method: http.MethodDelete, Pattern: "/api/cost/expected/{id}", Scope: web.Admin, Handler: a.cost.HandleUnexpect},
	}
}
