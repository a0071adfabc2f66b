package intake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

const (
	batchPath = "/api/metrics/batch"
	wait      = `{"type":"queue-wait","queueName":"q","waitSeconds":1}`
)

func TestContentTypesAndEncodings(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{
		"", "application/json", "Application/JSON; charset=UTF-8", "text/plain;charset=UTF-8", "text/plain", "application/x-www-form-urlencoded",
		"application/x-ndjson", "application/ndjson; charset=utf-8",
	} {
		for _, encoding := range []string{"", "identity", "gzip", "GZIP", "x-gzip", "zstd"} {
			t.Run(kind+" "+encoding, func(t *testing.T) {
				t.Parallel()
				b := newBundle(t)
				how := strings.TrimPrefix(strings.ToLower(encoding), "x-")
				if how == "identity" {
					how = ""
				}
				headers := []string{"Content-Type", kind}
				if encoding != "" {
					headers = append(headers, "Content-Encoding", encoding)
				}
				// The second request meets the decoders of the first.
				for range 2 {
					if w := b.post(batchPath, string(testkit.Compress(t, how, []byte(wait+"\n"+wait))), headers...); w.Code != http.StatusAccepted {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
				}
				if got := len(b.ledger.events()); got != 4 {
					t.Errorf("%d events", got)
				}
			})
		}
	}
}

func TestUnsupportedEncodingNamesTheOthers(t *testing.T) {
	t.Parallel()
	w := newBundle(t).post(batchPath, wait, "Content-Encoding", "br")
	if got := w.Header().Get("Accept-Encoding"); got != "gzip, zstd" {
		t.Errorf("Accept-Encoding is %q", got)
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const event = `{"queueName":"q","waitSeconds":1}`
	for i, want := range []string{`{"accepted":1,"duplicate":0}`, `{"accepted":0,"duplicate":1}`} {
		w := b.post("/api/metrics/queue-wait", event, "Idempotency-Key", "k1")
		if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusAccepted || got != want {
			t.Errorf("%d: %d %s", i, w.Code, got)
		}
	}
	b.post("/api/metrics/queue-wait", `{"queueName":"q","waitSeconds":1,"id":"k1"}`, "Idempotency-Key", "k1")
	b.post(batchPath, wait, "Idempotency-Key", "k2")
	for i, s := range b.ledger.submissions {
		id, key := s.Events[0].ID, s.Key
		if wantID, wantKey := []string{"k1", "k1", "k1", ""}[i], []string{"", "", "", "k2"}[i]; id != wantID || key != wantKey {
			t.Errorf("submission %d has id %q and key %q", i, id, key)
		}
	}
}

func TestCredentialComesFromTheContext(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := httptest.NewRequest(http.MethodPost, batchPath, strings.NewReader(wait))
	b.handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(kpi.WithCaller(r.Context(), kpi.Caller{Credential: "worker"})))
	b.post(batchPath, wait)
	if got := []string{b.ledger.submissions[0].Credential, b.ledger.submissions[1].Credential}; !reflect.DeepEqual(got, []string{"worker", "anonymous"}) {
		t.Errorf("credentials are %q", got)
	}
}

// TestBatchPlaces mixes events that are good, bad, sent twice and in conflict:
// each is told by its place in the batch, blank lines not counted.
func TestBatchPlaces(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	lines := []string{
		`{"type":"queue-wait","queueName":"q"}`,
		``,
		`{"type":"queue-wait","queueName":"q","waitSeconds":1,"id":"a"}`,
		`{"type":"queue-wait"`,
		`{"type":"queue-wait","queueName":"q","waitSeconds":1,"id":"a"}`,
		"  \r",
		`  {"type":"queue-wait","queueName":"q","waitSeconds":2,"id":"a"}  `,
		`7`,
		`{"type":"queue-wait","queueName":"q","waitSeconds":2,"id":"b"}`,
	}
	w := b.post(batchPath, strings.Join(lines, "\n"))
	want := answer{Accepted: 2, Duplicate: 1, Rejected: 4, Errors: []kpi.Violation{
		{Index: 0, Kind: kpi.KindInvalid, Detail: "needs waitSeconds or oldestWaitingSeconds"},
		{Index: 2, Kind: kpi.KindMalformed, Detail: "is not valid JSON: unexpected end at byte 20"},
		{Index: 4, Kind: kpi.KindConflict, Field: "id", Detail: "was used before"},
		{Index: 5, Kind: kpi.KindInvalid, Detail: "must be an object, not a number"},
	}}
	if got := decode[answer](t, w.Body); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var ids []string
	for _, e := range b.ledger.events() {
		ids = append(ids, fmt.Sprint(e.ID, e.Duration))
	}
	if !reflect.DeepEqual(ids, []string{"a1s", "a1s", "a2s", "b2s"}) {
		t.Errorf("recorded %q", ids)
	}
	wantMetrics(t, b, `
luneo_ingest_events_total{result="accepted",type="batch"} 2
luneo_ingest_events_total{result="duplicate",type="batch"} 1
luneo_ingest_events_total{result="rejected",type="batch"} 4
`)
}

func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.post(batchPath, strings.Repeat("{}\n", 250)+wait)
	got := decode[answer](t, w.Body)
	if got.Accepted != 1 || got.Rejected != 250 || len(got.Errors) != 100 || got.Errors[99].Index != 99 {
		t.Errorf("%d accepted, %d rejected, %d errors", got.Accepted, got.Rejected, len(got.Errors))
	}
	conflicts := `{"type":"queue-wait","queueName":"q","waitSeconds":1,"id":"a"}` + strings.Repeat("\n"+`{"type":"queue-wait","queueName":"q","waitSeconds":2,"id":"a"}`, 150)
	got = decode[answer](t, b.post(batchPath, conflicts).Body)
	if got.Accepted != 1 || got.Rejected != 150 || len(got.Errors) != 100 || got.Errors[99].Index != 100 {
		t.Errorf("%d accepted, %d rejected, %d errors", got.Accepted, got.Rejected, len(got.Errors))
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *intake.Options) { o.BatchEvents, o.BodyBytes = 3, int64(4*len(wait)) })
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"as many lines as fit", strings.Repeat(wait+"\n", 3), 202},
		{"a line more", strings.Repeat(wait+"\n", 3) + "{}", 413},
		{"as many elements as fit", "[" + wait + "," + wait + "," + wait + "]", 202},
		{"an element more", "[" + wait + "," + wait + "," + wait + ",{}]", 413},
		{"as many bytes as fit", wait + strings.Repeat(" ", 3*len(wait)), 202},
		{"a byte more", wait + strings.Repeat(" ", 3*len(wait)+1), 413},
	} {
		if w := b.post(batchPath, c.body); w.Code != c.status {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *intake.Options) { o.Limiter = limit{2} })
	if w := b.post(batchPath, wait+"\n"+wait); w.Code != http.StatusAccepted {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w := b.post(batchPath, wait+"\n"+wait+"\n"+wait)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "7" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if got := len(b.ledger.events()); got != 2 {
		t.Errorf("%d events were recorded", got)
	}
	wantMetrics(t, b, `luneo_ingest_events_total{result="accepted",type="batch"} 2`)
}

func TestErrorsOfTheRecorderAreReturnedAsTheyAre(t *testing.T) {
	t.Parallel()
	full := &kpi.Error{Kind: kpi.KindUnavailable, Message: "The disk is full", RetryAfter: time.Minute}
	in := intake.New(intake.Options{Recorder: &ledger{err: full}, Now: clock})
	for name, h := range map[string]func(http.ResponseWriter, *http.Request) error{"single": in.Single(kpi.TypeQueueWait), "batch": in.Batch} {
		w := httptest.NewRecorder()
		err := h(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(wait)))
		if !errors.Is(err, error(full)) || w.Body.Len() > 0 {
			t.Errorf("%s: %v, and %q was answered", name, err, w.Body)
		}
	}
}

// TestWhatIsRecordedIsNotReused sends other events after the first and looks
// at the first again: the recorder may keep what it got.
func TestWhatIsRecordedIsNotReused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for i := range 50 {
		b.post(batchPath, fmt.Sprintf(`{"type":"queue-wait","queueName":"queue-%03d","waitSeconds":1,"id":"id-%03d"}`, i, i))
	}
	for i, e := range b.ledger.events() {
		if e.Dims[0] != fmt.Sprintf("queue-%03d", i) || e.ID != fmt.Sprintf("id-%03d", i) {
			t.Fatalf("event %d became %+v", i, e)
		}
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(b.handler)
	defer server.Close()
	body := &breaking{text: wait, broken: cancel}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+batchPath, body)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(r); err == nil {
		_ = response.Body.Close()
		t.Errorf("answered %d", response.StatusCode)
	}
	server.Close() // awaits the handler
	if got := len(b.ledger.events()); got != 0 {
		t.Errorf("%d events of half a body were recorded", got)
	}
}

// breaking is a body whose sender goes away after its text.
type breaking struct {
	text   string
	broken func()
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.text == "" {
		b.broken()
		return 0, errors.New("the sender went away")
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.post("/api/metrics/queue-wait", wait)
	b.post("/api/metrics/queue-wait", `{"queueName":"q"}`)
	b.post("/api/metrics/queue-wait", `{`)
	wantMetrics(t, b, `
luneo_ingest_events_total{result="accepted",type="queue-wait"} 1
luneo_ingest_events_total{result="rejected",type="queue-wait"} 1
`)
	want := fmt.Sprintf("# HELP luneo_ingest_bytes_total Bytes of bodies read by the endpoints for events since the start, as they were sent\n# TYPE luneo_ingest_bytes_total counter\nluneo_ingest_bytes_total %d\n", len(wait)+len(`{"queueName":"q"}`)+1)
	if err := testutil.GatherAndCompare(b.registry, strings.NewReader(want), "luneo_ingest_bytes_total"); err != nil {
		t.Error(err)
	}
	problems, err := testutil.GatherAndLint(b.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// wantMetrics asks for these values of luneo_ingest_events_total, and 0 for
// all others.
func wantMetrics(t *testing.T, b *bundle, want string) {
	t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range families {
		if f.GetName() != "luneo_ingest_events_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if v := m.GetCounter().GetValue(); v != 0 {
				got = append(got, fmt.Sprintf("%s{%s=%q,%s=%q} %v", f.GetName(), m.GetLabel()[0].GetName(), m.GetLabel()[0].GetValue(), m.GetLabel()[1].GetName(), m.GetLabel()[1].GetValue(), v))
			}
		}
	}
	if list := strings.Split(strings.TrimSpace(want), "\n"); !reflect.DeepEqual(got, list) {
		t.Errorf("got  %q\nwant %q", got, list)
	}
}

func TestSingleCostsFewAllocations(t *testing.T) {
	in := intake.New(intake.Options{Recorder: accepting{}, Now: clock})
	handle := in.Single(kpi.TypeOpenAI)
	source := strings.NewReader("")
	r := httptest.NewRequest(http.MethodPost, "/api/metrics/openai", source)
	w := discard{header: http.Header{}}
	body := eventText(1, false)
	got := testing.AllocsPerRun(200, func() {
		source.Reset(body)
		if err := handle(w, r); err != nil {
			t.Fatal(err)
		}
	})
	if got > 12 {
		t.Errorf("%v allocations", got)
	}
}
