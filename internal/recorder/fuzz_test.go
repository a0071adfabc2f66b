package recorder_test

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/recorder"
)

// FuzzReplay gives the reader of records any bytes: an error or events, never
// a panic and never a large allocation for a small record.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0})
	f.Add([]byte{1, 0x80, 0xC0, 0xE4, 0xF5, 0x32, 0, 1, 0, 1, 0x12, 6, 'g', 'p', 't', '-', '4', 'o', 4, 'c', 'h', 'a', 't', 0, 0x80, 0x94, 0xEB, 0xDC, 3, 0})
	f.Add([]byte{2, '{', '"', 'm', 'e', 't', 'r', 'i', 'c', '"', ':', '"', 'x', '"', '}'})
	f.Add([]byte{9})
	f.Fuzz(func(_ *testing.T, record []byte) {
		r := recorder.New(recorder.Options{Meter: meter.New(meter.Options{}), Pricer: prices{}})
		_ = r.Replayer()(1, record) // any error will do
	})
}
