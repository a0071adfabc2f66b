package setup_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

func benchmarkRecorded(b *testing.B, n int) {
	w := newBench()
	events := make([]kpi.Event, n)
	for i := range events {
		events[i] = kpi.Event{Type: kpi.Type(1 + i%6), HasDuration: true, Duration: time.Second}
	}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			w.Recorded(events)
		}
	})
}

// BenchmarkRecorded is what watching costs each request with one event.
func BenchmarkRecorded(b *testing.B) { benchmarkRecorded(b, 1) }

// BenchmarkRecordedBatch is what it costs a batch of a thousand of all types.
func BenchmarkRecordedBatch(b *testing.B) { benchmarkRecorded(b, 1000) }
