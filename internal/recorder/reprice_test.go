package recorder_test

import (
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// laterPrices know more models than prices, and one whose long inputs cost twice.
type laterPrices struct{}

func (laterPrices) Price(model, operation string, u kpi.Usage) (kpi.Money, bool) {
	switch {
	case u.Zero():
		return 0, false
	case model == "new" && u.Input > 128_000:
		return kpi.Money(u.Input) * 200, true
	case model == "new":
		return kpi.Money(u.Input) * 100, true
	default:
		return prices{}.Price(model, operation, u)
	}
}

// TestPriceThatComesLater: the usage of calls without a price is kept through
// restarts; a price that is added finds it, each call in its own class of length;
// the correction is durable, made once, and in no window of what is spent now.
func TestPriceThatComesLater(t *testing.T) {
	t.Parallel()
	call := func(model string, input int64) kpi.Event {
		return kpi.Event{
			Type: kpi.TypeOpenAI, Dims: kpi.Dims{model, "chat"}, HasDuration: true, Duration: time.Second, Usage: &kpi.Usage{Input: input},
			Call: &kpi.Call{Upstream: "openai", Tag: "shop-a"},
		}
	}
	r := started(t, settings{disk: testkit.NewDisk(1)})
	r.send(t, one(call("new", 1000), call("new", 501), call("new", 128_001), call("never", 5), call("gpt-4o", 1000)))
	r.wantLine(t, `luneo_openai_unpriced_remaining_requests{model="new"} 3`, `luneo_openai_tag_cost_cents{tag="shop-a"} 0.25`)
	if list, err := r.Reprice(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("without new prices it corrected %v (%v)", list, err)
	}
	r.crash()

	r = started(t, settings{disk: r.disk, prices: laterPrices{}})
	r.wantLine(t, `luneo_openai_unpriced_remaining_requests{model="new"} 3`)
	list, err := r.Reprice(t.Context())
	if err != nil || len(list) != 2 || list[0].Cost != 128_001*200 || list[1].Cost != 1501*100 || list[1].Calls != 2 {
		t.Fatalf("corrected %+v (%v)", list, err)
	}
	check := func(r *rig) {
		t.Helper()
		r.wantLine(
			t,
			`luneo_openai_cost_cents{model="new",operation="chat"} 25.7503`,
			`luneo_openai_cost_corrections_cents{model="new"} 25.7503`,
			`luneo_openai_tag_cost_cents{tag="shop-a"} 26.0003`,
			`luneo_openai_upstream_cost_cents{upstream="openai"} 26.0003`,
			`luneo_openai_unpriced_remaining_requests{model="never"} 1`,
			`luneo_openai_unpriced_requests_total{model="new"} 3`,
			`luneo_ai_cost_current_cents{time_window="15m"} 0.25`,
		)
	}
	check(r)
	if again, err := r.Reprice(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("corrected again: %v (%v)", again, err)
	}
	r.crash()
	r = started(t, settings{disk: r.disk, prices: laterPrices{}})
	check(r)
}

// TestAliasIsPricedAsWhatAnswered: the model that answered decides the price, where
// it has one; the label stays the one that was asked for.
func TestAliasIsPricedAsWhatAnswered(t *testing.T) {
	t.Parallel()
	r := started(t, settings{disk: testkit.NewDisk(1), prices: laterPrices{}})
	for _, answered := range []string{"gpt-4o", "never"} {
		r.send(t, one(kpi.Event{
			Type: kpi.TypeOpenAI, Dims: kpi.Dims{"new", "chat"}, HasDuration: true, Usage: &kpi.Usage{Input: 1000}, Call: &kpi.Call{Answered: answered},
		}))
	}
	r.wantLine(t, `luneo_openai_cost_cents{model="new",operation="chat"} 0.35`) // 1000 times 250, and 1000 times 100
}
