package recorder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"

	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/meter"
	"github.com/luneo-platform/luneo/internal/recorder"
	"github.com/luneo-platform/luneo/internal/testkit"
)

const dir = "journal"

// rig is a recorder on a real journal and a real meter.
type rig struct {
	*recorder.Recorder
	disk    *testkit.Disk
	journal *journal.Journal
	reg     *prometheus.Registry
	report  journal.Report
	stop    func()
	clock   *clock
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newClock() *clock { return &clock{t: time.Unix(1_750_000_000, 0)} }

// prices knows one model.
type prices struct{}

func (prices) Price(model, _ string, u kpi.Usage) (kpi.Money, bool) {
	return kpi.Money(u.Input+4*u.Output) * 250, model == "gpt-4o"
}

type settings struct {
	disk        *testkit.Disk
	clock       *clock
	labelValues int
	idLimit     int
	prices      recorder.Pricer // prices{} when nil
}

// start restores and runs a recorder. An error is the journal's.
func start(t *testing.T, s settings) (*rig, error) {
	t.Helper()
	if s.clock == nil {
		s.clock = newClock()
	}
	if s.prices == nil {
		s.prices = prices{}
	}
	r := &rig{disk: s.disk, reg: prometheus.NewRegistry(), clock: s.clock}
	var err error
	r.journal, err = journal.Open(journal.Options{Dir: dir, FS: s.disk, SegmentBytes: 8 << 10, Now: s.clock.now})
	if err != nil {
		return nil, err
	}
	m := meter.New(meter.Options{Windows: []meter.Window{{Label: "15m", Minutes: 15}, {Label: "1h", Minutes: 60}}, Now: s.clock.now})
	r.reg.MustRegister(m.Collector())
	r.Recorder = recorder.New(recorder.Options{
		Journal: r.journal, Meter: m, Pricer: s.prices, Registerer: r.reg,
		LabelValues: s.labelValues, IDLimit: s.idLimit, Now: s.clock.now,
	})
	if r.report, err = r.journal.Recover(journal.State{Load: r.Load, Apply: r.Replayer()}); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !r.disk.PowerGone() {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r, nil
}

func started(t *testing.T, s settings) *rig {
	t.Helper()
	r, err := start(t, s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// crash ends the recorder as a power loss would: nothing more reaches the disk.
func (r *rig) crash() {
	r.disk.CutPowerAfter(0)
	r.stop()
	r.disk.Crash()
}

func (r *rig) send(t *testing.T, sub kpi.Submission) kpi.Receipt {
	t.Helper()
	receipt, err := r.Record(t.Context(), sub)
	if err != nil {
		t.Fatalf("Record: %v", err)
	}
	return receipt
}

// text is what /metrics shows of the metrics whose name begins so.
func (r *rig) text(t *testing.T, prefix string) string {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), prefix) {
			if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}

func (r *rig) wantLine(t *testing.T, lines ...string) {
	t.Helper()
	text := r.text(t, "luneo_")
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			name, _, _ := strings.Cut(line, "{")
			t.Errorf("missing %s\nthere is:\n%s", line, r.text(t, name))
		}
	}
}

func openai(id string, seconds int, cents float64) kpi.Event {
	return kpi.Event{
		Type: kpi.TypeOpenAI, ID: id, Dims: kpi.Dims{"gpt-4o", "chat"}, HasDuration: true,
		Duration: time.Duration(seconds) * time.Second, Basis: kpi.CostStated, Cost: kpi.MoneyFromCents(cents),
	}
}

func one(events ...kpi.Event) kpi.Submission {
	return kpi.Submission{Credential: "worker", Events: events}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	conflict := func(index int, field string) kpi.Receipt {
		what, detail := "an event", "id for a new event"
		if field != "id" {
			what, detail = "a batch", "key for new content"
		}
		return kpi.Receipt{Rejected: []kpi.Violation{{
			Index: index, Kind: kpi.KindConflict, Field: field,
			Detail: "was used before for " + what + " with other content: use a new " + detail,
		}}}
	}
	batch := func(key string, events ...kpi.Event) kpi.Submission {
		return kpi.Submission{Credential: "worker", Key: key, Events: events}
	}
	later := openai("a", 1, 1)
	later.Time = time.Unix(1_750_000_100, 0)
	render := kpi.Event{Type: kpi.TypeRender, ID: "a", Dims: kpi.Dims{"2d", "high"}, HasDuration: true}
	cases := []struct {
		name  string
		sends []kpi.Submission
		want  []kpi.Receipt
		count int // of luneo_openai_requests_total
	}{
		{"no id counts each time", []kpi.Submission{one(openai("", 1, 1)), one(openai("", 1, 1))}, []kpi.Receipt{{Accepted: 1}, {Accepted: 1}}, 2},
		{"the same id counts once", []kpi.Submission{one(openai("a", 1, 1)), one(openai("a", 1, 1))}, []kpi.Receipt{{Accepted: 1}, {Duplicate: 1}}, 1},
		{"a new timestamp is no new content", []kpi.Submission{one(openai("a", 1, 1)), one(later)}, []kpi.Receipt{{Accepted: 1}, {Duplicate: 1}}, 1},
		{"other content is a conflict", []kpi.Submission{one(openai("a", 1, 1)), one(openai("a", 2, 1))}, []kpi.Receipt{{Accepted: 1}, conflict(0, "id")}, 1},
		{"within one submission", []kpi.Submission{one(openai("a", 1, 1), openai("b", 1, 1), openai("a", 1, 1))}, []kpi.Receipt{{Accepted: 2, Duplicate: 1}}, 2},
		{"another credential", []kpi.Submission{one(openai("a", 1, 1)), {Credential: "other", Events: []kpi.Event{openai("a", 2, 1)}}}, []kpi.Receipt{{Accepted: 1}, {Accepted: 1}}, 2},
		{"another type", []kpi.Submission{one(openai("a", 1, 1)), one(render)}, []kpi.Receipt{{Accepted: 1}, {Accepted: 1}}, 1},
		{"a batch key covers its events", []kpi.Submission{batch("k", openai("", 1, 1), openai("", 2, 1)), batch("k", openai("", 1, 1), openai("", 2, 1))}, []kpi.Receipt{{Accepted: 2}, {Duplicate: 2}}, 2},
		{"a batch key with other content", []kpi.Submission{batch("k", openai("", 1, 1)), batch("k", openai("", 2, 1))}, []kpi.Receipt{{Accepted: 1}, conflict(0, "Idempotency-Key")}, 1},
		{"a batch key is no event id", []kpi.Submission{batch("a", openai("", 1, 1)), one(openai("a", 1, 1))}, []kpi.Receipt{{Accepted: 1}, {Accepted: 1}}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := started(t, settings{disk: testkit.NewDisk(1)})
			for i, sub := range c.sends {
				if got := r.send(t, sub); fmt.Sprint(got) != fmt.Sprint(c.want[i]) {
					t.Errorf("submission %d: got %+v, want %+v", i, got, c.want[i])
				}
			}
			r.wantLine(t, fmt.Sprintf(`luneo_openai_requests_total{model="gpt-4o",operation="chat"} %d`, c.count))
		})
	}
}

func TestIDsOutliveACrash(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(3)
	for round := range 4 { // each restart writes a snapshot and goes on from it
		r := started(t, settings{disk: disk})
		for i := range 50 {
			want := kpi.Receipt{Accepted: 1}
			if round > 0 {
				want = kpi.Receipt{Duplicate: 1}
			}
			if got := r.send(t, one(openai(fmt.Sprint("id-", i), i, 0.5))); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("round %d, event %d: %+v, want %+v", round, i, got, want)
			}
		}
		r.wantLine(t, `luneo_openai_cost_cents{model="gpt-4o",operation="chat"} 25`, "luneo_dedup_ids 50")
		r.crash()
	}
}

func TestIDsAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := started(t, settings{disk: testkit.NewDisk(1), clock: clock})
	r.send(t, one(openai("a", 1, 1)))
	clock.advance(recorder.IDWindow - time.Second)
	if got := r.send(t, one(openai("a", 1, 1))); got.Duplicate != 1 {
		t.Errorf("just before the window ends: %+v", got)
	}
	clock.advance(time.Second)
	if got := r.send(t, one(openai("a", 1, 1))); got.Accepted != 1 {
		t.Errorf("after the window: %+v", got)
	}
}

func TestOldestIDsGiveWay(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := started(t, settings{disk: testkit.NewDisk(1), clock: clock, idLimit: 20_000})
	for i := range 3 { // more than a chunk of the ring, twice over
		var events []kpi.Event
		for k := range 15_000 {
			events = append(events, openai(fmt.Sprint(i, "-", k), 1, 1))
		}
		r.send(t, one(events...))
		clock.advance(time.Minute)
	}
	r.send(t, one(openai("last", 1, 1)))
	r.wantLine(t, "luneo_dedup_ids 20001", "luneo_dedup_ids_limit 20000", "luneo_dedup_window_seconds 120")
	if got := r.send(t, one(openai("2-0", 1, 1))); got.Duplicate != 1 {
		t.Errorf("a remembered id: %+v", got)
	}
	if got := r.send(t, one(openai("0-0", 1, 1))); got.Accepted != 1 {
		t.Errorf("a forgotten id: %+v", got)
	}
}

func TestDiskThatRefuses(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*testkit.Disk, bool){
		"failing sync": func(d *testkit.Disk, on bool) { d.FailSyncs(map[bool]int{true: -1}[on], syscall.EIO) },
		"full":         func(d *testkit.Disk, on bool) { d.SetFull(on) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := started(t, settings{disk: testkit.NewDisk(1)})
			r.send(t, one(openai("a", 1, 1)))
			fault(r.disk, true)
			n := 1
			var err error
			for err == nil && n < 1000 {
				if _, err = r.Record(t.Context(), one(openai(fmt.Sprint("x", n), 1, 1))); err == nil {
					n++
				}
			}
			var e *kpi.Error
			if !errors.As(err, &e) || e.Kind != kpi.KindUnavailable || e.RetryAfter == 0 {
				t.Fatalf("Record on a disk that refuses: %v", err)
			}
			line := `luneo_openai_requests_total{model="gpt-4o",operation="chat"} %d`
			r.wantLine(t, fmt.Sprintf(line, n))

			fault(r.disk, false)
			r.clock.advance(time.Second)
			if got := r.send(t, one(openai(fmt.Sprint("x", n), 1, 1))); got.Accepted != 1 {
				t.Errorf("the refused event, sent again: %+v, want it accepted", got)
			}
			r.wantLine(t, fmt.Sprintf(line, n+1))
			r.crash()
			again := started(t, settings{disk: r.disk})
			again.wantLine(t, fmt.Sprintf(line, n+1))
		})
	}
}

func TestPricing(t *testing.T) {
	t.Parallel()
	call := func(model string, basis kpi.CostBasis, u *kpi.Usage) kpi.Event {
		return kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{model, "chat"}, HasDuration: true, Basis: basis, Usage: u}
	}
	r := started(t, settings{disk: testkit.NewDisk(1)})
	r.send(t, one(
		call("gpt-4o", kpi.CostNone, &kpi.Usage{Input: 1000, Output: 100}),
		call("who-knows", kpi.CostNone, &kpi.Usage{Input: 1000}),
		call("said-nothing", kpi.CostUnknown, nil),
	))
	check := func(r *rig) {
		t.Helper()
		r.wantLine(
			t,
			`luneo_openai_cost_cents{model="gpt-4o",operation="chat"} 0.35`,
			`luneo_openai_unpriced_requests_total{model="who-knows"} 1`,
			`luneo_openai_unpriced_requests_total{model="said-nothing"} 1`,
			`luneo_openai_tokens_total{model="who-knows",operation="chat",token_type="input"} 1000`,
			`luneo_ai_cost_current_cents{time_window="15m"} 0.35`,
		)
		if text := r.text(t, "luneo_openai_cost_cents"); strings.Contains(text, "who-knows") {
			t.Errorf("an unpriced model has a cost:\n%s", text)
		}
	}
	check(r)
	r.crash()
	check(started(t, settings{disk: r.disk}))
}

func TestLimitedModelKeepsItsPrice(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1), labelValues: 1})
	for _, model := range []string{"first-come", "gpt-4o"} {
		r.send(t, one(kpi.Event{Type: kpi.TypeOpenAI, Dims: kpi.Dims{model, "chat"}, HasDuration: true, Usage: &kpi.Usage{Input: 1000, Output: 100}}))
	}
	r.wantLine(
		t,
		`luneo_openai_cost_cents{model="other",operation="chat"} 0.35`,
		`luneo_openai_unpriced_requests_total{model="first-come"} 1`,
	)
}

func TestLabelsAreLimited(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1), labelValues: 10})
	const shops = 50_000
	for from := 0; from < shops; from += 5000 {
		var events []kpi.Event
		for i := from; i < from+5000; i++ {
			events = append(events, kpi.Event{Type: kpi.TypeEmbedHandshake, Failed: true, HasDuration: true, Dims: kpi.Dims{"timeout", fmt.Sprintf("shop-%d.example", i)}})
		}
		r.send(t, one(events...))
	}
	check := func(r *rig) {
		t.Helper()
		r.wantLine(t,
			fmt.Sprintf(`luneo_embed_handshake_failures_total{failure_reason="timeout",shop_domain="other"} %d`, shops-10),
			`luneo_embed_handshake_failures_total{failure_reason="timeout",shop_domain="shop-9.example"} 1`,
			fmt.Sprintf(`luneo_embed_handshakes_total{status="error"} %d`, shops),
			`luneo_label_values{event="embed-handshake",label="shop_domain"} 10`,
			`luneo_label_values_limit 10`)
		if n := strings.Count(r.text(t, "luneo_embed_handshake_failures_total"), "\nluneo_"); n != 12 {
			t.Errorf("%d series, want 10 shops, other, and the zero of other reasons", n)
		}
	}
	check(r)
	r.wantLine(t, fmt.Sprintf(`luneo_label_values_limited_total{event="embed-handshake",label="shop_domain"} %d`, shops-10))
	r.crash()
	check(started(t, settings{disk: r.disk, labelValues: 10}))
}

// TestDamageNeverLowersACounter corrupts a record after what it counted was
// shown: the counter comes back no lower, or Prometheus would see a reset
// followed by the whole count.
func TestDamageNeverLowersACounter(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	for range 20 {
		r.send(t, one(openai("", 7, 2)))
	}
	r.Exposed()
	for !strings.Contains(r.text(t, "luneo_journal_records_total"), "\nluneo_journal_records_total 21\n") {
		if t.Context().Err() != nil {
			t.Fatal("what was shown is not marked")
		}
	}
	r.crash()
	segment := filepath.Join(dir, r.disk.FilesWith(dir, ".seg")[0])
	r.disk.Corrupt(segment, 30, 4)

	again := started(t, settings{disk: r.disk})
	if again.report.Lost() != 1 {
		t.Fatalf("report: %+v, want one lost record", again.report)
	}
	text := again.text(t, "luneo_openai_requests_total")
	if !strings.Contains(text, "} 20\n") {
		t.Errorf("restored below the 20 that were shown:\n%s", text)
	}
}

func TestStateIsTheSameAfterACrash(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	for i := range 200 {
		r.clock.advance(time.Second)
		r.send(t, one(
			openai(fmt.Sprint(i), i%70, 0.123456*float64(i)),
			kpi.Event{Type: kpi.TypeQueueWait, Dims: kpi.Dims{fmt.Sprint("q", i%3)}, HasDuration: i%2 == 0, Duration: time.Duration(i) * time.Second, HasOldest: true, Oldest: time.Minute},
			kpi.Event{Type: kpi.TypeARConversion, Failed: i%5 == 0, Dims: kpi.Dims{"glb_to_usdz", map[bool]string{true: "oom"}[i%5 == 0]}, HasDuration: true, Duration: 3 * time.Second},
			kpi.Event{Type: kpi.TypeHTTPRequest, Dims: kpi.Dims{"GET", "/x", "200"}, HasDuration: true, Duration: time.Duration(i) * time.Millisecond},
		))
	}
	want := gatherAll(t, r)
	r.crash()
	again := started(t, settings{disk: r.disk, clock: r.clock})
	if got := gatherAll(t, again); got != want {
		t.Errorf("after a crash:\n%s\nbefore:\n%s", got, want)
	}
	again.stop() // in order, with a snapshot
	third := started(t, settings{disk: r.disk, clock: r.clock})
	if got := gatherAll(t, third); got != want {
		t.Errorf("from a snapshot:\n%s\nbefore:\n%s", got, want)
	}
	if third.report.Records != 0 {
		t.Errorf("%d records were replayed after a stop in order, want 0", third.report.Records)
	}
}

// gatherAll is the catalogue's metrics with their start timestamps.
func gatherAll(t *testing.T, r *rig) string {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	known := map[string]bool{}
	for _, m := range kpi.Catalogue() {
		known[m.Name] = true
	}
	for _, f := range families {
		if known[f.GetName()] {
			fmt.Fprintln(&b, f.String())
		}
	}
	return b.String()
}

func TestOwnMetricsPassTheLinter(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	problems, err := promlint.New(strings.NewReader(r.text(t, "luneo_"))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	guide := map[string]bool{}
	for _, m := range kpi.Catalogue() {
		guide[m.Name] = m.Guide
	}
	for _, p := range problems {
		if !guide[p.Metric] {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestConcurrentSenders(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 100 {
				if _, err := r.Record(t.Context(), one(openai(fmt.Sprint("id", i), 1, 1), openai("", g, 1))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	r.wantLine(t, `luneo_openai_requests_total{model="gpt-4o",operation="chat"} 1700`)
}

func TestStoppedRecorderSaysSo(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1)})
	r.stop()
	_, err := r.Record(t.Context(), one(openai("a", 1, 1)))
	var e *kpi.Error
	if !errors.As(err, &e) || e.Kind != kpi.KindUnavailable {
		t.Fatalf("Record after Run: %v", err)
	}
}
