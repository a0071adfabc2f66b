package app

import (
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// alertGauges are what monitoring/prometheus/alerts.yml asks this Luneo: the
// limits of its configuration, and where it is. The rules are one static file
// for everybody, so they read as metrics what may differ.
type alertGauges struct {
	minEvents, minErrors, floorCents atomic.Int64
}

// alertLimit is one of the limits.
type alertLimit struct {
	name, help string
	value      *atomic.Int64
}

func (g *alertGauges) list() []alertLimit {
	return []alertLimit{
		{"luneo_alert_min_events", "ErrorRateHigh judges five minutes with at least as many events, or luneo_alert_min_errors; 0: every one", &g.minEvents},
		{"luneo_alert_min_errors", "ErrorRateHigh judges five minutes with at least as many failures, or luneo_alert_min_events; 0: every one", &g.minErrors},
		{"luneo_alert_cost_floor_cents", "CostSpikeDetected judges windows that cost more", &g.floorCents},
	}
}

// alertLimits are the limits of a configuration as a history has them.
func alertLimits(cfg config.Config) (readings []kpi.Reading) {
	for _, l := range newAlertGauges(cfg).list() {
		metric := &kpi.Metric{Name: l.name, Type: kpi.Gauge, Help: l.help}
		readings = append(readings, kpi.Reading{Metric: metric, Value: float64(l.value.Load())})
	}
	return readings
}

func (a *App) openAlertGauges() error {
	a.alerts = newAlertGauges(a.opts.Config)
	for _, g := range a.alerts.list() {
		a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help}, func() float64 { return float64(g.value.Load()) }))
	}
	a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "luneo_public_url_info", Help: "1, labelled by where links to this Luneo point",
		ConstLabels: prometheus.Labels{"url": a.publicURL()},
	}, func() float64 { return 1 }))
	return nil
}

func newAlertGauges(cfg config.Config) *alertGauges {
	g := &alertGauges{}
	g.set(cfg)
	return g
}

// set takes the limits of a configuration.
func (g *alertGauges) set(cfg config.Config) {
	g.minEvents.Store(int64(cfg.Alerts.MinEvents))
	g.minErrors.Store(int64(cfg.Alerts.MinErrors))
	g.floorCents.Store(int64(cfg.Cost.FloorCents))
}

// publicURL is what links begin with: no password, no slash at the end.
func (a *App) publicURL() string {
	return strings.TrimRight(a.externalURL().String(), "/")
}
