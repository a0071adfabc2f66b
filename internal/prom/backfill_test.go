package prom_test

import (
	"iter"
	"log/slog"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/prom"
)

// began is an evening, so that a short history has several days.
var began = time.Date(2026, 7, 1, 21, 3, 0, 0, time.UTC)

// script is a source of minutes from began on.
func script(minutes int, at func(minute int) []kpi.Reading) iter.Seq2[time.Time, []kpi.Reading] {
	return func(yield func(time.Time, []kpi.Reading) bool) {
		for i := range minutes {
			if !yield(began.Add(time.Duration(i)*time.Minute), at(i)) {
				return
			}
		}
	}
}

func counted(name string, since time.Time, v float64) kpi.Reading {
	return kpi.Reading{Metric: &kpi.Metric{Name: name, Type: kpi.Counter}, Since: since, Value: v}
}

func gauge(name string, v float64) kpi.Reading {
	return kpi.Reading{Metric: &kpi.Metric{Name: name, Type: kpi.Gauge}, Value: v}
}

type filled struct {
	dir    string
	report prom.BackfillReport
	db     *tsdb.DB
}

func fill(t *testing.T, rules string, source iter.Seq2[time.Time, []kpi.Reading]) *filled {
	t.Helper()
	f := &filled{dir: filepath.Join(t.TempDir(), "prometheus")}
	o := prom.BackfillOptions{Dir: f.dir, Instance: "here", Step: time.Minute, Logger: slog.New(slog.DiscardHandler)}
	if rules != "" {
		o.Rules = []byte(rules)
	}
	var err error
	if f.report, err = prom.Backfill(t.Context(), o, source); err != nil {
		t.Fatal(err)
	}
	opts := tsdb.DefaultOptions()
	opts.MaxBlockDuration = (72 * time.Hour).Milliseconds() // as Luneo's retention makes it
	if f.db, err = tsdb.Open(f.dir, o.Logger, nil, opts, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// sample is a value and its minute since began; NaN is a staleness marker.
type sample struct{ minute, value float64 }

// series reads all samples of the series that match, by their labels.
func (f *filled) series(t *testing.T, name string) map[string][]sample {
	t.Helper()
	q, err := f.db.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close() //nolint:errcheck // read to its end
	out := map[string][]sample{}
	set := q.Select(t.Context(), false, &storage.SelectHints{Start: math.MinInt64, End: math.MaxInt64}, labels.MustNewMatcher(labels.MatchRegexp, labels.MetricName, name))
	for set.Next() {
		key := set.At().Labels().String()
		for it := set.At().Iterator(nil); it.Next() == chunkenc.ValFloat; {
			at, v := it.At()
			if value.IsStaleNaN(v) {
				v = -1
			}
			out[key] = append(out[key], sample{time.UnixMilli(at).Sub(began).Minutes(), v})
		}
	}
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	return out
}

func TestBackfillWritesABlockADay(t *testing.T) {
	t.Parallel()
	const minutes = 4 * 24 * 60
	f := fill(t, "", script(minutes, func(i int) []kpi.Reading {
		return []kpi.Reading{counted("a_total", began.Add(-30*time.Second), float64(3*i))}
	}))
	check := func() {
		t.Helper()
		got := f.series(t, ".+")[`{__name__="a_total", instance="here", job="luneo"}`]
		if len(got) != minutes+1 || got[0] != (sample{-0.5, 0}) || got[minutes] != (sample{minutes - 1, 3 * (minutes - 1)}) {
			t.Errorf("%d samples, from %v to %v", len(got), got[0], got[len(got)-1])
		}
	}
	check()
	blocks := f.db.Blocks()
	if want := (prom.BackfillReport{Blocks: 5, Series: 5, Samples: minutes + 1}); f.report != want || len(blocks) != 5 {
		t.Errorf("%+v and %d blocks, want %+v", f.report, len(blocks), want)
	}
	for i, b := range blocks {
		from, last := time.UnixMilli(b.MinTime()).UTC(), time.UnixMilli(b.MaxTime()-1).UTC()
		if from.YearDay() != last.YearDay() || i > 0 && b.MinTime() < blocks[i-1].MaxTime() {
			t.Errorf("a block goes from %s to %s", from, last)
		}
	}
	if err := f.db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(f.db.Blocks()); n >= 5 || n < 3 {
		t.Errorf("%d blocks after the compaction, expected pairs of days", n)
	}
	check()
}

// TestBackfillMarksWhereSeriesBeginAndEnd has series that begin and end in a
// day, between two days, and again.
func TestBackfillMarksWhereSeriesBeginAndEnd(t *testing.T) {
	t.Parallel()
	const midnight = 177 // minutes after began
	f := fill(t, "", script(midnight+4, func(i int) (list []kpi.Reading) {
		if i >= 2 && i < 5 {
			list = append(list, counted("day_total", began.Add(90*time.Second), 7))
		}
		if i >= midnight {
			list = append(list, counted("night_total", began.Add(midnight*time.Minute-30*time.Second), 9))
		}
		if i != midnight && i != midnight+1 {
			list = append(list, gauge("gap", 1))
		}
		return list
	}))
	got := map[string][]sample{}
	for _, name := range []string{"day_total", "night_total", "gap"} {
		list := f.series(t, name)[`{__name__="`+name+`", instance="here", job="luneo"}`]
		got[name] = list[max(0, len(list)-5):]
	}
	for name, want := range map[string][]sample{
		"day_total":   {{1.5, 0}, {2, 7}, {3, 7}, {4, 7}, {5, -1}},
		"night_total": {{midnight - 0.5, 0}, {midnight, 9}, {midnight + 1, 9}, {midnight + 2, 9}, {midnight + 3, 9}},
		"gap":         {{midnight - 2, 1}, {midnight - 1, 1}, {midnight, -1}, {midnight + 2, 1}, {midnight + 3, 1}},
	} {
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
}

func TestBackfillWritesClassicHistograms(t *testing.T) {
	t.Parallel()
	metric := &kpi.Metric{Name: "wait_seconds", Type: kpi.Histogram, Labels: []string{"queue_name"}, Buckets: []float64{0.5, 60}}
	f := fill(t, "", script(3, func(i int) []kpi.Reading {
		return []kpi.Reading{{Metric: metric, Labels: []string{"q"}, Sum: 2.5 * float64(i), Counts: []uint64{uint64(i), 1, 2}}}
	}))
	got := map[string]float64{}
	for name, samples := range f.series(t, ".+") {
		got[name] = samples[2].value
	}
	want := map[string]float64{
		`{__name__="wait_seconds_bucket", instance="here", job="luneo", le="0.5", queue_name="q"}`:  2,
		`{__name__="wait_seconds_bucket", instance="here", job="luneo", le="60.0", queue_name="q"}`: 3,
		`{__name__="wait_seconds_bucket", instance="here", job="luneo", le="+Inf", queue_name="q"}`: 5,
		`{__name__="wait_seconds_sum", instance="here", job="luneo", queue_name="q"}`:               5,
		`{__name__="wait_seconds_count", instance="here", job="luneo", queue_name="q"}`:             5,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

const alertRules = `
groups:
- name: recorded
  rules:
  - {record: doubled, expr: 2 * level}
  - {record: again, expr: doubled + 1, labels: {kind: "sum"}}
- name: alerts
  labels: {team: a}
  rules:
  - {alert: High, expr: again > 10, for: 2m, keep_firing_for: 3m, labels: {severity: page}, annotations: {summary: "{{ $value }}"}}
  - {alert: AtOnce, expr: level > 5}
- name: left out
  rules:
  - {alert: Always, expr: vector(1)}
`

func TestBackfillEvaluatesAlertsAsPrometheusDoes(t *testing.T) {
	t.Parallel()
	const midnight = 177
	dir := filepath.Join(t.TempDir(), "prometheus")
	high := func(i int) bool { return i == midnight-9 || (i >= midnight-2 && i < midnight+2) || i == midnight+3 }
	_, err := prom.Backfill(t.Context(), prom.BackfillOptions{
		Dir: dir, Instance: "here", Step: time.Minute, Rules: []byte(alertRules), SkipGroups: []string{"left out"}, Logger: slog.New(slog.DiscardHandler),
	}, script(midnight+12, func(i int) []kpi.Reading {
		if high(i) {
			return []kpi.Reading{gauge("level", 6)}
		}
		return []kpi.Reading{gauge("level", 1)}
	}))
	if err != nil {
		t.Fatal(err)
	}
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	got := (&filled{db: db}).series(t, "ALERTS.*")

	const id = `instance="here", job="luneo", kind="sum", severity="page", team="a"}`
	active := func(minute int) float64 { return float64(began.Add(time.Duration(minute) * time.Minute).Unix()) }
	const first, second = midnight - 9, midnight - 2
	want := map[string][]sample{
		`{__name__="ALERTS", alertname="High", alertstate="pending", ` + id: {
			{first, 1}, {first + 1, -1}, {second, 1}, {second + 1, 1}, {second + 2, -1},
		},
		// It keeps firing for three minutes after the last time it was above.
		`{__name__="ALERTS", alertname="High", alertstate="firing", ` + id: {
			{midnight, 1}, {midnight + 1, 1}, {midnight + 2, 1}, {midnight + 3, 1}, {midnight + 4, 1}, {midnight + 5, 1}, {midnight + 6, 1}, {midnight + 7, -1},
		},
		`{__name__="ALERTS_FOR_STATE", alertname="High", ` + id: {
			{first, active(first)}, {first + 1, -1}, {second, active(second)}, {second + 1, active(second)},
			{midnight, active(second)}, {midnight + 1, active(second)}, {midnight + 2, active(second)}, {midnight + 3, active(second)},
			{midnight + 4, active(second)}, {midnight + 5, active(second)}, {midnight + 6, active(second)}, {midnight + 7, -1},
		},
	}
	for name, samples := range want {
		if !slices.Equal(got[name], samples) {
			t.Errorf("%s: %v, want %v", name, got[name], samples)
		}
	}
	for name := range got {
		if want[name] == nil && !strings.Contains(name, "AtOnce") {
			t.Errorf("there is %s", name)
		}
	}
}
