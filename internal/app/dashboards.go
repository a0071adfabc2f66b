package app

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
	"github.com/luneo-platform/luneo/monitoring"
)

// dashboards are Grafana's JSON, byte for byte as in the files: the web UI
// draws what Grafana draws.
type dashboards struct {
	list  []dashboard
	serve map[string]web.Handler // by uid
}

// dashboard is how one is listed.
type dashboard struct {
	UID   string `json:"uid"`
	Title string `json:"title"`
}

func (a *App) openDashboards() (err error) {
	a.boards, err = readDashboards(monitoring.Dashboards())
	return err
}

func readDashboards(files fs.FS) (*dashboards, error) {
	d := &dashboards{list: []dashboard{}, serve: map[string]web.Handler{}}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var one dashboard
		if err := json.Unmarshal(content, &one); err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		if one.UID == "" || d.serve[one.UID] != nil {
			return nil, fmt.Errorf("dashboard %s: it has no uid of its own", name)
		}
		d.list = append(d.list, one)
		d.serve[one.UID] = web.Document("application/json", content)
	}
	return d, nil
}

func (a *App) dashboardRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/dashboards", Scope: web.Read, Handler: a.boards.handleList},
		{Method: http.MethodGet, Pattern: "/api/dashboards/{uid}", Scope: web.Read, Handler: a.boards.handle},
	}
}

func (d *dashboards) handleList(w http.ResponseWriter, _ *http.Request) error {
	return reply.Now(w, d.list)
}

func (d *dashboards) handle(w http.ResponseWriter, r *http.Request) error {
	serve, ok := d.serve[r.PathValue("uid")]
	if !ok {
		uids := strings.Join(slices.Sorted(maps.Keys(d.serve)), ", ")
		return kpi.Errorf(kpi.KindNotFound, "There is no dashboard of this uid. There are: %s.", uids)
	}
	return serve(w, r)
}
