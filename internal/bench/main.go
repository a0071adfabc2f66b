// Command bench measures Luneo beside its peers and its limits. Each
// comparison runs its sides in turn, several times in one run, since disks and
// machines drift; it prints the median of each figure, and the CPU time that
// the server spent for an event. Nothing else should run meanwhile.
//
// It needs wrk, nginx, prometheus, prometheus-alertmanager, prometheus-pushgateway and
// victoria-metrics, redis and Node for queues, and chromium for the web UI, which `make bench` installs where
// it may.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "times that each side of a comparison runs")
	seconds := flag.Int("seconds", 3, "length of each run")
	only := flag.String("only", "", "comma-separated names of comparisons; all when empty")
	be := flag.String("be", "", "be a server of the benchmark: bare, upstream or reverseproxy")
	to := flag.String("to", "", "where -be reverseproxy passes requests on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *be != "" {
		fail(serve(ctx, *be, *to))
		return
	}
	dir, err := os.MkdirTemp("", "luneo-bench-")
	fail(err)
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	b := &bench{ctx: ctx, dir: dir, rounds: *rounds, run: time.Duration(*seconds) * time.Second}
	fail(b.build())
	for _, c := range comparisons() {
		if *only == "" || slices.Contains(strings.Split(*only, ","), c.name) {
			fmt.Printf("\n%s: %s\n", c.name, c.what)
			fail(c.measure(b))
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// comparison is one question that the benchmark answers.
type comparison struct {
	name, what string
	measure    func(*bench) error
}

func comparisons() []comparison {
	return []comparison{
		{"intake64", "single events at 64 connections, requests a second", (*bench).intake64},
		{"intake1", "single events at one connection, time to the answer beside one fdatasync", (*bench).intake1},
		{"batch", "batches of 1,000 events at 8 connections, events a second", (*bench).batch},
		{"gateway", "calls through the gateway beside nginx, a bare ReverseProxy and Portkey", (*bench).gateway},
		{"gatewaystreams", "streams through the gateway beside nginx and a bare ReverseProxy", (*bench).gatewayStreams},
		{"gatewayidle", "memory of idle streams through the gateway", (*bench).gatewayIdle},
		{"scrape", "a scrape of 10,000 series", (*bench).scrape},
		{"size", "the binary", (*bench).size},
		{"idle", "memory of an idle Luneo beside Debian's prometheus, alertmanager, pushgateway and statsd exporter", (*bench).idle},
		{"ready", "start to ready with 10,000 series of history, beside Debian's prometheus", (*bench).ready},
		{"detect", "the first error of a kind to its firing alert", (*bench).detect},
		{"told", "an alert's first firing to the request at its receiver, beside Debian's prometheus and alertmanager", (*bench).told},
		{"webui", "the web UI in a headless Chromium, and the first minute", (*bench).webui},
		{"queues", "the watch of BullMQ's queues", (*bench).queues},
		{"start", "start on an empty directory, replay of a million events", (*bench).start},
	}
}

// bench is the setting of all comparisons.
type bench struct {
	ctx    context.Context //nolint:containedctx // the life of the whole program
	dir    string
	luneo  string // the binary
	self   string // this program
	rounds int
	run    time.Duration
	n      int
}

// fresh returns a new directory on the disk that is measured.
func (b *bench) fresh() string {
	b.n++
	return filepath.Join(b.dir, fmt.Sprint("data-", b.n))
}

// figures collects the values of one side by their names.
type figures map[string][]float64

func (f figures) add(name string, v float64) { f[name] = append(f[name], v) }

func (f figures) median(name string) float64 {
	v := slices.Sorted(slices.Values(f[name]))
	if len(v) == 0 {
		return 0
	}
	return v[len(v)/2]
}

func (f figures) worst(name string) float64 {
	if len(f[name]) == 0 {
		return 0
	}
	return slices.Max(f[name])
}

// atLeast prints a figure beside a goal that it is to reach.
func atLeast(what string, got, goal float64) {
	verdict(what, got, fmt.Sprint("at least ", goal), map[bool]string{true: "met", false: "MISSED"}[got >= goal])
}

// atMost prints a figure beside a goal that it is to stay below.
func atMost(what string, got, goal float64) {
	verdict(what, got, fmt.Sprint("at most ", goal), map[bool]string{true: "met", false: "MISSED"}[got <= goal])
}

func verdict(what string, got float64, goal, word string) {
	fmt.Printf("  => %s %.3g (goal: %s, %s)\n", what, got, goal, word)
}
