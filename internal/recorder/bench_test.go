package recorder_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/recorder"
)

// nowhere is a journal without a disk, to measure what stands around it.
type nowhere struct{}

func (nowhere) Append(...[]byte) error { return nil }

func (nowhere) Seq() uint64 { return 0 }

func (nowhere) WriteSnapshot(uint64, func(io.Writer) error) (int64, error) { return 0, nil }

func benchRecorder() *recorder.Recorder {
	return recorder.New(recorder.Options{Journal: nowhere{}, Meter: meter.New(meter.Options{}), Pricer: prices{}})
}

func BenchmarkRecordSingle(b *testing.B) {
	r := benchRecorder()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Record(context.Background(), one(openai("", 1, 1))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecordBatch(b *testing.B) {
	const events = 1000
	r := benchRecorder()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		sub := kpi.Submission{Credential: "worker", Events: make([]kpi.Event, events)}
		for i := range sub.Events {
			n++
			sub.Events[i] = openai(fmt.Sprint(n), 1, 1)
		}
		if _, err := r.Record(context.Background(), sub); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
}
