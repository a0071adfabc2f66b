package app_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// tally is what a trace must come to, counted here from the file itself,
// independently of the readers and the price table under test.
type tally struct {
	requests, errors int
	buckets          map[float64]uint64 // cumulative, by upper bound; both statuses
	micros           int64              // millionths of a cent
}

// bounds are the guide's for OpenAI durations.
func bounds() []float64 { return []float64{0.1, 0.5, 1, 2, 5, 10, 30, 60} }

func (c *tally) add(ms int64, failed bool, micros int64) {
	c.requests++
	c.micros += micros
	if failed {
		c.errors++
	}
	if c.buckets == nil {
		c.buckets = map[float64]uint64{}
	}
	for _, b := range bounds() {
		if ms <= int64(b*1000) {
			c.buckets[b]++
		}
	}
}

// perDollar is what a token at one dollar a million costs, in millionths of a
// cent: 100 cents by a million are 1e-4 cents.
const perDollar = 100

func rows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

func atoi(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func azureTally(t *testing.T, path string) map[string]*tally {
	c := &tally{}
	for _, row := range rows(t, path) {
		in, out := atoi(t, row[1]), atoi(t, row[2])
		c.add(400+20*out+in/20, false, in*perDollar*5/2+out*perDollar*10) // $2.50 and $10 a million
	}
	return map[string]*tally{"gpt-4o": c}
}

func burstTally(t *testing.T, path string) map[string]*tally {
	models := map[string]*tally{}
	for _, row := range rows(t, path) {
		in, out := atoi(t, row[3]), atoi(t, row[4])
		name, inPrice, outPrice := "gpt-4", int64(perDollar*30), int64(perDollar*60)
		if row[2] == "ChatGPT" {
			name, inPrice, outPrice = "gpt-3.5-turbo", perDollar/2, perDollar*3/2
		}
		if models[name] == nil {
			models[name] = &tally{}
		}
		failed := out == 0
		micros := in*inPrice + out*outPrice
		if failed {
			micros = 0
		}
		models[name].add(1000*atoi(t, row[1]), failed, micros)
	}
	return models
}

// TestReplayAgreesWithTheFile replays real traces with the real program, twice
// over, and holds /metrics against totals counted from the files.
func TestReplayAgreesWithTheFile(t *testing.T) {
	t.Parallel()
	data := testkit.TestData(t)
	for name, count := range map[string]func(*testing.T, string) map[string]*tally{
		"azure-2023-code.csv.gz": azureTally,
		"burstgpt3-slice.csv":    burstTally,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(data, "llm-traces", name)
			p := testkit.Start(t, "--data-dir", t.TempDir())
			want := count(t, path)
			n := 0
			for _, c := range want {
				n += c.requests
			}
			if s := replay(t, p.URL, path); s.Accepted != n || s.Duplicate != 0 || s.Rejected != 0 {
				t.Errorf("the summary says %+v, the file has %d rows", s, n)
			}
			if s := replay(t, p.URL, path); s.Accepted != 0 || s.Duplicate != n {
				t.Errorf("run again: %+v, want %d duplicates", s, n)
			}
			checkTallies(t, p.URL, want)
		})
	}
}

type replaySummary struct{ Sent, Accepted, Duplicate, Rejected int }

func replay(t *testing.T, url, path string) (s replaySummary) {
	t.Helper()
	cmd := exec.Command(testkit.Binary(t), "replay", path, "--url", url, "--json")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("replay: %v\n%s%s", err, out, stderr.String())
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func checkTallies(t *testing.T, url string, want map[string]*tally) {
	t.Helper()
	families := metricsOf(t, url)
	var cents int64
	for _, model := range slices.Sorted(maps.Keys(want)) {
		c := want[model]
		cents += c.micros
		label := "model=" + model
		if n := value(t, families, "luneo_openai_requests_total", label, "operation=chat"); n != float64(c.requests) {
			t.Errorf("%s: %v requests, the file has %d", model, n, c.requests)
		}
		if n := value(t, families, "luneo_openai_requests_error_total", label); n != float64(c.errors) {
			t.Errorf("%s: %v errors, the file has %d", model, n, c.errors)
		}
		if n := value(t, families, "luneo_openai_cost_cents", label); n != float64(c.micros)/1e6 {
			t.Errorf("%s: %v cents, the file comes to %v", model, n, float64(c.micros)/1e6)
		}
		got := map[float64]uint64{}
		for _, m := range families["luneo_openai_request_duration_seconds"].GetMetric() {
			for _, b := range m.GetHistogram().GetBucket() {
				if matches(m, []string{label}) && b.GetUpperBound() <= 60 {
					got[b.GetUpperBound()] += b.GetCumulativeCount()
				}
			}
		}
		for _, b := range bounds() {
			if got[b] != c.buckets[b] {
				t.Errorf("%s: %d up to %v s, the file has %d", model, got[b], b, c.buckets[b])
			}
		}
	}
	if n := value(t, families, "luneo_ai_cost_current_cents", "time_window=24h"); n != float64(cents)/1e6 {
		t.Errorf("%v cents in 24 h, the file comes to %v", n, fmt.Sprint(float64(cents)/1e6))
	}
}
