package trace_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/trace"
)

func TestReadSpend(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte("timestamp,cents\n2026-03-02T00:00:00Z,1.5\n2026-03-02T00:05:00Z,0\n"))
	_ = z.Close()
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	want := []trace.Spend{{At: start, Money: 1_500_000}, {At: start.Add(5 * time.Minute)}}
	for name, text := range map[string]string{
		"RFC 3339": "timestamp,cents\n2026-03-02T00:00:00Z,1.5\n2026-03-02T01:05:00+01:00,0\n",
		"seconds":  "Timestamp,Cents\r\n1772409600,1.5\r\n1772409900,0\r\n",
		"swapped":  "cents,timestamp\n1.5,2026-03-02 00:00:00\n0,2026-03-02 00:05:00\n",
		"gzip":     zipped.String(),
	} {
		series, ok, err := trace.ReadSpend(strings.NewReader(text))
		if err != nil || !ok || len(series) != 2 || series[0] != want[0] || series[1] != want[1] {
			t.Errorf("%s: %v %v %v", name, series, ok, err)
		}
	}
}

func TestReadSpendNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"timestamp,cents\nyesterday,1\n":                `line 2, column 1 (timestamp) is "yesterday", expected RFC 3339 such as 2026-03-02T00:00:00Z, or seconds since 1970`,
		"timestamp,cents\n60,-1\n":                      `line 2, column 2 (cents) is "-1", expected a number of US cents from 0 to 1000000000`,
		"timestamp,cents\n60,NaN\n":                     `line 2, column 2 (cents) is "NaN", expected a number of US cents from 0 to 1000000000`,
		"timestamp,cents\n60,1\n\n60,1\n":               `line 4, column 1 (timestamp) is not after the one of the row before`,
		"timestamp,cents\n60,1,2\n":                     `line 2 has 3 columns, the header has 2`,
		"timestamp,cents\n60," + strings.Repeat("9", 4): `<nil>`,
	} {
		_, ok, err := trace.ReadSpend(strings.NewReader(text))
		got := "<nil>"
		if err != nil {
			got = err.Error()
		}
		if !ok || got != want {
			t.Errorf("%q: %v %s, want %s", text, ok, got, want)
		}
	}
	for _, text := range []string{"", "timestamp,value\n", `{"type":"openai"}`} {
		if _, ok, err := trace.ReadSpend(strings.NewReader(text)); ok || err != nil {
			t.Errorf("%q: %v %v, want something else", text, ok, err)
		}
	}
}

// TestByMinuteKeepsEveryMillionth spreads steps of five minutes, with a gap.
func TestByMinuteKeepsEveryMillionth(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_772_409_600, 0).UTC()
	minutes := trace.ByMinute([]trace.Spend{{at, 13}, {at.Add(5 * time.Minute), 5}, {at.Add(time.Hour), 0}})
	var got []kpi.Money
	var sum kpi.Money
	for _, m := range minutes {
		got = append(got, m.Money)
		sum += m.Money
	}
	if sum != 18 || len(got) != 15 || got[0] != 3 || got[4] != 2 || !minutes[10].At.Equal(at.Add(time.Hour)) {
		t.Errorf("%v", minutes)
	}
}

func FuzzReadSpend(f *testing.F) {
	f.Add([]byte("timestamp,cents\n2026-03-02T00:00:00Z,1.5\n60,2\n"))
	f.Add([]byte("cents,timestamp\n1e3,99999999999\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		series, ok, err := trace.ReadSpend(bytes.NewReader(text))
		if !ok || err != nil {
			return
		}
		var before, after kpi.Money
		for _, s := range series {
			before += s.Money
		}
		if len(series) > 100 {
			return
		}
		for _, s := range trace.ByMinute(series) {
			after += s.Money
		}
		if before != after {
			t.Errorf("%d became %d", before, after)
		}
	})
}
