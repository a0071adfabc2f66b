package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	promvalue "github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// scraper is Prometheus' own scrape manager on its own TSDB, with start
// timestamps in use.
type scraper struct{ db *tsdb.DB }

func newScraper(t *testing.T, target string) *scraper {
	t.Helper()
	opts := tsdb.DefaultOptions()
	opts.EnableSTAsZeroSample = true
	db, err := tsdb.Open(t.TempDir(), promslog.NewNopLogger(), nil, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := scrape.NewManager(&scrape.Options{
		ParseST: true, EnableStartTimestampZeroIngestion: true, DiscoveryReloadOnStartup: true,
		DiscoveryReloadInterval: model.Duration(50 * time.Millisecond),
	}, nil, nil, nil, db, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(`
global: {scrape_interval: 100ms, scrape_timeout: 100ms, scrape_protocols: [OpenMetricsText1.0.0]}
scrape_configs: [{job_name: luneo}]
`, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.ApplyConfig(cfg); err != nil {
		t.Fatal(err)
	}
	targets := make(chan map[string][]*targetgroup.Group, 1)
	targets <- map[string][]*targetgroup.Group{"luneo": {{
		Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(strings.TrimPrefix(target, "http://"))}},
		Source:  "test",
	}}}
	done := make(chan error, 1)
	go func() { done <- m.Run(targets) }()
	t.Cleanup(func() {
		m.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &scraper{db}
}

// samples are all values of a series, staleness markers left out.
func (s *scraper) samples(t *testing.T, name string) (values []float64) {
	t.Helper()
	q, err := s.db.Querier(0, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close() //nolint:errcheck // read to its end
	set := q.Select(context.Background(), true, &storage.SelectHints{Start: 0, End: math.MaxInt64}, labels.MustNewMatcher(labels.MatchEqual, "__name__", name))
	for set.Next() {
		it := set.At().Iterator(nil)
		for it.Next() == chunkenc.ValFloat {
			if _, v := it.At(); !promvalue.IsStaleNaN(v) {
				values = append(values, v)
			}
		}
	}
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	return values
}

// wait polls until the newest values of a series satisfy ok.
func (s *scraper) wait(t *testing.T, name string, ok func([]float64) bool) []float64 {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if v := s.samples(t, name); ok(v) {
			return v
		}
	}
	t.Fatalf("%s: %v", name, s.samples(t, name))
	return nil
}

// TestRestartIsNoIncrease scrapes with Prometheus' own code: the first event of
// a new series is an increase from 0, and neither a kill nor a restart is one.
func TestRestartIsNoIncrease(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := testkit.Start(t, "--data-dir", dir)
	s := newScraper(t, p.URL)
	s.wait(t, "up", func(v []float64) bool { return len(v) > 2 && v[len(v)-1] == 1 })
	send := func(from, to int) {
		for i := from; i < to; i++ {
			post(t, p.URL+"/api/metrics/render", "", renderEvent(fmt.Sprint(i))).accepted(t)
		}
	}
	const counter, histogram = "luneo_renders_total", "luneo_render_duration_seconds_count"
	reached := func(want float64) func([]float64) bool {
		return func(v []float64) bool { return len(v) > 1 && v[len(v)-1] == want }
	}
	send(0, 5)
	s.wait(t, counter, reached(5))
	p.Kill()
	p = testkit.Start(t, "--data-dir", dir, "--listen", strings.TrimPrefix(p.URL, "http://"))
	send(5, 7)
	for _, name := range []string{counter, histogram} {
		v := s.wait(t, name, reached(7))
		if v[0] != 0 || !slices.IsSorted(v) {
			t.Errorf("%s: %v, want it to begin with 0 and never to fall", name, v)
		}
		if zeros := slices.IndexFunc(v, func(f float64) bool { return f > 0 }); zeros != 1 {
			t.Errorf("%s: %v, want one 0 at its start time", name, v)
		}
	}
}
