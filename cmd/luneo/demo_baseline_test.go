package main

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestBaselineOfTheEmbeddedHistory: a server that starts on five days of history
// shows what a window usually costs, and explains it: which days it is made of
// and what the money went to.
func TestBaselineOfTheEmbeddedHistory(t *testing.T) {
	t.Parallel()
	p := writePastDemo(t, 7, time.Now().Truncate(time.Minute), 5*24*time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	base, wait, err := startDemoServer(ctx, serving{listen: "127.0.0.1:0", dataDir: p.dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
	shown := awaitBaseline(t, base, "1h")
	var x struct {
		Ready         bool
		BaselineCents float64
		CurrentCents  float64
		Windows       []struct{ Use string }
		Contributors  []struct {
			Model, Operation string
			Cents            float64
		}
	}
	resp, err := http.Get(base + "/api/cost/explain?window=1h")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if err := json.NewDecoder(resp.Body).Decode(&x); err != nil {
		t.Fatal(err)
	}
	counting := 0
	for _, w := range x.Windows {
		if w.Use != "left_out" {
			counting++
		}
	}
	if !x.Ready || counting < 3 || math.Abs(x.BaselineCents-shown) > 0.2*shown {
		t.Errorf("%d windows count, the explanation says %v, /metrics %v: %+v", counting, x.BaselineCents, shown, x)
	}
	if x.CurrentCents > 0 && len(x.Contributors) == 0 {
		t.Errorf("nobody says what %v cents went to", x.CurrentCents)
	}
}

// awaitBaseline polls /metrics until a window has a baseline.
func awaitBaseline(t *testing.T, base, window string) float64 {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		text, err := scrape(t.Context(), base, "")
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseMetrics(text)
		if err != nil {
			t.Fatal(err)
		}
		if v := f.sum("luneo_ai_cost_baseline_cents", map[string]string{"time_window": window}); v > 0 {
			return v
		}
	}
	t.Fatal("there is no baseline")
	return 0
}
