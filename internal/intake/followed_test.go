package intake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/intake"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// TestFollowedQueuesAreIgnored: what Luneo sees in Redis itself is not counted
// again, be it sent alone or among others.
func TestFollowedQueuesAreIgnored(t *testing.T) {
	t.Parallel()
	b := newBundle(t, follow)
	for _, c := range []struct{ path, body, want string }{
		{"queue-wait", `{"queueName":"watched","waitSeconds":1}`, `{"accepted":0,"duplicate":0,"ignored":1}`},
		{"queue-wait", `{"queueName":"pushed","waitSeconds":1}`, `{"accepted":1,"duplicate":0}`},
		{"batch", `[{"type":"queue-wait","queueName":"watched","waitSeconds":1},{"type":"queue-wait","queueName":"pushed","waitSeconds":1}]`, `{"accepted":1,"duplicate":0,"ignored":1,"rejected":0,"errors":[]}`},
		{"batch", `[{"type":"queue-wait","queueName":"watched","oldestWaitingSeconds":1}]`, `{"accepted":0,"duplicate":0,"ignored":1,"rejected":0,"errors":[]}`},
	} {
		if got := strings.TrimSpace(b.post("/api/metrics/"+c.path, c.body).Body.String()); got != c.want {
			t.Errorf("%s %s\nanswers %s\nwant    %s", c.path, c.body, got, c.want)
		}
	}
}

// TestIgnoredAmongOthers: violations name the places in the batch as it was
// sent, and whoever watches is not told of what was ignored.
func TestIgnoredAmongOthers(t *testing.T) {
	t.Parallel()
	told := &told{}
	b := newBundle(t, follow, func(o *intake.Options) { o.Watcher = told })
	render := func(id, seconds string) string {
		return `{"type":"render","id":"` + id + `","renderType":"3d","quality":"high","durationSeconds":` + seconds + `}`
	}
	b.post("/api/metrics/batch", "["+render("x", "1")+"]")
	w := b.post("/api/metrics/batch", "["+strings.Join([]string{
		`{"type":"render"}`, watchedWait, render("y", "1"), watchedWait, render("x", "2"),
	}, ",")+"]")
	got := decode[struct {
		Accepted, Duplicate, Ignored, Rejected int
		Errors                                 []kpi.Violation
	}](t, w.Body)
	last := got.Errors[len(got.Errors)-1]
	if got.Accepted != 1 || got.Ignored != 2 || got.Rejected != 2 || got.Errors[0].Index != 0 || last.Index != 4 || last.Kind != kpi.KindConflict {
		t.Errorf("answered %+v", got)
	}
	if told.waits != 0 || told.events == 0 {
		t.Errorf("told of %d events, %d of them waits", told.events, told.waits)
	}
}

// TestIgnoredOnceRecorded: what is refused as a whole comes again, so its
// ignored events are counted when it is taken.
func TestIgnoredOnceRecorded(t *testing.T) {
	t.Parallel()
	b := newBundle(t, follow)
	body := `[` + watchedWait + `,{"type":"queue-wait","queueName":"pushed","waitSeconds":1}]`
	b.ledger.err = kpi.Errorf(kpi.KindUnavailable, "The disk is full.")
	for range 3 {
		if got := b.post("/api/metrics/batch", body).Code; got != http.StatusServiceUnavailable {
			t.Fatalf("answered %d", got)
		}
	}
	b.ledger.err = nil
	b.post("/api/metrics/batch", body)
	want := `
# HELP luneo_ingest_ignored_total Events taken over HTTP since the start that were not counted, since Luneo knows the same from a better source
# TYPE luneo_ingest_ignored_total counter
luneo_ingest_ignored_total{reason="watched",type="queue-wait"} 1
`
	if err := testutil.GatherAndCompare(b.registry, strings.NewReader(want), "luneo_ingest_ignored_total"); err != nil {
		t.Error(err)
	}
}

const watchedWait = `{"type":"queue-wait","queueName":"watched","waitSeconds":1}`

func follow(o *intake.Options) {
	o.Follows = func(queue string) bool { return queue == "watched" }
}

// told is a watcher that counts what it is told.
type told struct{ events, waits int }

func (w *told) Recorded(events []kpi.Event) {
	for i := range events {
		w.events++
		if events[i].Type == kpi.TypeQueueWait {
			w.waits++
		}
	}
}

func (*told) Refused(string, error) {}
