package workload_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/workload"
)

var morning = time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)

func newPlatform(t *testing.T, seed uint64, staging workload.Staging) *workload.Platform {
	t.Helper()
	p, err := workload.New(workload.Options{Rand: rand.New(rand.NewPCG(seed, 0)), Start: morning, Staging: staging})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type event struct {
	at   time.Time
	body []byte
	fields
}

// fields are those that the tests look at.
type fields struct {
	ID, Type, Model, ShopDomain, QueueName, ErrorType, FailureReason string

	StatusCode int
	Oldest     *float64 `json:"oldestWaitingSeconds"`
}

// run collects the events of a time.
func run(t *testing.T, p *workload.Platform, length time.Duration) []event {
	t.Helper()
	var all []event
	for {
		e, err := p.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e.At.After(morning.Add(length)) {
			return all
		}
		read := event{at: e.At, body: e.Body}
		if err := json.Unmarshal(e.Body, &read.fields); err != nil {
			t.Fatal(err)
		}
		all = append(all, read)
	}
}

func TestSameSeedSameEvents(t *testing.T) {
	t.Parallel()
	a, b, c := newPlatform(t, 1, nil), newPlatform(t, 1, nil), newPlatform(t, 2, nil)
	differs := false
	for range 5000 {
		x, errX := a.Next()
		y, errY := b.Next()
		z, errZ := c.Next()
		if err := errors.Join(errX, errY, errZ); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x.Body, y.Body) || !x.At.Equal(y.At) {
			t.Fatalf("the same seed gave\n%s\n%s", x.Body, y.Body)
		}
		differs = differs || !bytes.Equal(x.Body, z.Body)
	}
	if !differs {
		t.Error("another seed gave the same events")
	}
}

func TestEventsAreInOrderAndAsTheServerTakesThem(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	last := morning
	for _, e := range run(t, newPlatform(t, 3, nil), time.Hour) {
		if e.at.Before(last) {
			t.Fatalf("an event at %v follows one at %v", e.at, last)
		}
		last = e.at
		if ids[e.ID] {
			t.Fatalf("two events are named %s", e.ID)
		}
		ids[e.ID] = true
		schema, ok := kpi.SchemaNamed(e.Type)
		if !ok {
			t.Fatalf("no such type: %s", e.body)
		}
		checkFields(t, schema, e.body)
	}
}

func checkFields(t *testing.T, schema *kpi.Schema, body []byte) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		t.Fatal(err)
	}
	var anyOf bool
	known := 0
	for _, f := range kpi.Fields() {
		value, there := members[f.Name]
		if there {
			known++
			anyOf = anyOf || schema.AnyOf.Has(f.ID)
		}
		if there && !schema.Allowed.Has(f.ID) || !there && schema.Needed.Has(f.ID) {
			t.Fatalf("%s has or lacks %s: %s", schema.Name, f.Name, body)
		}
		if n, isNumber := value.(float64); isNumber && n < 0 {
			t.Fatalf("%s is negative: %s", f.Name, body)
		}
	}
	if known != len(members) || (schema.AnyOf != 0 && !anyOf) {
		t.Fatalf("%s has an unknown field or lacks one: %s", schema.Name, body)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	const length = 4 * time.Hour
	events := run(t, newPlatform(t, 4, nil), length)
	var failed, attempts int
	types, models, shops := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, e := range events {
		types[e.Type]++
		models[e.Model]++
		shops[e.ShopDomain] = true
		if e.Type != "queue-wait" {
			attempts++
		}
		if e.ErrorType+e.FailureReason != "" || e.StatusCode == http.StatusInternalServerError {
			failed++
		}
	}
	seconds := length.Seconds()
	if rate := float64(len(events)) / seconds; rate < 5 || rate > 30 {
		t.Errorf("%.1f events a second, want 5 to 30", rate)
	}
	if share := float64(failed) / float64(attempts); share < 0.0025 || share > 0.0035 {
		t.Errorf("%.2f %% failed, want 0.3", 100*share)
	}
	if len(types) != 6 || len(models) != 6 || len(shops) != 29 { // an empty model and shop among them
		t.Errorf("got types %v, models %v, %d shops", types, models, len(shops))
	}
	for name, want := range map[string]float64{"http-request": 5, "embed-handshake": 2, "render": 0.75, "ar-conversion": 0.1} {
		if rate := float64(types[name]) / seconds; rate < 0.9*want || rate > 1.1*want {
			t.Errorf("%s: %.3f a second, want %v", name, rate, want)
		}
	}
}

// oldest is the longest that the oldest job of a queue waited in a time.
func oldest(events []event, queue string, from, to time.Duration) float64 {
	longest := 0.0
	for _, e := range events {
		after := e.at.Sub(morning)
		if e.Oldest != nil && e.QueueName == queue && after >= from && after < to {
			longest = max(longest, *e.Oldest)
		}
	}
	return longest
}

func TestQueueIncident(t *testing.T) {
	t.Parallel()
	begin := 5 * time.Minute
	for seed := range uint64(5) {
		events := run(t, newPlatform(t, seed, workload.QueueIncident(morning.Add(begin), 5*time.Minute)), 45*time.Minute)
		if age := oldest(events, workload.QueueRender3D, 0, begin); age > 30 {
			t.Errorf("seed %d: before the incident a job waits %.0f s", seed, age)
		}
		if age := oldest(events, workload.QueueRender3D, begin, begin+8*time.Minute); age < 90 {
			t.Errorf("seed %d: in the incident no job waits longer than %.0f s", seed, age)
		}
		if age := oldest(events, workload.QueueRender3D, begin+20*time.Minute, time.Hour); age > 45 {
			t.Errorf("seed %d: after the incident a job waits %.0f s", seed, age)
		}
		if age := oldest(events, workload.QueueRender2D, 0, time.Hour); age > 30 {
			t.Errorf("seed %d: in another queue a job waits %.0f s", seed, age)
		}
	}
}

func TestQueueReportsItsOldestJob(t *testing.T) {
	t.Parallel()
	var reports []time.Duration
	for _, e := range run(t, newPlatform(t, 1, nil), time.Minute) {
		if e.Oldest != nil && e.QueueName == workload.QueueAR {
			reports = append(reports, e.at.Sub(morning))
		}
	}
	if want := []time.Duration{0, 15 * time.Second, 30 * time.Second, 45 * time.Second, time.Minute}; !slices.Equal(reports, want) {
		t.Errorf("got reports at %v, want %v", reports, want)
	}
}

func TestStagingBendsRates(t *testing.T) {
	t.Parallel()
	staging := func(name string, _ time.Time) workload.Conditions {
		c := workload.Usual()
		if name == "embeds" {
			c.Rate, c.Errors = 3, 100
		}
		return c
	}
	var handshakes, failed float64
	for _, e := range run(t, newPlatform(t, 1, staging), time.Hour) {
		if e.Type == "embed-handshake" {
			handshakes++
			if e.FailureReason != "" {
				failed++
			}
		}
	}
	if rate := handshakes / 3600; rate < 5.5 || rate > 6.5 {
		t.Errorf("%.2f handshakes a second, want 6", rate)
	}
	if share := failed / handshakes; share < 0.28 || share > 0.32 {
		t.Errorf("%.2f of the handshakes failed, want 0.30", share)
	}
}

func TestPlayWaitsForTheFuture(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p, err := workload.New(workload.Options{Rand: rand.New(rand.NewPCG(1, 0)), Start: begin.Add(-time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var early, late int
		for {
			e, err := p.Play(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case e.At.Before(begin) && !time.Now().Equal(begin):
				t.Fatalf("an event of the past came at %v", time.Since(begin))
			case e.At.Before(begin):
				early++
			case !time.Now().Equal(e.At):
				t.Fatalf("an event of %v came at %v", e.At.Sub(begin), time.Since(begin))
			default:
				late++
			}
		}
		if early < 100 || late < 100 {
			t.Errorf("%d events of the past and %d of the minute", early, late)
		}
	})
}

func TestOptionsAreNeeded(t *testing.T) {
	t.Parallel()
	if _, err := workload.New(workload.Options{Start: morning}); err == nil {
		t.Error("a platform without chance was made")
	}
	if _, err := workload.New(workload.Options{Rand: rand.New(rand.NewPCG(1, 0))}); err == nil {
		t.Error("a platform without a start was made")
	}
}

// TestWorkersDown: nothing starts while they are, and the queue recovers.
func TestWorkersDown(t *testing.T) {
	t.Parallel()
	begin, length := 5*time.Minute, 4*time.Minute
	for seed := range uint64(5) {
		events := run(t, newPlatform(t, seed, workload.WorkersDown(morning.Add(begin), length)), 30*time.Minute)
		for _, e := range events {
			after := e.at.Sub(morning)
			if e.Type == "queue-wait" && e.Oldest == nil && e.QueueName == workload.QueueRender3D && after >= begin && after < begin+length {
				t.Fatalf("seed %d: a job starts after %s", seed, after)
			}
		}
		if age := oldest(events, workload.QueueRender3D, begin, begin+length); age < 170 || age > 241 {
			t.Errorf("seed %d: the oldest job waits %.0f s", seed, age)
		}
		if age := oldest(events, workload.QueueRender3D, begin+length+7*time.Minute, 30*time.Minute); age > 60 {
			t.Errorf("seed %d: a job waits %.0f s, long after", seed, age)
		}
	}
}

// TestFailingShop: one shop fails always, and the others as usual.
func TestFailingShop(t *testing.T) {
	t.Parallel()
	var all, failed, others float64
	for _, e := range run(t, newPlatform(t, 1, workload.FailingShop(morning, time.Hour)), time.Hour) {
		switch {
		case e.Type != "embed-handshake":
		case e.ShopDomain == "shop-02.example":
			all++
			if e.FailureReason != "" {
				failed++
			}
		case e.FailureReason != "":
			others++
		}
	}
	if all < 600 || failed != all || others > 60 {
		t.Errorf("%v of %v handshakes of the shop failed, %v of others", failed, all, others)
	}
}

// TestEventsFromAMoment: a platform that worked unseen goes on as it would have.
func TestEventsFromAMoment(t *testing.T) {
	t.Parallel()
	from := morning.Add(8 * time.Minute)
	p, err := workload.New(workload.Options{
		Rand: rand.New(rand.NewPCG(1, 0)), Start: morning, From: from, Staging: workload.WorkersDown(morning.Add(5*time.Minute), 5*time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	events := run(t, p, 9*time.Minute)
	if events[0].at.Before(from) {
		t.Errorf("an event of %s is told", events[0].at)
	}
	if age := oldest(events, workload.QueueRender3D, 8*time.Minute, 9*time.Minute); age < 150 {
		t.Errorf("the oldest job waits %.0f s: the queue began empty", age)
	}
}
