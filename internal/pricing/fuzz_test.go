package pricing

import (
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// FuzzParse stands inside the package because New reads the embedded table
// each time, which would leave a few dozen tries a second.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "a: &a [*a]", "models: {m: {free: true}}",
		"models: {m: {input: 0.15, long_context: {above: 5, input: 1}}}",
		"models: {m: {tiers: {flex: {factor: 1000000}}, input: 1000000}}",
		"date: x\nsources: {s: {name: n}}\nmodels:\n  m: {source: [s], aliases: [k], input: 1, images: {hd: {a: 1}}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := parse(content)
		if err != nil {
			return
		}
		table := &Table{names: map[string]*entry{}, derived: map[string]*entry{}}
		table.add(read, true)
		for _, tier := range []string{"", tierBatch, tierFlex, tierPriority} {
			cost, known := table.Price("m", "", kpi.Usage{Input: 1e12, CachedInput: 5, Output: 1e12, Tier: tier})
			if cost < 0 || !known && cost != 0 {
				t.Errorf("tier %q: got %d, %v", tier, cost, known)
			}
		}
	})
}
