package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Sequences of ANSI terminals (ECMA-48).
const (
	clearScreen = "\x1b[2J"
	home        = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// redraw writes a text over the one that is on a screen of so many lines.
func redraw(text string, height int) string {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) > height && height > 1 {
		hidden := len(lines) - height
		lines = append(lines[:height-1], fmt.Sprintf("… %d lines more: make the terminal higher", hidden))
	}
	return home + strings.ReplaceAll(strings.Join(lines, ""), "\n", clearLine+"\n") + clearBelow
}

// kpiTable is what the server's /metrics says, for people, 80 columns wide.
// Quantiles are the upper bounds of the buckets that hold them: more is not known.
func kpiTable(metrics string) (string, error) {
	f, err := parseMetrics(metrics)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, section := range []func(families) [][]string{
		queueRows, openAIRows, renderRows, embedRows, conversionRows, costRows,
	} {
		writeRows(&b, section(f))
	}
	return b.String(), nil
}

// writeRows writes a section whose first row is its heading.
func writeRows(b *strings.Builder, rows [][]string) {
	for _, row := range rows {
		line := fmt.Sprintf("%-35s", shorten(row[0], 35))
		for _, cell := range row[1:] {
			line += fmt.Sprintf("%9s", cell)
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(b)
}

func shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

func queueRows(f families) [][]string {
	rows := [][]string{{"QUEUE WAITS", "oldest", "jobs", "p50", "p95"}}
	const (
		wait    = "luneo_worker_queue_wait_time_seconds"
		current = "luneo_worker_queue_wait_time_current_seconds" // the only one of a queue that never started a job
	)
	for _, q := range f.groups([]string{wait, current}, "queue_name") {
		oldest := "-"
		if now := f.series(current, q.labels); len(now) > 0 {
			oldest = people(now[0].GetGauge().GetValue())
		}
		h := f.histogram(wait, q.labels)
		rows = append(rows, []string{"  " + q.name, oldest, count(h.count), h.quantile(0.50), h.quantile(0.95)})
	}
	return rows
}

func openAIRows(f families) [][]string {
	rows := [][]string{{"OPENAI", "calls", "errors", "p50", "p95", "cost"}}
	for _, g := range f.groups([]string{"luneo_openai_requests_total"}, "model", "operation") {
		row := f.attempts(g, "luneo_openai_requests_total", "luneo_openai_requests_error_total", "luneo_openai_request_duration_seconds")
		rows = append(rows, append(row, money(f.sum("luneo_openai_cost_cents", g.labels))))
	}
	return rows
}

func renderRows(f families) [][]string {
	rows := [][]string{{"RENDERS", "renders", "errors", "p50", "p95"}}
	for _, g := range f.groups([]string{"luneo_renders_total"}, "render_type", "quality") {
		rows = append(rows, f.attempts(g, "luneo_renders_total", "luneo_renders_error_total", "luneo_render_duration_seconds"))
	}
	return rows
}

func embedRows(f families) [][]string {
	const failures = "luneo_embed_handshake_failures_total"
	rows := [][]string{{"EMBEDS", "attempts", "errors", "p50", "p95"}}
	all := bundle{name: "all shops"}
	rows = append(rows, f.attempts(all, "luneo_embed_handshakes_total", failures, "luneo_embed_handshake_duration_seconds"))
	for _, g := range f.groups([]string{failures}, "failure_reason") {
		if n := f.sum(failures, g.labels); n > 0 { // failures are shown at 0 before the first
			rows = append(rows, []string{"  " + g.name, "", count(n)})
		}
	}
	return rows
}

func conversionRows(f families) [][]string {
	rows := [][]string{{"AR CONVERSIONS", "attempts", "errors", "p50", "p95"}}
	for _, g := range f.groups([]string{"luneo_ar_conversions_total"}, "conversion_type") {
		rows = append(rows, f.attempts(g, "luneo_ar_conversions_total", "luneo_ar_conversions_error_total", "luneo_ar_conversion_duration_seconds"))
	}
	return rows
}

func costRows(f families) [][]string {
	rows := [][]string{{"AI COST", "spent", "usual"}}
	for _, g := range f.groups([]string{"luneo_ai_cost_current_cents"}, "time_window") {
		usual := "-"
		if len(f.series("luneo_ai_cost_baseline_cents", g.labels)) > 0 {
			usual = money(f.sum("luneo_ai_cost_baseline_cents", g.labels))
		}
		rows = append(rows, []string{"  last " + g.name, money(f.sum("luneo_ai_cost_current_cents", g.labels)), usual})
	}
	return rows
}

// attempts is a row of how many, how many failed, and how long they took.
func (f families) attempts(g bundle, total, failed, duration string) []string {
	n, bad := f.sum(total, g.labels), f.sum(failed, g.labels)
	h := f.histogram(duration, g.labels)
	return []string{"  " + g.name, count(n), share(bad, n), h.quantile(0.50), h.quantile(0.95)}
}

// bundle is the series of a metric that share the values of some labels.
type bundle struct {
	name   string
	labels map[string]string
}

// groups finds the values that some labels of the metrics have, in order.
func (f families) groups(metrics []string, labels ...string) []bundle {
	found := map[string]bundle{}
	for _, name := range metrics {
		for _, m := range f[name].GetMetric() {
			g := bundleOf(m, labels)
			found[g.name] = g
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b bundle) int {
		return cmp.Or(cmp.Compare(windowLength(a.name), windowLength(b.name)), cmp.Compare(a.name, b.name))
	})
}

func bundleOf(m *dto.Metric, labels []string) bundle {
	g := bundle{labels: map[string]string{}}
	for _, l := range m.GetLabel() {
		if slices.Contains(labels, l.GetName()) {
			g.labels[l.GetName()] = l.GetValue()
		}
	}
	var values []string
	for _, l := range labels {
		values = append(values, printable(g.labels[l]))
	}
	g.name = strings.Join(values, " ")
	return g
}

// windowLength sorts 15m before 1h; other names are all the same.
func windowLength(name string) time.Duration {
	d, _ := time.ParseDuration(name)
	return d
}

// printable keeps a label's value on its line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// histogram is the sum of some series of a classic histogram.
type histogram struct {
	count   float64
	buckets map[float64]float64 // cumulative, by upper bound
}

func (f families) histogram(name string, labels map[string]string) histogram {
	h := histogram{buckets: map[float64]float64{}}
	for _, m := range f.series(name, labels) {
		h.add(m.GetHistogram())
	}
	return h
}

func (h *histogram) add(other *dto.Histogram) {
	h.count += float64(other.GetSampleCount())
	for _, b := range other.GetBucket() {
		h.buckets[b.GetUpperBound()] += float64(b.GetCumulativeCount())
	}
}

// quantile is the upper bound of the bucket that holds it.
func (h histogram) quantile(q float64) string {
	if h.count == 0 {
		return "-"
	}
	last := 0.0
	for _, bound := range slices.Sorted(maps.Keys(h.buckets)) {
		if math.IsInf(bound, 1) {
			break
		}
		if h.buckets[bound] >= q*h.count {
			return "≤ " + people(bound)
		}
		last = bound
	}
	return "> " + people(last)
}

// people writes seconds in units that people read.
func people(seconds float64) string {
	switch {
	case seconds == 0:
		return "0 s"
	case seconds < 1:
		return strconv.FormatFloat(math.Round(seconds*1000), 'f', 0, 64) + " ms"
	case seconds < 10:
		return strconv.FormatFloat(math.Round(seconds*10)/10, 'f', -1, 64) + " s"
	case seconds < 120:
		return strconv.FormatFloat(math.Round(seconds), 'f', 0, 64) + " s"
	}
	return strconv.FormatFloat(math.Round(seconds/6)/10, 'f', -1, 64) + " min"
}

func count(n float64) string { return group(int(n)) }

func share(part, whole float64) string {
	if whole == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*part/whole, 'f', 2, 64) + " %"
}

func money(cents float64) string {
	return "$" + strconv.FormatFloat(kpi.MoneyFromCents(cents).Cents()/100, 'f', 2, 64)
}
