package meter_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/testkit"
)

var epoch = time.Unix(1_750_000_000, 0)

func newMeter(now *time.Time, maxSeries int) *meter.Meter {
	return meter.New(meter.Options{
		Windows:   []meter.Window{{Label: "15m", Minutes: 15}, {Label: "1h", Minutes: 60}, {Label: "24h", Minutes: 1440}},
		MaxSeries: maxSeries, Now: func() time.Time { return *now },
	})
}

func gather(t *testing.T, m *meter.Meter) []*dto.MetricFamily {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(m.Collector())
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// exposed is the meter in OpenMetrics, start timestamps included.
func exposed(t *testing.T, m *meter.Meter) string {
	t.Helper()
	var b bytes.Buffer
	for _, f := range gather(t, m) {
		if _, err := expfmt.MetricFamilyToOpenMetrics(&b, f, expfmt.WithCreatedLines()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// oneOfEach has at least one event of each type and outcome.
func oneOfEach() []kpi.Event {
	usage := &kpi.Usage{Input: 1200, CachedInput: 1000, Output: 80, Reasoning: 30}
	return []kpi.Event{
		{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"ai-generation"}, HasDuration: true, Duration: seconds(12.5), HasOldest: true, Oldest: seconds(61.25)},
		{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"ai-generation"}, HasDuration: true, Duration: seconds(10)},
		{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}, HasDuration: true, Duration: seconds(1.5), Basis: kpi.CostPriced, Cost: 123_456, Usage: usage},
		{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat", "rate_limit"}, Failed: true, HasDuration: true, Duration: seconds(0.2)},
		{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"dall-e-3", "image_generation"}, HasDuration: true, Duration: seconds(8.2), Basis: kpi.CostStated, Cost: 4 * kpi.Cent},
		{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"new-model", "chat"}, HasDuration: true, Duration: seconds(100), Basis: kpi.CostUnknown},
		{
			Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat"}, HasDuration: true, Duration: seconds(4.5), Basis: kpi.CostPriced, Cost: 2 * kpi.Cent, Usage: usage,
			Call: &kpi.Call{Upstream: "openai", Tag: "shop-a", FirstToken: seconds(0.5), Retry: 1},
		},
		{
			Type: kpi.TypeOpenAI, Dims: kpi.Dims{"new-model", "chat"}, HasDuration: true, Duration: seconds(2), Basis: kpi.CostUnknown, Usage: usage,
			Call: &kpi.Call{Upstream: "groq", Tag: "shop-a"},
		},
		{
			Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat", "client_closed"}, HasDuration: true, Duration: seconds(1), Failed: true, Basis: kpi.CostUnknown,
			Call: &kpi.Call{Upstream: "openai", Unknown: kpi.ClientClosed},
		},
		{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"gpt-4o", "chat", "insufficient_quota"}, HasDuration: true, Duration: seconds(0.1), Failed: true, Call: &kpi.Call{Upstream: "openai"}},
		{Type: kpi.TypeRender, Dims: kpi.Dims{"3d", "high"}, HasDuration: true, Duration: seconds(45)},
		{Type: kpi.TypeRender, Dims: kpi.Dims{"2d", "preview", "timeout"}, Failed: true, HasDuration: true, Duration: seconds(601)},
		{Type: kpi.TypeEmbedHandshake, HasDuration: true, Duration: seconds(0.05)},
		{Type: kpi.TypeEmbedHandshake, Dims: kpi.Dims{"invalid_token", "shop.example"}, Failed: true, HasDuration: true, Duration: seconds(0.3)},
		{Type: kpi.TypeARConversion, Dims: kpi.Dims{"glb_to_usdz"}, HasDuration: true, Duration: seconds(20)},
		{Type: kpi.TypeARConversion, Dims: kpi.Dims{"glb_to_usdz", "invalid_mesh"}, Failed: true, HasDuration: true, Duration: seconds(2)},
		{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/products/:id", "200"}, HasDuration: true, Duration: seconds(0.012)},
		{Type: kpi.TypeQueueAdded, Dims: kpi.Dims{"render"}, Count: 40},
		{Type: kpi.TypeQueueJob, Dims: kpi.Dims{"render"}, HasDuration: true, Duration: seconds(3)},
		{Type: kpi.TypeQueueJob, Dims: kpi.Dims{"render"}, Failed: true},
		{Type: kpi.TypeQueueRetry, Dims: kpi.Dims{"render"}, Count: 2},
		{Type: kpi.TypeQueueStall, Dims: kpi.Dims{"render"}},
		{Type: kpi.TypeQueueMiss, Dims: kpi.Dims{"render", "trimmed"}, Count: 7},
	}
}

func TestExposition(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 0)
	m.Apply(epoch, oneOfEach())
	for _, u := range m.Unpriced() {
		m.Correct(epoch, []kpi.Correction{{UnpricedKey: u.UnpricedKey, Calls: u.Calls, Cost: 3 * kpi.Cent}})
	}
	m.Apply(epoch, oneOfEach())
	got := exposed(t, m)
	testkit.Golden(t, "testdata/exposition.txt", got)
	for _, metric := range kpi.Catalogue() {
		if has := strings.Contains(got, "# HELP "+strings.TrimSuffix(metric.Name, "_total")+" "+metric.Help); has == metric.Computed {
			t.Errorf("%s: shown: %v", metric.Name, has)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	now := epoch
	var events []kpi.Event
	for i := range 2000 {
		e := oneOfEach()[i%len(oneOfEach())]
		e.HasOldest = false
		e.Duration = time.Duration(i*i) * 1_234_567
		e.Cost *= kpi.Money(i)
		events = append(events, e)
	}
	in, mixed := newMeter(&now, 0), newMeter(&now, 0)
	in.Apply(epoch, events)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	for _, e := range events {
		mixed.Apply(epoch, []kpi.Event{e})
	}
	if a, b := exposed(t, in), exposed(t, mixed); a != b {
		t.Errorf("in order:\n%s\nmixed:\n%s", a, b)
	}
}

func TestRestoredStateIsEqual(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 0)
	m.Apply(epoch, oneOfEach())
	m.Apply(epoch.Add(time.Hour), oneOfEach()[:5])
	now = epoch.Add(time.Hour)
	var b bytes.Buffer
	write := m.Freeze()
	m.Apply(now, oneOfEach()) // a frozen state does not move
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	again, want := newMeter(&now, 0), newMeter(&now, 0)
	want.Apply(epoch, oneOfEach())
	want.Apply(now, oneOfEach()[:5])
	if err := again.Restore(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if got := exposed(t, again); got != exposed(t, want) {
		t.Errorf("restored:\n%s\nwant:\n%s", got, exposed(t, want))
	}
	for _, bad := range []string{`{"metric":"luneo_unknown"}`, `{"metric":"luneo_renders_total","labels":["a"]}`, `{"metric":`, `no`} {
		if err := newMeter(&now, 0).Restore(strings.NewReader(bad)); err == nil {
			t.Errorf("Restore(%s) found nothing wrong", bad)
		}
	}
}

func TestFloorOnlyRaises(t *testing.T) {
	t.Parallel()
	now := epoch
	shown, lost := newMeter(&now, 0), newMeter(&now, 0)
	shown.Apply(epoch, oneOfEach())
	lost.Apply(epoch, oneOfEach()[5:])
	marks := shown.Marks()
	if again := shown.Marks(); again != nil {
		t.Errorf("nothing has changed, yet there are marks: %s", again)
	}
	want := exposed(t, shown)
	for range 2 {
		if err := lost.Floor(marks); err != nil {
			t.Fatal(err)
		}
	}
	got := exposed(t, lost)
	// The gauges that may fall are not marked.
	for line := range strings.Lines(want) {
		falls := strings.Contains(line, "luneo_ai_cost_current_cents") || strings.Contains(line, "luneo_worker_queue_wait_time_current_seconds")
		if !falls && !strings.HasPrefix(line, "luneo_meter_") && !strings.Contains(got, line) {
			t.Errorf("not raised to %s", line)
		}
	}
}

func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 50)
	for i := range 1000 {
		m.Apply(epoch, []kpi.Event{{Type: kpi.TypeRender, Dims: kpi.Dims{fmt.Sprint("t", i%40), fmt.Sprint("q", i/40)}, HasDuration: true}})
	}
	var sum float64
	for _, f := range gather(t, m) {
		if f.GetName() != "luneo_renders_total" {
			continue
		}
		if n := len(f.GetMetric()); n != 51 {
			t.Errorf("%d series, want 50 and other", n)
		}
		for _, s := range f.GetMetric() {
			sum += s.GetCounter().GetValue()
		}
	}
	if sum != 1000 {
		t.Errorf("the sum is %v, want 1000", sum)
	}
	if text := exposed(t, m); !strings.Contains(text, `luneo_meter_series_folded_total{metric="luneo_renders_total"} 950.0`) {
		t.Error("what was folded is not shown")
	}
}

func TestCurrentWaitFades(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 0)
	say := kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{"q"}, HasOldest: true, Oldest: 5 * time.Second}
	m.Apply(now, []kpi.Event{say})
	shown := func() bool { return strings.Contains(exposed(t, m), `current_seconds{queue_name="q"}`) }
	now = epoch.Add(2 * time.Minute)
	if !shown() {
		t.Error("gone before its time")
	}
	now = now.Add(time.Millisecond)
	if shown() {
		t.Error("shown without renewal")
	}
	m.Apply(now, []kpi.Event{say})
	if !shown() {
		t.Error("renewed, and not shown")
	}
}

func TestWindowsOfSpend(t *testing.T) {
	t.Parallel()
	now := epoch.Truncate(time.Minute).Add(30 * time.Second)
	m := newMeter(&now, 0)
	spend := func(ago time.Duration, cents float64) {
		e := kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{"m", "chat"}, Basis: kpi.CostStated, Cost: kpi.MoneyFromCents(cents)}
		if ago != 0 {
			e.Time = now.Add(-ago)
		}
		m.Apply(now, []kpi.Event{e})
	}
	spend(0, 1)
	spend(10*time.Minute, 2)
	spend(15*time.Minute, 4) // the minute before the window
	spend(59*time.Minute, 8)
	spend(23*time.Hour, 16)
	spend(24*time.Hour, 32)   // the minute before the window
	spend(-5*time.Minute, 64) // counts when its minute comes
	want := func(m15, h1, h24 float64) {
		t.Helper()
		text := exposed(t, m)
		for label, v := range map[string]float64{"15m": m15, "1h": h1, "24h": h24} {
			if line := fmt.Sprintf("luneo_ai_cost_current_cents{time_window=%q} %.1f\n", label, v); !strings.Contains(text, line) {
				t.Errorf("missing %s", line)
			}
		}
	}
	want(3, 15, 31)
	now = now.Add(5 * time.Minute)
	want(65, 71, 95)
	now = now.Add(24 * time.Hour)
	want(0, 0, 0)
}

func BenchmarkApply(b *testing.B) {
	now := epoch
	m := newMeter(&now, 0)
	events := oneOfEach()
	b.ReportAllocs()
	for b.Loop() {
		m.Apply(epoch, events)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(events)), "ns/event")
}

// TestFollowedWaits: they are what they are at the scrape, come and go with
// their queue, are kept nowhere, and count before what clients say.
func TestFollowedWaits(t *testing.T) {
	t.Parallel()
	now := epoch
	m := newMeter(&now, 0)
	live := map[string]time.Duration{"watched": seconds(3)}
	m.FollowWaits(maps.All(live))
	for _, queue := range []string{"watched", "pushed"} {
		m.Apply(epoch, []kpi.Event{{Type: kpi.TypeQueueWait, Dims: kpi.Dims{queue}, HasOldest: true, Oldest: seconds(9)}})
	}
	check := func(m *meter.Meter, want ...string) {
		t.Helper()
		var got []string
		for line := range strings.Lines(exposed(t, m)) {
			if rest, ok := strings.CutPrefix(line, "luneo_worker_queue_wait_time_current_seconds{"); ok {
				got = append(got, strings.TrimSpace(rest))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("shown are %q, want %q", got, want)
		}
	}
	check(m, `queue_name="pushed"} 9.0`, `queue_name="watched"} 3.0`)
	live["watched"], live["new"] = seconds(4), 0
	check(m, `queue_name="new"} 0.0`, `queue_name="pushed"} 9.0`, `queue_name="watched"} 4.0`)
	clear(live)
	check(m, `queue_name="pushed"} 9.0`, `queue_name="watched"} 9.0`)
}
