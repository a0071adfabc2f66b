package main

import (
	"errors"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/sender"
	"github.com/luneo-platform/luneo/internal/trace"
)

func TestReplayReport(t *testing.T) {
	t.Parallel()
	good := &replayReport{
		file: "azure.csv.gz", survey: trace.Survey{Format: trace.Azure, Rows: 8819, Last: 57*time.Minute + 16*time.Second},
		took: 1300 * time.Millisecond, cost: 4760.894,
		result: sender.Summary{Sent: 8819, Accepted: 8819, Batches: 18, P50: 1234567, P99: 21500 * time.Microsecond},
	}
	bad := &replayReport{
		file: "-", survey: trace.Survey{Format: trace.Luneo, Rows: 5, First: -time.Hour, Last: 48 * time.Hour},
		took: 250 * time.Microsecond, costErr: errors.New("http://h/metrics answered 403 Forbidden"),
		result: sender.Summary{
			Sent: 5, Accepted: 1, Duplicate: 1, Ignored: 1, Rejected: 2, Retries: 3,
			Reasons: []sender.Reason{{Ref: 4, Field: "model", Detail: "is missing"}, {Ref: 5, Detail: "is not an object"}},
		},
	}
	matchGolden(t, "replay-reports.golden", good.text()+"\n"+bad.text())
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		now     progress
		elapsed time.Duration
		want    string
	}{
		{progress{}, 0, "0 of 8,819 rows, 0/s"},
		{progress{answered: 4000}, 2 * time.Second, "4,000 of 8,819 rows, 2,000/s, 2s left"},
		{progress{answered: 100, lag: 90 * time.Second}, 100 * time.Second, "100 of 8,819 rows, 1/s, 2h25m19s left, 1m30s behind"},
	} {
		if got := progressLine(tt.now, 8819, tt.elapsed); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
