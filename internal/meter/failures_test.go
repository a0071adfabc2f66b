package meter_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
)

// failureSeries are the values of the counters of failures, by series.
func failureSeries(t *testing.T, m *meter.Meter) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for _, f := range gather(t, m) {
		if !strings.HasSuffix(f.GetName(), "_error_total") && !strings.HasSuffix(f.GetName(), "_failures_total") {
			continue
		}
		for _, s := range f.GetMetric() {
			name := f.GetName()
			for _, l := range s.GetLabel() {
				name += " " + l.GetValue()
			}
			values[name] = s.GetCounter().GetValue()
		}
	}
	return values
}

// TestFailuresBeginAtZero: one event of a kind, whatever became of it, shows
// the failures of that kind.
func TestFailuresBeginAtZero(t *testing.T) {
	t.Parallel()
	now := epoch
	for _, c := range []struct {
		event kpi.Event
		zero  string
		error string // the series of the failure itself
	}{
		{kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}}, "luneo_openai_requests_error_total other gpt-4o chat", ""},
		{kpi.Event{Type: kpi.TypeRender, Dims: kpi.Dims{"3d", "high"}}, "luneo_renders_error_total other high 3d", ""},
		{kpi.Event{Type: kpi.TypeARConversion, Dims: kpi.Dims{"glb_to_usdz"}}, "luneo_ar_conversions_error_total glb_to_usdz other", ""},
		{kpi.Event{Type: kpi.TypeEmbedHandshake}, "luneo_embed_handshake_failures_total other other", ""},
		{kpi.Event{Type: kpi.TypeRender, Failed: true, Dims: kpi.Dims{"3d", "high", "timeout"}}, "luneo_renders_error_total other high 3d", "luneo_renders_error_total timeout high 3d"},
		{kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, Dims: kpi.Dims{"timeout", "a.example"}}, "luneo_embed_handshake_failures_total other other", "luneo_embed_handshake_failures_total timeout a.example"},
		{kpi.Event{Type: kpi.TypeRender, Failed: true, Dims: kpi.Dims{"3d", "high", kpi.LabelOther}}, "", "luneo_renders_error_total other high 3d"},
		{kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/", "500"}}, "", ""},
		{kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"q"}}, "", ""},
	} {
		m := newMeter(&now, 0)
		m.Apply(epoch, []kpi.Event{c.event})
		want := map[string]float64{}
		if c.zero != "" {
			want[c.zero] = 0
		}
		if c.error != "" {
			want[c.error] = 1
		}
		if got := failureSeries(t, m); !maps.Equal(got, want) {
			t.Errorf("%v: %v, want %v", c.event, got, want)
		}
	}
}

// TestOtherKeepsItsStart: the zero is as old as the first event of its kind,
// also when a failure that counts there comes later, and through a restart.
func TestOtherKeepsItsStart(t *testing.T) {
	t.Parallel()
	now := epoch
	m, again := newMeter(&now, 0), newMeter(&now, 0)
	m.Apply(epoch, []kpi.Event{{Type: kpi.TypeRender, Dims: kpi.Dims{"3d", "high"}}})
	if err := again.Floor(m.Marks()); err != nil { // a crash that left only marks
		t.Fatal(err)
	}
	again.Apply(epoch.Add(time.Hour), []kpi.Event{{Type: kpi.TypeRender, Failed: true, Dims: kpi.Dims{"3d", "high", kpi.LabelOther}}})
	const labels = `{error_type="other",quality="high",render_type="3d"}`
	for _, line := range []string{"luneo_renders_error_total" + labels + " 1.0\n", "luneo_renders_error_created" + labels + " 1.75e+09\n"} {
		if got := exposed(t, again); !strings.Contains(got, line) {
			t.Errorf("missing %s in\n%s", line, got)
		}
	}
}

// TestOlderStateGetsItsZeros: a state that a version without them wrote.
func TestOlderStateGetsItsZeros(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 0)
	if err := m.Restore(strings.NewReader(`{"metric":"luneo_renders_total","labels":["3d","high"],"created":1700000000000,"value":7}`)); err != nil {
		t.Fatal(err)
	}
	if got := failureSeries(t, m); len(got) != 0 {
		t.Errorf("restored: %v, want what was written", got)
	}
	m.Apply(now, []kpi.Event{{Type: kpi.TypeRender, Dims: kpi.Dims{"3d", "high"}}})
	if got := failureSeries(t, m); len(got) != 1 {
		t.Errorf("after an event: %v, want a zero", got)
	}
}

// TestZerosTakeNoRoomFromCounts: at the limit no zero is made, and none counts
// as folded.
func TestZerosTakeNoRoomFromCounts(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 2)
	for i := range 5 {
		m.Apply(epoch, []kpi.Event{{Type: kpi.TypeRender, Dims: kpi.Dims{fmt.Sprint(i), "high"}}})
	}
	if got := failureSeries(t, m); len(got) != 2 {
		t.Errorf("%v, want two", got)
	}
	if text := exposed(t, m); !strings.Contains(text, `luneo_meter_series_folded_total{metric="luneo_renders_error_total"} 0.0`) {
		t.Error("zeros were folded")
	}
}
