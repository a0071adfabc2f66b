package intake_test

import (
	"net/http"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// hold holds what a fuzzed request did against the promises: never a 500, and
// whatever was recorded is valid as it stands.
func hold(t *testing.T, b *bundle, path string, body []byte) {
	w := b.post(path, string(body))
	switch w.Code {
	case http.StatusAccepted, http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusRequestEntityTooLarge:
	default:
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, e := range b.ledger.events() {
		again := e
		if bad := kpi.Validate(&again, clock()); len(bad) > 0 || again != e {
			t.Errorf("recorded %+v, which validates to %+v and %v", e, again, bad)
		}
	}
	if w.Code == http.StatusAccepted && b.ledger.accepted == 0 {
		t.Error("answered 202 and nothing was accepted")
	}
}

func FuzzSingle(f *testing.F) {
	for i, s := range kpi.Schemas() {
		f.Add(uint8(i), []byte(eventText(1, i%2 == 0)))
		f.Add(uint8(i), []byte(`{"queueName":"q","waitSeconds":1,"durationSeconds":2e0,"type":"`+s.Name+`"}`))
	}
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		schemas := kpi.Schemas()
		hold(t, newBundle(t), schemas[int(kind)%len(schemas)].Path(), body)
	})
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(batchText(3, true)))
	f.Add([]byte(arrayText(2)))
	f.Add([]byte(wait + "\n{\n" + wait))
	f.Fuzz(func(t *testing.T, body []byte) { hold(t, newBundle(t), batchPath, body) })
}
