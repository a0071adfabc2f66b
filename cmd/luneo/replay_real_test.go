package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// recount is what /metrics has to say of one model after a replay, worked out
// from the file with nothing of Luneo.
type recount struct {
	calls, errors         int
	input, output, cached int64
	buckets               map[float64]int // cumulative, of calls that succeeded
	nanocents             int64           // a billionth of a cent: exact for these prices
}

// price is a model's price in nanocents a token: a dollar a million tokens is
// a ten-thousandth of a cent.
type price struct{ input, cached, output int64 }

func (c *recount) add(p price, in, cached, out, millis int64) {
	c.calls++
	c.input, c.output, c.cached = c.input+in, c.output+out, c.cached+cached
	c.nanocents += (in-cached)*p.input + cached*p.cached + out*p.output
	for _, bound := range []float64{0.1, 0.5, 1, 2, 5, 10, 30, 60} {
		if float64(millis)/1000 <= bound {
			c.buckets[bound]++
		}
	}
}

const dollar = 100_000 // a dollar a million tokens, in nanocents a token

// TestReplayOfRealTracesAgreesWithTheFiles replays each trace to the real
// server, twice, and holds /metrics against an independent recount.
func TestReplayOfRealTracesAgreesWithTheFiles(t *testing.T) {
	t.Parallel()
	dir := testkit.TestData(t)
	for _, tt := range []struct {
		file    string
		rows    int
		recount func(t *testing.T, rows [][]string) map[string]*recount
	}{
		{"azure-2023-code.csv.gz", 8819, recountAzure},
		{"mooncake-conversation.csv.gz", 12031, recountMooncake},
		{"burstgpt3-slice.csv", 132, recountBurstGPT},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, "llm-traces", tt.file)
			url := realServer(t)
			first, err := runReplay(t.Context(), "", file, "--url", url)
			if err != nil || first.Accepted != tt.rows {
				t.Fatalf("accepted %d of %d: %v", first.Accepted, tt.rows, err)
			}
			second, err := runReplay(t.Context(), "", file, "--url", url, "--batch", "77", "--gzip")
			if err != nil || second.Duplicate != tt.rows {
				t.Fatalf("%d of %d are duplicates: %v", second.Duplicate, tt.rows, err)
			}
			text, err := scrape(t.Context(), url, "")
			if err != nil {
				t.Fatal(err)
			}
			f, err := parseMetrics(text)
			if err != nil {
				t.Fatal(err)
			}
			for model, want := range tt.recount(t, testkit.Rows(t, file)[1:]) {
				compare(t, f, model, want)
			}
		})
	}
}

// realServer runs Luneo itself until the test ends.
func realServer(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	url, wait, err := startDemoServer(ctx, serving{listen: "127.0.0.1:0", dataDir: t.TempDir()})
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
	return url
}

func compare(t *testing.T, f families, model string, want *recount) {
	t.Helper()
	labels := map[string]string{"model": model, "operation": "chat"}
	with := func(name, value string) map[string]string {
		return map[string]string{"model": model, "operation": "chat", name: value}
	}
	h := f.histogram("luneo_openai_request_duration_seconds", with("status", "success"))
	got := fmt.Sprintf("calls %v errors %v observed %v input %v cached %v output %v cents %.9f",
		f.sum("luneo_openai_requests_total", labels), f.sum("luneo_openai_requests_error_total", labels), h.count,
		f.sum("luneo_openai_tokens_total", with("token_type", "input")),
		f.sum("luneo_openai_tokens_total", with("token_type", "cached_input")),
		f.sum("luneo_openai_tokens_total", with("token_type", "output")),
		f.sum("luneo_openai_cost_cents", labels))
	expected := fmt.Sprintf("calls %v errors %v observed %v input %v cached %v output %v cents %.9f",
		float64(want.calls), float64(want.errors), float64(want.calls-want.errors),
		float64(want.input), float64(want.cached), float64(want.output), float64(want.nanocents)/1e9)
	if got != expected {
		t.Errorf("%s:\ngot  %s\nwant %s", model, got, expected)
	}
	for bound, n := range want.buckets {
		if h.buckets[bound] != float64(n) {
			t.Errorf("%s: bucket %v has %v, want %d", model, bound, h.buckets[bound], n)
		}
	}
}

func whole(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func modelled(in, out int64) (millis int64) { return 400 + 20*out + in/20 }

func recountAzure(t *testing.T, rows [][]string) map[string]*recount {
	c := &recount{buckets: map[float64]int{}}
	for _, r := range rows {
		in, out := whole(t, r[1]), whole(t, r[2])
		c.add(price{input: 2.5 * dollar, output: 10 * dollar}, in, 0, out, modelled(in, out))
	}
	return map[string]*recount{"gpt-4o": c}
}

func recountMooncake(t *testing.T, rows [][]string) map[string]*recount {
	c := &recount{buckets: map[float64]int{}}
	for _, r := range rows {
		in, out := whole(t, r[1]), whole(t, r[2])
		cached := min(in, 512*whole(t, r[4]))
		c.add(price{input: 2.5 * dollar, cached: 1.25 * dollar, output: 10 * dollar}, in, cached, out, modelled(in, out))
	}
	return map[string]*recount{"gpt-4o": c}
}

func recountBurstGPT(t *testing.T, rows [][]string) map[string]*recount {
	all := map[string]*recount{
		"gpt-4":         {buckets: map[float64]int{}},
		"gpt-3.5-turbo": {buckets: map[float64]int{}},
	}
	for _, r := range rows {
		c, p := all["gpt-4"], price{input: 30 * dollar, output: 60 * dollar}
		if r[2] == "ChatGPT" {
			c, p = all["gpt-3.5-turbo"], price{input: 0.5 * dollar, output: 1.5 * dollar}
		}
		if whole(t, r[4]) == 0 {
			c.calls++
			c.errors++
			continue
		}
		c.add(p, whole(t, r[3]), 0, whole(t, r[4]), 1000*whole(t, r[1]))
	}
	return all
}
