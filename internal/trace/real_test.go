package trace_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/trace"
)

// totals are sums over the events of a trace.
type totals struct {
	rows, failed          int
	input, output, cached int64
	duration              time.Duration
	span                  time.Duration
}

// TestRealTraces recounts each file with encoding/csv, apart from the readers.
func TestRealTraces(t *testing.T) {
	t.Parallel()
	dir := testkit.TestData(t)
	for _, tt := range []struct {
		file    string
		rows    int
		recount func(t *testing.T, rows [][]string) totals
	}{
		{"azure-2023-code.csv.gz", 8819, recountAzure},
		{"mooncake-conversation.csv.gz", 12031, recountMooncake},
		{"burstgpt3-slice.csv", 132, recountBurstGPT},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(dir, "llm-traces", tt.file)
			want := tt.recount(t, testkit.Rows(t, name)[1:])
			got := readTotals(t, name)
			if got.rows != tt.rows || got != want {
				t.Errorf("got %+v, want %d rows and %+v", got, tt.rows, want)
			}
		})
	}
}

func readTotals(t *testing.T, name string) totals {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := trace.Open(f, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var sum totals
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return sum
		}
		if err != nil {
			t.Fatal(err)
		}
		sum.rows++
		sum.span = max(sum.span, row.Offset)
		body, err := row.AppendJSON(nil, noon)
		if err != nil {
			t.Fatal(err)
		}
		sum.add(t, body)
	}
}

func (s *totals) add(t *testing.T, body []byte) {
	t.Helper()
	var e struct {
		Status          string
		DurationSeconds float64
		Usage           struct {
			Prompt     int64 `json:"prompt_tokens"`
			Completion int64 `json:"completion_tokens"`
			Details    struct {
				Cached int64 `json:"cached_tokens"`
			} `json:"prompt_tokens_details"`
		}
	}
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	if e.Status == "error" {
		s.failed++
	}
	s.input += e.Usage.Prompt
	s.output += e.Usage.Completion
	s.cached += e.Usage.Details.Cached
	s.duration += time.Duration(e.DurationSeconds*1000+0.5) * time.Millisecond
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func recountAzure(t *testing.T, rows [][]string) totals {
	s := totals{rows: len(rows)}
	for _, r := range rows {
		in, out := number(t, r[1]), number(t, r[2])
		s.input, s.output = s.input+in, s.output+out
		s.duration += time.Duration(400+20*out+in/20) * time.Millisecond
	}
	s.span = azureTime(t, rows[len(rows)-1][0]).Sub(azureTime(t, rows[0][0]))
	return s
}

func azureTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05.0000000", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func recountMooncake(t *testing.T, rows [][]string) totals {
	s := totals{rows: len(rows)}
	for _, r := range rows {
		in, out := number(t, r[1]), number(t, r[2])
		s.input, s.output = s.input+in, s.output+out
		s.cached += min(in, 512*number(t, r[4]))
		s.duration += time.Duration(400+20*out+in/20) * time.Millisecond
		s.span = max(s.span, time.Duration(number(t, r[0]))*time.Millisecond)
	}
	return s
}

func recountBurstGPT(t *testing.T, rows [][]string) totals {
	s := totals{rows: len(rows)}
	for _, r := range rows {
		s.duration += time.Duration(number(t, r[1])) * time.Second
		s.span = max(s.span, time.Duration(number(t, r[0])-number(t, rows[0][0]))*time.Second)
		if number(t, r[4]) == 0 {
			s.failed++
			continue
		}
		s.input, s.output = s.input+number(t, r[3]), s.output+number(t, r[4])
	}
	return s
}
