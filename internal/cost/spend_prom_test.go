package cost_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestSpendOverARealPrometheus writes ten days of history and asks the
// embedded Prometheus: ten cents an hour, and a second model since noon.
func TestSpendOverARealPrometheus(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Hour).Add(-10 * time.Minute)
	begun := now.Truncate(24 * time.Hour).Add(-10 * day)
	dir := filepath.Join(t.TempDir(), "prometheus")
	metrics := map[kpi.MetricID]*kpi.Metric{}
	for _, m := range kpi.Catalogue() {
		metrics[m.ID] = &m
	}
	second := now.Add(-3 * time.Hour)
	_, err := prom.Backfill(t.Context(), prom.BackfillOptions{Dir: dir, Instance: "a", Step: time.Minute, Logger: slog.New(slog.DiscardHandler)},
		func(yield func(time.Time, []kpi.Reading) bool) {
			for at := begun; !at.After(now); at = at.Add(time.Minute) {
				chat := []string{"gpt-4o", "chat"}
				readings := []kpi.Reading{
					{Metric: metrics[kpi.AICostCurrent], Labels: []string{"24h"}, Value: min(240, 10*at.Sub(begun).Hours())},
					{Metric: metrics[kpi.OpenAICost], Labels: chat, Value: 10 * at.Sub(begun).Hours()},
					{Metric: metrics[kpi.OpenAIRequests], Labels: chat, Since: begun, Value: 60 * at.Sub(begun).Hours()},
				}
				if at.After(second) {
					readings = append(readings, kpi.Reading{Metric: metrics[kpi.OpenAICost], Labels: []string{"dall-e-3", "image_generation"}, Value: 4})
				}
				if !yield(at, readings) {
					return
				}
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	p, err := prom.New(prom.Options{
		Dir: dir, Instance: "a", Metrics: http.NotFoundHandler(), ExternalURL: func() *url.URL { return &url.URL{} },
		ScrapeInterval: time.Minute, EvaluationInterval: time.Minute, Retention: 30 * day,
		QueryTimeout: 10 * time.Second, QueryMaxSamples: 1_000_000, QueryConcurrency: 4,
		Registerer: reg, Gatherer: reg, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	history := cost.NewPrometheus(testkit.PrometheusAPI(t, "http://luneo.invalid", p))
	x := spendOf(t, history, "UTC", now)
	midnight := now.Truncate(24 * time.Hour)
	today := 10 * now.Sub(midnight).Hours()
	if second.After(midnight) {
		today += 4
	}
	if !about(x.TodayCents, today) || len(x.Rows) != 2 || x.Rows[1].Model != "dall-e-3" || !about(x.Rows[1].LastDayCents, 4) {
		t.Errorf("today %v, want %v; rows %+v", x.TodayCents, today, x.Rows)
	}
	if r := x.Rows[0]; !about(*r.UsualCentsPerCall, 10.0/60) || x.HistorySince.Sub(begun) > 15*time.Minute || len(x.Days) != 11 {
		t.Errorf("%+v since %v, %d days", r, x.HistorySince, len(x.Days))
	}
}
