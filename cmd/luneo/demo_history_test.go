package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
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
	if err := backfill(t.Context(), cfg, past{seed, p.from, until, until}, nil); err != nil {
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

// TestHistoryHasItsIncidentsAndNoOther holds the alerts against what was staged:
// on a workday and, where LUNEO_LONG asks for it, on a weekend and at night too.
func TestHistoryHasItsIncidentsAndNoOther(t *testing.T) {
	t.Parallel()
	ends := []time.Time{
		time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC),
		time.Date(2026, 7, 4, 20, 5, 0, 0, time.UTC),
		time.Date(2026, 3, 2, 3, 30, 0, 0, time.UTC),
	}
	if os.Getenv("LUNEO_LONG") != "1" {
		ends = ends[:1]
	}
	for seed, until := range ends {
		p := writePastDemo(t, uint64(seed), until, 14*24*time.Hour)
		p.open(t)
		p.expectIncidents(t)
	}
}

func (p *pastDemo) expectIncidents(t *testing.T) {
	t.Helper()
	firing := p.firing(t)
	// The workers that are down as it opens are the first that are.
	if down := firing["QueueHasNoWorkerrender-3d"]; len(down) > 1 || len(down) == 1 && p.until.Sub(down[0].first) > time.Minute {
		t.Errorf("until %s: workers were down %v", p.until, down)
	}
	delete(firing, "QueueHasNoWorkerrender-3d")
	want := []string{"CostSpikeDetected15m", "CostSpikeDetected1h", "ErrorRateHigh", "QueueWaitTimeHighrender-3d"}
	if got := slices.Sorted(maps.Keys(firing)); !slices.Equal(got, want) {
		t.Errorf("until %s: firing %q, want %q: %v", p.until, got, want, firing)
	}
	place := workload.Daytime(p.until, time.Local)
	for i, name := range []string{"ErrorRateHigh", "QueueWaitTimeHighrender-3d", "CostSpikeDetected15m", "QueueWaitTimeHighrender-3d"} {
		incident := pastIncidents()[i]
		begin := incident.begins(p.until, place)
		spells := firing[name]
		if len(spells) == 0 || spells[0].first.Before(begin) || spells[0].first.After(begin.Add(incident.length)) ||
			spells[0].last.After(begin.Add(incident.length+20*time.Minute)) {
			t.Errorf("until %s: %s fired %v, staged at %s", p.until, name, spells, begin.UTC())
			continue
		}
		firing[name] = spells[1:]
	}
	for _, name := range []string{"ErrorRateHigh", "QueueWaitTimeHighrender-3d", "CostSpikeDetected15m"} {
		if len(firing[name]) > 0 {
			t.Errorf("until %s: %s fired where nothing was staged: %v", p.until, name, firing[name])
		}
	}
}

// TestHistoryIsWhatHappened makes the same platform again and counts itself.
func TestHistoryIsWhatHappened(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 7, 1, 14, 37, 0, 0, time.UTC)
	p := writePastDemo(t, 7, until, 50*time.Hour)
	p.open(t)
	platform, err := past{7, p.from, p.until, p.until}.platform()
	if err != nil {
		t.Fatal(err)
	}
	counts, waits := map[string]float64{}, map[string]float64{}
	for at := p.from.Add(time.Minute); !at.After(until); at = at.Add(time.Minute) {
		for _, tally := range platform.Minute(at) {
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

// ask asks the server's Prometheus API for one number.
func ask(t *testing.T, base, query string) (float64, bool) {
	t.Helper()
	resp, err := http.Get(base + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	var page struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	if len(page.Data.Result) != 1 {
		return 0, false
	}
	v, err := strconv.ParseFloat(fmt.Sprint(page.Data.Result[0].Value[1]), 64)
	return v, err == nil
}

// TestServerGoesOnFromTheHistory starts a server on a history, twice: what it
// shows and scrapes is what the history ended with, and neither start is a
// reset or an increase.
func TestServerGoesOnFromTheHistory(t *testing.T) {
	t.Parallel()
	p := writePastDemo(t, 5, time.Now().Truncate(time.Minute), 3*time.Hour)
	var ended float64
	for range 2 {
		ctx, stop := context.WithCancel(t.Context())
		base, wait, err := startDemoServer(ctx, serving{listen: "127.0.0.1:0", dataDir: p.dir})
		if err != nil {
			t.Fatal(err)
		}
		const requests = `sum(luneo_openai_requests_total)`
		if ended == 0 {
			ended, _ = ask(t, base, fmt.Sprintf("sum(luneo_openai_requests_total @ %d)", p.until.Unix()))
		}
		text, err := scrape(ctx, base, "")
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseMetrics(text)
		if err != nil {
			t.Fatal(err)
		}
		if shown := f.sum("luneo_openai_requests_total", nil); shown != ended || ended < 5000 {
			t.Errorf("it shows %v requests, the history ends with %v", shown, ended)
		}
		// Samples beside the history's 180 minutes and zeros are the server's.
		for deadline := time.Now().Add(testkit.HangGuard); ; {
			if n, _ := ask(t, base, `count_over_time(luneo_openai_requests_total{model="gpt-4o"}[4h])`); n > 181 || time.Now().After(deadline) {
				break
			}
		}
		for query, want := range map[string]float64{
			requests: ended,
			`sum(resets(luneo_openai_requests_total[4h]))`:          0,
			`sum(resets(luneo_render_duration_seconds_bucket[4h]))`: 0,
			`sum(resets(luneo_embed_handshakes_total[4h]))`:         0,
			`sum(max_over_time(luneo_openai_requests_total[4h]))`:   ended,
		} {
			if got, ok := ask(t, base, query); !ok || got != want {
				t.Errorf("%s is %v, want %v", query, got, want)
			}
		}
		stop()
		if err := wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDemoKeepsWhatADirectoryHas runs the demo where there is data.
func TestDemoKeepsWhatADirectoryHas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := demoOptions{listen: "127.0.0.1:0", seed: 1, history: config.Duration(2 * time.Hour), opens: time.Now()}
	var first, second bytes.Buffer
	until, err := writeHistory(t.Context(), o, dir, &first)
	if err != nil || until.IsZero() || time.Since(until) > 2*time.Minute {
		t.Fatalf("until %v: %v", until, err)
	}
	again, err := writeHistory(t.Context(), o, dir, &second)
	if err != nil || !again.IsZero() || second.String() != "The directory has data already: going on with it.\n" {
		t.Errorf("until %v: %v: %q", again, err, second.String())
	}
}

func TestHistoryCanBeInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	d := &demoServer{}
	if err := demo(ctx, demoOptions{listen: "127.0.0.1:0", history: config.Duration(48 * time.Hour)}, d.start, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if len(d.log) > 0 {
		t.Errorf("it went on: %q", d.log)
	}
}
