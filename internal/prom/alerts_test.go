package prom_test

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/prom"
)

// TestGuard: what an alert's expression compares, of all forms that rules have.
func TestGuard(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]struct {
		query string
		limit float64 // 0 for none
		low   bool
	}{
		`max by (queue_name) (waits) > 60`:     {query: `max by (queue_name) (waits)`, limit: 60},
		`(free / size) < 0.05`:                 {query: `(free / size)`, limit: 0.05, low: true},
		`a >= 2 and on () b < 3`:               {query: `a`, limit: 2},
		`(a <= 2 unless b)`:                    {query: `a`, limit: 2, low: true},
		`cost > 2 * baseline`:                  {query: `cost`},
		`absent(up)`:                           {query: `absent(up)`},
		`vector(1)`:                            {query: `vector(1)`},
		`a > bool 1`:                           {query: `a > bool 1`},
		`a + b`:                                {query: `a + b`},
		`clamp_max(sum(x) / sum(y), 1) > 0.01`: {query: `clamp_max(sum(x) / sum(y), 1)`, limit: 0.01},
		`this is no PromQL`:                    {query: `this is no PromQL`},
		`a == 0`:                               {query: `a`, limit: 0},
	} {
		g := prom.Guard(expr)
		if g.Query != want.query || g.LowIsBad != want.low || (g.Limit != nil && *g.Limit != want.limit) || (g.Limit == nil && want.limit != 0) {
			t.Errorf("%s: %+v", expr, g)
		}
	}
}
