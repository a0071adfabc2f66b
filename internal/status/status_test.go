package status

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/monitoring"
)

// luneoUp is a Luneo that is scraped and healthy, for four hours.
const luneoUp = `
  luneo_build_info{job="luneo",instance="a",version="1"} 1x960
  up{job="luneo",instance="a"} 1x960
  process_start_time_seconds{job="luneo",instance="a"} -60x960
  luneo_journal_commit_failures_total{job="luneo",instance="a"} 0x960
  luneo_journal_snapshot_failures_total{job="luneo",instance="a"} 0x960
  luneo_journal_damages{job="luneo",instance="a"} 0x960
  luneo_journal_bad_snapshots{job="luneo",instance="a"} 0x960
  luneo_journal_lost_records{job="luneo",instance="a"} 0x960
  luneo_data_disk_free_bytes{job="luneo",instance="a"} 61e9x960
  luneo_data_disk_size_bytes{job="luneo",instance="a"} 100e9x960
  luneo_ingest_events_total{job="luneo",instance="a",type="batch",result="accepted"} 0+600x960
  luneo_ingest_events_total{job="luneo",instance="a",type="batch",result="rejected"} 0x960
`

// traffic is a platform with all its sources, of which nothing is wrong.
const traffic = `
  luneo_openai_requests_total{model="gpt-4o",operation="chat"} 0+100x960
  luneo_openai_requests_error_total{model="gpt-4o",operation="chat",error_type="timeout"} 0x960
  luneo_renders_total{render_type="3d",quality="high"} 0+50x960
  luneo_renders_error_total{render_type="3d",quality="high",error_type="other"} 0x960
  luneo_ar_conversions_total{conversion_type="glb_to_usdz"} 0+10x960
  luneo_embed_handshakes_total{status="success"} 0+40x960
  luneo_worker_queue_wait_time_seconds_count{queue_name="render-hd"} 0+10x960
  luneo_render_duration_seconds_bucket{render_type="3d",quality="high",status="success",le="30"} 0+40x960
  luneo_render_duration_seconds_bucket{render_type="3d",quality="high",status="success",le="60"} 0+50x960
  luneo_render_duration_seconds_bucket{render_type="3d",quality="high",status="success",le="+Inf"} 0+50x960
  luneo_openai_cost_cents{model="gpt-4o",operation="chat"} 0+10x960
`

const quietQueue = `
  luneo_worker_queue_wait_time_current_seconds{queue_name="render-hd"} 4x960
`

const usualCost = `
  luneo_ai_cost_current_cents{time_window="1h"} 1760x960
  luneo_ai_cost_current_cents{time_window="24h"} 41300x960
  luneo_ai_cost_baseline_cents{time_window="1h"} 1700x960
  luneo_ai_cost_baseline_cents{time_window="24h"} 36200x960
  luneo_ai_cost_baseline_ready_timestamp_seconds{time_window="1h"} 0x960
`

// Waits that grow by 6 s a minute from 20 min on, past 60 s after 30 min.
const growingQueue = `
  luneo_worker_queue_wait_time_current_seconds{queue_name="render-hd"} 4x80 4+1.5x880
  luneo_worker_queue_wait_time_current_seconds{queue_name="ar-usdz"} 2x960
`

const minute = time.Minute

func stories() map[string]story {
	load := func(parts ...string) string {
		return "load 15s\n" + strings.TrimPrefix(strings.ReplaceAll(strings.Join(parts, ""), "\n\n", "\n"), "\n")
	}
	at := func(now time.Duration, series string) story {
		return story{series: series, from: time.Minute, until: now, step: time.Minute}
	}
	all := load(luneoUp, traffic, growingQueue, usualCost)
	deploy := []Mark{{At: epoch(22 * minute), Text: "worker-ia 2.31.0", Tags: []string{"deploy"}, User: "ci"}}
	with := func(s story, change func(*story)) story { change(&s); return s }
	failing := strings.Replace(traffic, `error_type="timeout"} 0x960`, `error_type="rate_limit"} 0x100 0+6x860`, 1)
	return map[string]story{
		"01 just started":       at(0, load(`  other 1x960`+"\n")),
		"02 waits for an event": at(10*minute, load(luneoUp)),
		"03 first events":       at(10*minute, load(luneoUp, traffic)),
		"04 all quiet":          at(10*minute, load(luneoUp, traffic, quietQueue, usualCost)),
		"05 pending":            at(31*minute, all),
		"06 firing":             with(at(50*minute, all), func(s *story) { s.marks = deploy }),
		"07 firing for long":    at(150*minute, all),
		"08 two fire": with(at(50*minute, load(luneoUp, failing, growingQueue, strings.Replace(usualCost, `cents{time_window="1h"} 1760x960`, `cents{time_window="1h"} 1760x190 4200x770`, 1))),
			func(s *story) { s.marks = deploy }),
		"09 errors fire":       at(40*minute, load(luneoUp, failing, quietQueue, usualCost)),
		"10 cost fires":        at(60*minute, load(luneoUp, traffic, quietQueue, strings.Replace(usualCost, `cents{time_window="1h"} 1760x960`, `cents{time_window="1h"} 1760x160 1760+40x800`, 1))),
		"11 no baseline":       at(30*minute, load(luneoUp, traffic, quietQueue, "  luneo_ai_cost_current_cents{time_window=\"1h\"} 5x960\n  luneo_ai_cost_baseline_ready_timestamp_seconds{time_window=\"1h\"} 149400x960\n")),
		"12 data stopped":      at(34*minute, strings.ReplaceAll(all, "x960", "x120")),
		"13 no luneo":          at(90*minute, strings.ReplaceAll(all, "x960", "x120")),
		"14 falling":           at(60*minute, load(luneoUp, traffic, `  luneo_worker_queue_wait_time_current_seconds{queue_name="render-hd"} 200x220 200-3x40 80x700`+"\n", usualCost)),
		"15 ended":             at(80*minute, load(luneoUp, traffic, `  luneo_worker_queue_wait_time_current_seconds{queue_name="render-hd"} 4x80 200x60 4x820`+"\n", usualCost)),
		"16 no AR conversions": at(30*minute, load(luneoUp, strings.Replace(traffic, `0+10x960`, `0+10x40 400x920`, 1), quietQueue, usualCost)),
		"17 unpriced":          at(30*minute, load(luneoUp, traffic, quietQueue, usualCost, "  luneo_openai_unpriced_requests_total{model=\"gpt-9\"} 0x20 0+1x940\n")),
		"18 disk and journal": at(30*minute, load(strings.NewReplacer("61e9x960", "3e9x960", `commit_failures_total{job="luneo",instance="a"} 0x960`, `commit_failures_total{job="luneo",instance="a"} 0+1x960`).Replace(luneoUp),
			traffic, quietQueue, usualCost)),
		"19 refused": at(30*minute, load(strings.Replace(luneoUp, `result="rejected"} 0x960`, `result="rejected"} 0+100x960`, 1), traffic, quietQueue, usualCost)),
		"20 own rules": with(at(30*minute, load(luneoUp, traffic, quietQueue, usualCost, "  shop_down{shop=\"a.example\"} 1x960\n")), func(s *story) {
			s.rules = `
groups:
  - name: own
    rules:
      - alert: ShopDown
        expr: shop_down > 0
        for: 20m
        labels: {severity: warning}
        annotations: {summary: "Shop {{ $labels.shop }} is down."}
      - alert: Broken
        expr: label_replace(shop_down, "x", "$1", "shop", "(") > 5
      - alert: Nameless
        expr: shop_down > 0
        for: 1h
`
		}),
		"21 silent source": with(at(25*60*minute, "load 1m\n"+`  luneo_build_info{job="luneo",instance="a",version="1"} 1x1600
  luneo_renders_total{render_type="3d",quality="high"} 0+50x1475 73750x100
  luneo_openai_requests_total{model="gpt-4o",operation="chat"} 0+50x1600
  luneo:section_events:increase5m{section="render"} 250x1480 0x120
`), func(s *story) { s.from, s.step = 1490*minute, minute }),
	}
}

// TestStatusInWords holds the status of many situations, judged by Prometheus'
// own code and the rules as they are, against what is to be said of them.
func TestStatusInWords(t *testing.T) {
	t.Parallel()
	all := stories()
	texts := make([]string, len(all))
	t.Run("stories", func(t *testing.T) {
		for i, name := range slices.Sorted(maps.Keys(all)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				texts[i] = "# " + name + "\n" + told(t, boardOf(t, all[name]))
			})
		}
	})
	golden(t, "status.golden", strings.Join(texts, "\n"))
}

// told writes a status as text: what is not as usual of each rule, too.
func told(t *testing.T, b *Board) string {
	t.Helper()
	s := b.Status(t.Context())
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", s.Level, s.Sentence)
	for _, f := range s.Facts {
		fmt.Fprintf(&out, "  (%s, %s) %s\n", f.Icon, f.Level, f.Parts)
	}
	if s.Worst != nil {
		fmt.Fprintf(&out, "  worst %s %v\n", s.Worst.Rule, s.Worst.Labels)
	}
	fmt.Fprintf(&out, "  %+v, %.1f events/s, %.1f rejected, setup %d of %d\n", s.Counts, s.Events.PerSecond, s.Events.RejectedPerSecond, s.Setup.Connected, s.Setup.Total)
	for _, name := range slices.Sorted(maps.Keys(s.Rules)) {
		if r := s.Rules[name]; r.State != stateQuiet || slices.Contains(guideRules(), name) {
			fmt.Fprintf(&out, "  - %s: %s [%s] %s; %s; %s\n", name, r.State, r.Chip, r.Shown, r.Meaning, r.Subject)
		}
	}
	return out.String()
}

// TestEachRuleHasWords: no rule of alerts.yml is worded by chance, and no
// words are of a rule that is gone.
func TestEachRuleHasWords(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Rules []struct{ Alert string }
		}
	}
	if err := yaml.Unmarshal([]byte(monitoring.Alerts()), &file); err != nil {
		t.Fatal(err)
	}
	words := builtinWords()
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			w := words[r.Alert]
			if w == nil {
				t.Errorf("%s has no words", r.Alert)
				continue
			}
			if w.title == "" || w.line == nil || w.page == nil || w.meaning == nil || w.unit == "" {
				t.Errorf("%s lacks some words", r.Alert)
			}
			delete(words, r.Alert)
		}
	}
	for name := range words {
		t.Errorf("there are words for %s, which alerts.yml does not have", name)
	}
}

// failingPrometheus answers with an error, or never.
type failingPrometheus struct {
	err   error
	asked chan struct{}
}

func (f *failingPrometheus) Rules(ctx context.Context) ([]Rule, error) {
	if f.asked != nil {
		f.asked <- struct{}{}
	}
	if f.err != nil {
		return nil, f.err
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (f *failingPrometheus) Range(ctx context.Context, _ string, _ Span) ([]Series, error) {
	if f.err != nil {
		return nil, f.err
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestPrometheusThatDoesNotAnswer is said in time.
func TestPrometheusThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*failingPrometheus{
		"It did not answer within 2.5 s.":                   {},
		"It answered with an error, which Luneo's log has.": {err: errors.New("connection refused")},
	} {
		b, err := New(Options{Prometheus: p})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close() //nolint:errcheck // it returns nil
		s := b.Status(t.Context())
		if s.Level != levelStale || !strings.Contains(s.Sentence.String(), "does not answer") || s.Facts[0].Parts.String() != name {
			t.Errorf("%s: %+v", name, s)
		}
		if _, err := b.Alerts(t.Context()); err == nil {
			t.Error("the alerts are known")
		}
	}
}
