package intake_test

import (
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/intake"
)

// TestFollowedQueuesAreIgnored: what Luneo sees in Redis itself is not counted
// again, be it sent alone or among others, and violations name the places in
// the batch as it was sent.
func TestFollowedQueuesAreIgnored(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *intake.Options) { o.Follows = func(queue string) bool { return queue == "watched" } })
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
