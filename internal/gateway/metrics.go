package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// metrics are what the gateway says about itself.
type metrics struct {
	inFlight             *prometheus.GaugeVec
	overhead             prometheus.Histogram
	dropped, tapFailures prometheus.Counter
}

func newMetrics(r prometheus.Registerer, h *headroom) *metrics {
	m := &metrics{
		inFlight:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "luneo_gateway_in_flight_requests", Help: "Calls that are on their way through the gateway"}, []string{"upstream"}),
		dropped:     prometheus.NewCounter(prometheus.CounterOpts{Name: "luneo_gateway_uncounted_requests_total", Help: "Calls since the start that passed the gateway and could not be recorded"}),
		tapFailures: prometheus.NewCounter(prometheus.CounterOpts{Name: "luneo_gateway_tap_failures_total", Help: "Answers since the start that passed whole and could not be read beside"}),
		overhead: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "luneo_gateway_overhead_seconds", Help: "Time that the gateway itself added to a call, without waiting for the upstream or the caller",
			Buckets: []float64{0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25},
		}),
	}
	if r != nil {
		r.MustRegister(m.inFlight, m.overhead, m.dropped, m.tapFailures, newLimitCollector(h))
	}
	return m
}

// overheadAt is the upper bound of the bucket in which a share of the calls ends; 0
// without calls, or where that is beyond the last.
func (m *metrics) overheadAt(share float64) time.Duration {
	var written dto.Metric
	if m.overhead.Write(&written) != nil {
		return 0
	}
	h := written.GetHistogram()
	for _, b := range h.GetBucket() {
		if n := float64(b.GetCumulativeCount()); n > 0 && n >= share*float64(h.GetSampleCount()) {
			return time.Duration(b.GetUpperBound() * float64(time.Second))
		}
	}
	return 0
}
