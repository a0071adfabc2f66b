package app

import (
	"io/fs"
	"net/http"

	"github.com/luneo-platform/luneo/internal/web"
)

// HasUI reports whether the web UI is in this binary.
func HasUI() bool {
	_, err := fs.Stat(web.BuiltUI(), "index.html")
	return err == nil
}

func (a *App) openUI() (err error) {
	files := a.opts.UI
	if files == nil {
		files = web.BuiltUI()
	}
	a.ui, err = web.NewUI(files)
	return err
}

// pages are the paths that the web UI shows something at. One that it does not
// know is answered with 404 and not with the UI.
func pages() []string {
	return []string{
		"/{$}", "/d/{uid}", "/queues", "/queues/{name}", "/alerts", "/alerts/silences", "/alerts/silences/new", "/alerts/notifications",
		"/spend", "/explore", "/setup", "/settings",
	}
}

// uiRoutes are the pages, all the same to the server, and what they load.
// Without a UI the pages say how to build one.
func (a *App) uiRoutes() []web.Route {
	page := a.index()
	if a.ui.Built() {
		page = a.ui.Page
	}
	routes := a.ui.Routes()
	for _, path := range pages() {
		routes = append(routes, web.Route{Method: http.MethodGet, Pattern: path, Scope: web.Read, Handler: page})
	}
	return routes
}
