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

func TestProgressInWords(t *testing.T) {
	t.Parallel()
	unpaced := plan{rows: 8819}
	paced := plan{rows: 8819, length: time.Hour}
	for _, tt := range []struct {
		plan    plan
		now     progress
		elapsed time.Duration
		want    string
	}{
		{unpaced, progress{}, 0, "0/s"},
		{unpaced, progress{answered: 4000}, 2 * time.Second, "2,000/s, 2s left"},
		{unpaced, progress{answered: 8819}, 2 * time.Second, "4,409/s, 0s left"},
		{paced, progress{answered: 100}, 10 * time.Minute, "0/s, 50m0s left"},
		{paced, progress{answered: 100, lag: 90 * time.Second}, 10 * time.Minute, "0/s, 51m30s left, 1m30s behind"},
		{paced, progress{answered: 8819}, 2 * time.Hour, "1/s, 0s left"},
	} {
		if got := tt.plan.pace(tt.now, tt.elapsed); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
