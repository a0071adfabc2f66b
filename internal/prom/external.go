package prom

import (
	"net/http"
	"net/http/httputil"
	"net/url"
)

// External passes queries on to the Prometheus API at base, for a Luneo whose
// history is elsewhere (Prometheus, Mimir, Thanos, VictoriaMetrics). Neither the
// caller's credentials nor cookies go along; those in base do.
func External(base *url.URL, transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(base)
			for _, name := range []string{"Authorization", "Cookie", "X-Luneo-Token"} {
				r.Out.Header.Del(name)
			}
			if password, ok := base.User.Password(); ok {
				r.Out.SetBasicAuth(base.User.Username(), password)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			// Prometheus' own form of errors, so that its clients understand it.
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"status":"error","errorType":"unavailable","error":"the Prometheus at prometheus.query_url can't be reached"}`))
		},
	}
}
