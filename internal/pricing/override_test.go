package pricing_test

import (
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
)

const overrides = `
date: 2026-11-01
sources:
  contract: {name: our contract with OpenAI, date: 2026-10-01}
models:
  gpt-4o:
    source: [contract]
    input: 1
    output: 4
    tiers:
      batch: {factor: 0.5}
  gpt-4o-2024-05-13: {free: true}
  in-house:
    aliases: [gpt-4o-latest, gpt-5-chat]
    input: 0.000001
    images: {hd: {1024x1024: 0.000001}}
`

func TestOverride(t *testing.T) {
	t.Parallel()
	table := overridden(t, overrides)
	for _, c := range []struct {
		name, model string
		usage       kpi.Usage
		want        kpi.Money
		override    bool
	}{
		{"replaced", "gpt-4o", kpi.Usage{Input: 1000}, 100_000, true},                                     // 1000×100
		{"replaced as a whole", "gpt-4o", kpi.Usage{Input: 1000, CachedInput: 1000}, 100_000, true},       // no cached price any more
		{"its dated names too", "gpt-4o-2024-08-06", kpi.Usage{Input: 1000, Tier: "batch"}, 50_000, true}, // 1000×50
		{"made free", "gpt-4o-2024-05-13", kpi.Usage{Input: 1000}, 0, true},                               //
		{"added", "in-house", kpi.Usage{Input: 1_000_000_000}, 100_000, true},                             // 1000 millionths of a dollar
		{"added for an image", "in-house", kpi.Usage{Images: 3, ImageQuality: "hd"}, 300, true},           // 3 millionths of a dollar
		{"added alias", "gpt-4o-latest", kpi.Usage{Input: 1_000_000_000}, 100_000, true},                  //
		{"alias taken from another", "gpt-5-chat", kpi.Usage{Input: 1_000_000_000}, 100_000, true},        //
		{"the other keeps its name", "gpt-5", kpi.Usage{Input: 1000}, 125_000, false},                     // 1000×125
		{"the other keeps its other alias", "gpt-5-chat-latest", kpi.Usage{Input: 1000}, 125_000, false},  //
		{"untouched", "gpt-4o-mini", kpi.Usage{Input: 1000}, 15_000, false},                               // 1000×15
	} {
		got, known := table.Price(c.model, "", c.usage)
		if got != c.want || !known {
			t.Errorf("%s: got %d, %v, want %d", c.name, got, known, c.want)
		}
		if e, _ := table.Lookup(c.model); e.Override != c.override {
			t.Errorf("%s: override %v", c.name, e.Override)
		}
	}
}

// TestReplacedKeepsAliases holds for aliases of the embedded table.
func TestReplacedKeepsAliases(t *testing.T) {
	t.Parallel()
	table := overridden(t, "models: {gpt-4: {input: 1}}")
	if cost, known := table.Price("gpt-4-0613", "", kpi.Usage{Input: 1000}); cost != 100_000 || !known {
		t.Errorf("got %d, %v", cost, known)
	}
}

func TestBadOverride(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"not YAML", "models: [", []string{"line 1"}},
		{"no mapping", "- a", []string{"line 1"}},
		{"unknown key", "models:\n  m: {inptu: 1}", []string{"line 2", "inptu"}},
		{"no price", "models:\n  a: {}\n  b: {aliases: [c]}\n  d:", []string{`line 2: model "a": no price`, `line 3: model "b": no price`, `line 4: model "d": no price`}},
		{"not free after all", "models:\n  m: {free: false}", []string{"line 2", "no price"}},
		{"free and priced", "models:\n  m: {free: true, input: 1}", []string{"line 2", "free must stand alone"}},
		{
			"prices that are none", "models:\n  a: {input: -1}\n  b: {input: cheap}\n  c: {input: 1e3}\n  d: {input: [1]}\n  e: {input: .inf}\n  f: {input: 0.0000001}\n  g: {input: 1000001}",
			[]string{"line 2: price \"-1\"", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "with at most 6 decimals"},
		},
		{"image without price", "models:\n  m: {images: {hd: {1024x1024: }}}", []string{"line 2", `"hd": "1024x1024" has no price`}},
		{"quality without sizes", "models:\n  m: {images: {hd: {}}}", []string{"line 2", `"hd" has no sizes`}},
		{"unknown tier", "models:\n  m: {input: 1, tiers: {gold: {factor: 2}}}", []string{"line 2", `"gold": must be batch, flex or priority`}},
		{"tier without price", "models:\n  m: {input: 1, tiers: {batch: {}}}", []string{"line 2", "needed is factor, input or output"}},
		{"factor and price", "models:\n  m: {input: 1, tiers: {batch: {factor: 1, input: 1}}}", []string{"factor must stand alone"}},
		{"factor that is not exact", "models:\n  m: {input: 0.000001, tiers: {batch: {factor: 0.5}}}", []string{"factor 0.5 yields"}},
		{"long context of nothing", "models:\n  m: {input: 1, long_context: {input: 1}}", []string{"above 0 must be from 1"}},
		{"long context without input", "models:\n  m: {input: 1, long_context: {above: 5}}", []string{"long_context: input is needed"}},
		{"unknown source", "models:\n  m: {input: 1, source: [x]}", []string{"line 2", `source "x" must be one of []`}},
		{"name with blanks", "models:\n  \"my model\": {input: 1}", []string{"line 2", "lower-case letters"}},
		{"alias twice", "models:\n  a: {input: 1, aliases: [b]}\n  b: {input: 1}", []string{"line 3", `already that of "a"`}},
		{"model twice", "models:\n  a: {input: 1}\n  a: {input: 2}", []string{"line 3", "already defined"}},
		{"two documents", "models: {}\n---\nmodels: {}", []string{"second document"}},
		{"too long", strings.Repeat("#", pricing.MaxFileBytes+1), []string{"at most 1048576"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := pricing.New(pricing.Options{Override: []byte(c.file)})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
		})
	}
}
