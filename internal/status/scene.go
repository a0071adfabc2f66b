package status

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/luneo-platform/luneo/internal/number"
)

// scene is what was found at one moment: the rules and the figures about them.
type scene struct {
	clock
	rules   []*rule
	figures figures
	marks   Marks
	stale   time.Duration // how old data may be
}

// figures are the answers to queries; a query that failed has none.
type figures map[string][]Series

// one is the newest value of a query with one series.
func (f figures) one(query string) (v float64, ok bool) {
	series := f[query]
	if len(series) == 0 || !number.Known(series[0].last()) {
		return 0, false
	}
	return series[0].last(), true
}

// orZero is one, or zero where there is none.
func (f figures) orZero(query string) float64 {
	v, _ := f.one(query)
	return v
}

// find is the newest value of the series whose labels are among some.
func (f figures) find(query string, labels map[string]string) (v float64, ok bool) {
	for _, s := range f[query] {
		if within(s.Labels, labels) {
			return s.last(), number.Known(s.last())
		}
	}
	return 0, false
}

// within reports whether all of the one labels are among the others.
func within(some, all map[string]string) bool {
	for n, v := range some {
		if all[n] != v {
			return false
		}
	}
	return true
}

// atOnce is how many queries are under way at a time.
const atOnce = 4

// trendSpan is what a trend is read from, in samples of trendStep; trendLately is
// its end, which says whether it still holds.
const trendSpan, trendLately, trendStep = 5 * time.Minute, 2 * time.Minute, time.Minute

// Queries about the whole.
const (
	queryDataAt   = `max(timestamp(luneo_build_info))`
	queryLastData = `max(max_over_time(timestamp(luneo_build_info)[1d:1m]))`
	queryAccepted = `sum(rate(luneo_ingest_events_total{result="accepted"}[1m]))`
	queryRejected = `sum(rate(luneo_ingest_events_total{result="rejected"}[1m]))`
	querySources  = `group by (__name__) ({__name__=~"luneo_worker_queue_wait_time_seconds_count|luneo_worker_queue_wait_time_current_seconds|luneo_openai_requests_total|luneo_renders_total|luneo_ar_conversions_total|luneo_embed_handshakes_total|luneo_http_request_duration_seconds_count"})`
	queryIdle     = `luneo:section_events:increase5m == 0`
	queryReady    = `max by (time_window) (luneo_ai_cost_baseline_ready_timestamp_seconds)`
	queryEvents   = `luneo:events:increase5m`
	queryErrors   = `luneo:errors:increase5m`
	queryFailing  = `topk(1, luneo:section_errors:increase5m > 0)`
)

// ask reads the rules and, beside them, the figures.
func (b *Board) ask(ctx context.Context, c clock) (*scene, error) {
	s := &scene{clock: c, marks: b.o.Marks, stale: b.o.StaleAfter}
	var rules []Rule
	group, asking := errgroup.WithContext(ctx) // it ends with Wait
	group.Go(func() (err error) {
		rules, err = b.o.Prometheus.Rules(asking)
		return err
	})
	moment := []string{queryDataAt, queryAccepted, queryRejected, querySources, queryIdle, queryReady, queryEvents, queryErrors, queryFailing}
	var now, lately figures
	group.Go(func() (err error) {
		now, err = b.askFigures(asking, moment, Span{To: c.now})
		return err
	})
	group.Go(func() (err error) {
		lately, err = b.askFigures(asking, guardedQueries(), Span{c.now.Add(-trendSpan), c.now, trendStep})
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if _, ok := now.one(queryDataAt); !ok { // it is longer ago than a query looks back
		last, err := b.askFigures(ctx, []string{queryLastData}, Span{To: c.now})
		if err == nil {
			now[queryDataAt] = last[queryLastData]
		}
	}
	s.figures = now
	for q, series := range lately {
		s.figures[q] = series
	}
	s.rules = s.readRules(rules)
	return s, nil
}

// askFigures asks many queries, some at a time. One that Prometheus refuses is
// left out; that all are is an error.
func (b *Board) askFigures(ctx context.Context, queries []string, span Span) (figures, error) {
	answers := make([][]Series, len(queries))
	errs := make([]error, len(queries))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, q := range queries {
		group.Go(func() error {
			answers[i], errs[i] = b.o.Prometheus.Range(ctx, q, span)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	f := figures{}
	var failure error
	for i, q := range queries {
		if errs[i] != nil {
			failure = errs[i]
			continue
		}
		f[q] = current(answers[i], span)
	}
	if len(f) == 0 && failure != nil {
		return nil, failure
	}
	return f, ctx.Err()
}

// current drops series that have ended before the span does.
func current(series []Series, span Span) (out []Series) {
	for _, s := range series {
		if len(s.Samples) > 0 && !s.Samples[len(s.Samples)-1].At.Before(span.To.Add(-time.Second)) {
			out = append(out, s)
		}
	}
	return out
}

// dataAt is when the newest scrape was; zero when that is not known.
func (s *scene) dataAt() time.Time {
	v, ok := s.figures.one(queryDataAt)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(int64(v * 1000)).UTC()
}

// sources are the kinds of events of which there has been any.
func (s *scene) sources() map[string]bool {
	found := map[string]bool{}
	for _, series := range s.figures[querySources] {
		found[sourceOf(series.Labels["__name__"])] = true
	}
	delete(found, "")
	return found
}

// sourceOf is which source of Setup a metric is of; http requests are of none.
func sourceOf(metric string) string {
	switch metric {
	case "luneo_openai_requests_total":
		return "openai"
	case "luneo_renders_total":
		return "renders"
	case "luneo_ar_conversions_total":
		return "ar"
	case "luneo_embed_handshakes_total":
		return "embeds"
	case "luneo_worker_queue_wait_time_seconds_count", "luneo_worker_queue_wait_time_current_seconds":
		return "queues"
	}
	return ""
}

// sourcesInAll is how many kinds of sources there are.
const sourcesInAll = 5
