package prom

import (
	"net/http"
	"net/http/httputil"
	"net/url"
)

// External passes queries on to the Prometheus API at base, for a Luneo whose
// history is elsewhere (Prometheus, Mimir, Thanos, VictoriaMetrics). Neither the
// caller's credentials nor cookies go along; those in base do, so that nothing
// but the paths of reading and changing is passed on: the same API has others
// that take samples from whoever may reach them.
func External(base *url.URL, transport http.RoundTripper) http.Handler {
	mux := http.NewServeMux()
	proxy := plainPath(externalProxy(base, transport))
	for _, path := range reading() {
		mux.Handle(http.MethodGet+" "+Prefix+path, proxy)
		mux.Handle(http.MethodPost+" "+Prefix+path, proxy)
	}
	for _, path := range changing() {
		mux.Handle(http.MethodPost+" "+Prefix+path, proxy)
		mux.Handle(http.MethodPut+" "+Prefix+path, proxy)
	}
	mux.HandleFunc("/", notPassedOn)
	return mux
}

// reading are the paths that only answer; the route table asks for read.
func reading() []string {
	return []string{
		"/query", "/query_range", "/query_exemplars", "/format_query", "/parse_query",
		"/labels", "/label/{name}/values", "/series", "/metadata", "/read",
		"/rules", "/alerts", "/alertmanagers", "/targets", "/targets/metadata", "/scrape_pools",
		"/status/buildinfo", "/status/config", "/status/flags", "/status/runtimeinfo", "/status/tsdb", "/status/walreplay",
	}
}

// changing are the paths for which the route table asks for admin.
func changing() []string {
	return []string{"/admin/tsdb/snapshot", "/admin/tsdb/delete_series", "/admin/tsdb/clean_tombstones"}
}

// plainPath lets through only paths that need no escapes: a proxy on the way
// may read %2e%2e as a step up, to a path that nobody was asked a scope for.
func plainPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawPath != "" {
			notPassedOn(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func externalProxy(base *url.URL, transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(base)
			for _, name := range []string{"Authorization", "Cookie", "X-Luneo-Token"} {
				r.Out.Header.Del(name)
			}
			if base.User != nil {
				password, _ := base.User.Password()
				r.Out.SetBasicAuth(base.User.Username(), password)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			answerError(w, http.StatusBadGateway, `{"status":"error","errorType":"unavailable","error":"the Prometheus at prometheus.query_url can't be reached"}`)
		},
	}
}

func notPassedOn(w http.ResponseWriter, _ *http.Request) {
	answerError(w, http.StatusNotFound, `{"status":"error","errorType":"not_found","error":"this path or method is not passed on to the Prometheus at prometheus.query_url"}`)
}

// answerError writes Prometheus' own form of errors, so that its clients
// understand it.
func answerError(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
