package web

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	connections  prometheus.Gauge
	panics       prometheus.Counter
	errors       *prometheus.CounterVec
	authFailures *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luneo_http_server_requests_total", Help: "Requests that Luneo answered; code aborted: the connection was broken off before an answer began",
		}, []string{"route", "method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "luneo_http_server_request_duration_seconds", Help: "Time that Luneo took to answer a request",
			Buckets: []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "luneo_http_server_requests_in_flight", Help: "Requests that Luneo is answering now",
		}),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "luneo_http_server_connections", Help: "Open connections",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "luneo_http_server_panics_total", Help: "Panics in handlers",
		}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luneo_http_server_errors_total", Help: "Requests that were answered with a problem, by its kind",
		}, []string{"kind"}),
		authFailures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luneo_auth_failures_total", Help: "Requests that were refused for their credential",
		}, []string{"reason"}),
	}
	for _, reason := range []string{reasonMissing, reasonWrong, reasonScope, reasonThrottled, reasonHost, reasonCrossOrigin} {
		m.authFailures.WithLabelValues(reason)
	}
	return m
}

// register registers all metrics, or none.
func (m *metrics) register(reg prometheus.Registerer) error {
	all := []prometheus.Collector{m.requests, m.duration, m.inFlight, m.connections, m.panics, m.errors, m.authFailures}
	for i, c := range all {
		if err := reg.Register(c); err != nil {
			for _, done := range all[:i] {
				reg.Unregister(done)
			}
			return fmt.Errorf("register metrics of the web server: %w", err)
		}
	}
	return nil
}

func (m *metrics) authFailure(reason string) { m.authFailures.WithLabelValues(reason).Inc() }

// connState follows the connections for http.Server.
func (m *metrics) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		m.connections.Inc()
	case http.StateClosed, http.StateHijacked:
		m.connections.Dec()
	}
}

// The codes that have a place in routeMetrics, and the one of no answer.
const (
	firstCode = 100
	codes     = 500
	noAnswer  = 0
)

// routeMetrics are the children of one route, resolved once: looking them up
// by label costs more than counting.
type routeMetrics struct {
	requests *prometheus.CounterVec
	duration prometheus.Observer
	byCode   [codes]atomic.Pointer[prometheus.Counter]
}

func (m *metrics) route(r Route) *routeMetrics {
	method := r.Method
	if method == "" {
		method = "other"
	}
	return &routeMetrics{
		requests: m.requests.MustCurryWith(prometheus.Labels{"route": r.Pattern, "method": method}),
		duration: m.duration.WithLabelValues(r.Pattern),
	}
}

func (m *routeMetrics) observe(code int, took time.Duration) {
	m.duration.Observe(took.Seconds())
	if code == noAnswer {
		m.requests.WithLabelValues("aborted").Inc()
		return
	}
	if code < firstCode || code >= firstCode+codes {
		m.requests.WithLabelValues("other").Inc()
		return
	}
	slot := &m.byCode[code-firstCode]
	c := slot.Load()
	if c == nil {
		counter := m.requests.WithLabelValues(strconv.Itoa(code))
		c = &counter
		slot.Store(c)
	}
	(*c).Inc()
}
