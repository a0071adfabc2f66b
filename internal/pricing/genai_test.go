package pricing_test

import (
	"math/big"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/internal/kpi"
)

type genaiModel struct {
	ID     string    `yaml:"id"`
	Match  yaml.Node `yaml:"match"`
	Prices yaml.Node `yaml:"prices"`
}

var genaiKinds = map[string]string{
	"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cached_input", "cache_write_mtok": "cache_write",
	"input_audio_mtok": "audio_input", "output_audio_mtok": "audio_output", "cache_audio_read_mtok": "cached_audio_input",
	"input_image_mtok": "image_input", "output_image_mtok": "image_output", "cache_image_read_mtok": "cached_image_input",
}

// genaiSamples are names for the rules that are not a list of names.
var genaiSamples = map[string][]string{
	"computer-use": {"computer-use-preview", "computer-use-preview-2025-03-11"}, "gpt-3.5-turbo-instruct": {"gpt-3.5-turbo-instruct"},
	"ft:gpt-3.5-turbo": {"ft:gpt-3.5-turbo:acme::x", "ft:gpt-3.5-turbo-0613:acme:name:id"}, "ft:gpt-4o-2024-": {"ft:gpt-4o-2024-08-06:acme::x"},
	"ft:gpt-4o-mini-2024-": {"ft:gpt-4o-mini-2024-07-18:acme::x"}, "ft:gpt-4-0": {"ft:gpt-4-0613:acme::x"},
	"gpt-4.5-preview": {"gpt-4.5-preview", "gpt-4.5-preview-2025-02-27"}, "gpt-4o-audio-preview": {"gpt-4o-audio-preview"},
	"gpt-4o-mini-2024-07-18.ft-": {"gpt-4o-mini-2024-07-18.ft-0a1b"}, "gpt-4o-mini-audio": {"gpt-4o-mini-audio-preview"},
	"gpt-4o-mini-realtime": {"gpt-4o-mini-realtime-preview", "gpt-4o-mini-realtime-preview-2024-12-17"},
	"gpt-4o-realtime":      {"gpt-4o-realtime-preview", "gpt-4o-realtime-preview-2024-12-17"},
	"gpt-5-nano-":          {"gpt-5-nano-2025-08-07"}, "moderation": {"omni-moderation-latest", "text-moderation-007"},
	`^gpt-5\.6-sol-\d{4}-\d{2}-\d{2}$`: {"gpt-5.6-sol-2026-07-09"}, `^gpt-5-6-sol-\d{4}-\d{2}-\d{2}$`: {"gpt-5-6-sol-2026-07-09"},
	`^gpt-5\.6-terra-\d{4}-\d{2}-\d{2}$`: {"gpt-5.6-terra-2026-07-09"}, `^gpt-5-6-terra-\d{4}-\d{2}-\d{2}$`: {"gpt-5-6-terra-2026-07-09"},
	`^gpt-5\.6-luna-\d{4}-\d{2}-\d{2}$`: {"gpt-5.6-luna-2026-07-09"}, `^gpt-5-6-luna-\d{4}-\d{2}-\d{2}$`: {"gpt-5-6-luna-2026-07-09"},
}

// genaiUnsold are in genai's table but are no names of OpenAI's API: genai has
// them from OpenRouter.
var genaiUnsold = map[string]bool{
	"gpt-4o:extended": true, "gpt-5-image": true, "gpt-5-image-mini": true, "gpt-5.4-image-2": true,
	"gpt-oss-120b": true, "gpt-oss-20b": true, "gpt-oss-safeguard-20b": true,
}

func TestGenAI(t *testing.T) {
	t.Parallel()
	var f struct {
		Models []genaiModel `yaml:"models"`
	}
	if err := yaml.Unmarshal(testdata(t, "genai-prices-openai.yml"), &f); err != nil {
		t.Fatal(err)
	}
	c := newClaims(t, genaiDisagreements)
	for _, m := range f.Models {
		for _, name := range genaiNames(t, &m.Match) {
			if _, known := c.table.Lookup(name); genaiUnsold[name] == known {
				t.Errorf("%s: known %v", name, known)
			}
			if !genaiUnsold[name] {
				c.genai(name, currentPrices(&m.Prices))
			}
		}
	}
	c.finish(400)
}

func genaiNames(t *testing.T, match *yaml.Node) []string {
	t.Helper()
	var names []string
	for i := 0; i+1 < len(match.Content); i += 2 {
		rule, value := match.Content[i].Value, match.Content[i+1]
		switch {
		case rule == "or":
			for _, n := range value.Content {
				names = append(names, genaiNames(t, n)...)
			}
		case rule == "equals":
			names = append(names, value.Value)
		case genaiSamples[value.Value] == nil:
			t.Errorf("no sample names for %s %s", rule, value.Value)
		default:
			names = append(names, genaiSamples[value.Value]...)
		}
	}
	return names
}

// currentPrices takes the newest of a history; the file has them in order.
func currentPrices(n *yaml.Node) map[string]yaml.Node {
	var prices map[string]yaml.Node
	if n.Kind == yaml.SequenceNode {
		var history []struct {
			Prices map[string]yaml.Node `yaml:"prices"`
		}
		if n.Decode(&history) == nil {
			return history[len(history)-1].Prices
		}
	}
	_ = n.Decode(&prices)
	return prices
}

// genai checks the prices of one name: US dollars per million tokens.
func (c *claims) genai(name string, prices map[string]yaml.Node) {
	c.t.Helper()
	for field, n := range prices {
		kind := genaiKinds[field]
		u, ok := usageOf(kind)
		if !ok {
			c.t.Fatalf("%s: unknown kind of price %s", name, field)
		}
		if n.Kind == yaml.MappingNode {
			c.genaiTiers(name, field, &n)
			continue
		}
		if modelHasLong(name) || modelHasLong(strings.Replace(name, "gpt-5-", "gpt-5.", 1)) {
			c.check(name+" "+field+" long", name, longUsage(kind), c.genaiCents(name, n.Value, longUsage(kind), kind))
			u = kpi.Usage{Input: u.Input / 1000, CachedInput: u.CachedInput / 1000, Output: u.Output / 1000}
		}
		c.check(name+" "+field, name, u, c.genaiCents(name, n.Value, u, kind))
	}
}

func (c *claims) genaiTiers(name, field string, n *yaml.Node) {
	c.t.Helper()
	var p struct {
		Base  string
		Tiers []struct{ Start, Price string }
	}
	if err := n.Decode(&p); err != nil || len(p.Tiers) != 1 || p.Tiers[0].Start != "272000" {
		c.t.Fatalf("%s %s: unexpected tiers (%v)", name, field, err)
	}
	kind := genaiKinds[field]
	u := longUsage(kind)
	c.check(name+" "+field+" long", name, u, c.genaiCents(name, p.Tiers[0].Price, u, kind))
	u = kpi.Usage{Input: u.Input / 273, CachedInput: u.CachedInput / 273, CacheWriteInput: u.CacheWriteInput / 273, Output: u.Output / 273}
	c.check(name+" "+field, name, u, c.genaiCents(name, p.Base, u, kind))
}

// genaiCents is what a usage of one kind costs at dollars per million.
func (c *claims) genaiCents(name, dollars string, u kpi.Usage, kind string) *big.Rat {
	c.t.Helper()
	p, ok := new(big.Rat).SetString(dollars)
	if !ok {
		c.t.Fatalf("%s: price %q", name, dollars)
	}
	n := max(u.Input, u.Output)
	cents := new(big.Rat).Mul(p, big.NewRat(n*100, million))
	if kind == "output" && u.Input > 0 {
		cents.Add(cents, c.inputOf(name, u))
	}
	return cents
}
