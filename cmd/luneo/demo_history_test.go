package main

import (
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/workload"
)

// pastDemo is a written history of the demo.
type pastDemo struct {
	dir         string
	from, until time.Time
	seed        uint64
	db          *tsdb.DB
	engine      *promql.Engine
}

func writePastDemo(t *testing.T, seed uint64, until time.Time, length time.Duration) *pastDemo {
	t.Helper()
	p := &pastDemo{dir: filepath.Join(t.TempDir(), "data"), from: until.Add(-length), until: until, seed: seed}
	cfg, err := demoConfig("127.0.0.1:0", p.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backfill(t.Context(), cfg, seed, p.from, until, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// open opens the blocks as a Prometheus does.
func (p *pastDemo) open(t *testing.T) {
	t.Helper()
	var err error
	p.db, err = tsdb.Open(filepath.Join(p.dir, "prometheus"), slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.db.Close(); err != nil {
			t.Error(err)
		}
	})
	p.engine = promql.NewEngine(promql.EngineOpts{MaxSamples: 1e8, Timeout: time.Minute})
}

// at evaluates an expression at a time; series go by their labels.
func (p *pastDemo) at(t *testing.T, query string, at time.Time) map[string]float64 {
	t.Helper()
	q, err := p.engine.NewInstantQuery(t.Context(), p.db, nil, query, at)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	v, err := q.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, s := range v {
		out[s.Metric.String()] = s.F
	}
	return out
}

// spell is a stretch in which a series of ALERTS has samples.
type spell struct{ first, last time.Time }

// firing lists when each alert fired, by its name and what tells it apart.
func (p *pastDemo) firing(t *testing.T) map[string][]spell {
	t.Helper()
	q, err := p.engine.NewRangeQuery(t.Context(), p.db, nil, `ALERTS{alertstate="firing"}`, p.from, p.until, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	m, err := q.Exec(t.Context()).Matrix()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]spell{}
	for _, s := range m {
		name := s.Metric.Get(labels.AlertName) + s.Metric.Get("time_window") + s.Metric.Get("queue_name")
		for _, p := range s.Floats {
			at, list := time.UnixMilli(p.T).UTC(), out[name]
			if n := len(list); n > 0 && at.Sub(list[n-1].last) <= time.Minute {
				list[n-1].last = at
			} else {
				out[name] = append(list, spell{at, at})
			}
		}
	}
	return out
}

// TestHistoryHasItsIncidentsAndNoOther holds the alerts of the guide against
// what was staged, on a workday, a weekend and at night.
func TestHistoryHasItsIncidentsAndNoOther(t *testing.T) {
	t.Parallel()
	for seed, until := range []time.Time{
		time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC),
		time.Date(2026, 7, 4, 20, 5, 0, 0, time.UTC),
		time.Date(2026, 3, 2, 3, 30, 0, 0, time.UTC),
	} {
		p := writePastDemo(t, uint64(seed), until, 14*24*time.Hour)
		p.open(t)
		p.expectIncidents(t)
	}
}

func (p *pastDemo) expectIncidents(t *testing.T) {
	t.Helper()
	firing := p.firing(t)
	want := []string{"CostSpikeDetected15m", "CostSpikeDetected1h", "ErrorRateHigh", "QueueWaitTimeHighrender-3d"}
	if got := slices.Sorted(maps.Keys(firing)); !slices.Equal(got, want) {
		t.Errorf("until %s: firing %q, want %q: %v", p.until, got, want, firing)
	}
	place := workload.Daytime(p.until, time.Local)
	for i, name := range []string{"QueueWaitTimeHighrender-3d", "ErrorRateHigh", "CostSpikeDetected15m"} {
		incident := pastIncidents()[i]
		begin := incident.begins(p.until, place)
		spells := firing[name]
		if len(spells) != 1 || spells[0].first.Before(begin) || spells[0].first.After(begin.Add(incident.length)) ||
			spells[0].last.After(begin.Add(incident.length+20*time.Minute)) {
			t.Errorf("until %s: %s fired %v, staged at %s", p.until, name, spells, begin.UTC())
		}
	}
}

// TestHistoryIsWhatHappened makes the same platform again and counts itself.
func TestHistoryIsWhatHappened(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC)
	p := writePastDemo(t, 7, until, 50*time.Hour)
	p.open(t)
	past, err := pastOf(7, p.from, p.until)
	if err != nil {
		t.Fatal(err)
	}
	counts, waits := map[string]float64{}, map[string]float64{}
	for at := p.from.Add(time.Minute); !at.After(until); at = at.Add(time.Minute) {
		for _, tally := range past.Minute(at) {
			switch e := &tally.Event; {
			case e.Type == kpi.TypeOpenAI:
				counts[fmt.Sprintf(`{model=%q, operation=%q}`, e.Dims[0], e.Dims[1])] += float64(tally.Times)
			case e.Type == kpi.TypeQueueWait && e.HasDuration:
				waits[fmt.Sprintf(`{queue_name=%q}`, e.Dims[0])] += float64(tally.Times)
			}
		}
		if minute := at.Unix() / 60; minute%617 != 0 && !at.Equal(until) {
			continue
		}
		for query, want := range map[string]map[string]float64{
			`sum by (model, operation) (luneo_openai_requests_total{job="luneo"})`:         counts,
			`sum by (queue_name) (luneo_worker_queue_wait_time_seconds_count)`:             waits,
			`sum by (queue_name) (luneo_worker_queue_wait_time_seconds_bucket{le="+Inf"})`: waits,
		} {
			if got := p.at(t, query, at); !maps.Equal(got, want) {
				t.Errorf("%s at %s: %v, want %v", query, at, got, want)
			}
		}
	}
}
