package pricing_test

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
)

// The sources of the table are read from the folder that LUNEO_TESTDATA
// names; every price in them is held against ours. What we decided otherwise
// is listed here, and a listed disagreement that is none fails too.

const million = 1_000_000

// usageOf is a million units of one kind, and an input that has room for it.
func usageOf(kind string) (kpi.Usage, bool) {
	u, ok := map[string]kpi.Usage{
		"input":              {Input: million},
		"cached_input":       {Input: million, CachedInput: million},
		"cache_write":        {Input: million, CacheWriteInput: million},
		"output":             {Output: million},
		"audio_input":        {Input: million, AudioInput: million},
		"cached_audio_input": {Input: million, AudioInput: million, CachedInput: million},
		"audio_output":       {Output: million, AudioOutput: million},
		"image_input":        {Input: million, ImageInput: million},
		"cached_image_input": {Input: million, ImageInput: million, CachedInput: million},
		"image_output":       {Output: million, ImageOutput: million},
	}[kind]
	return u, ok
}

// longUsage has 273,000 tokens of a kind in a context above 272,000.
func longUsage(kind string) kpi.Usage {
	const n = 273_000
	return map[string]kpi.Usage{
		"input":        {Input: n},
		"cached_input": {Input: n, CachedInput: n},
		"cache_write":  {Input: n, CacheWriteInput: n},
		"output":       {Input: n, Output: n},
	}[kind]
}

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("LUNEO_TESTDATA")
	if dir == "" {
		t.Skip("LUNEO_TESTDATA names no folder with the sources of the price table")
	}
	b, err := os.ReadFile(filepath.Join(dir, "prices", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// claims compares what a source says with what we say.
type claims struct {
	t       *testing.T
	table   *pricing.Table
	listed  map[string]string
	used    map[string]bool
	checked int
}

func newClaims(t *testing.T, listed map[string]string) *claims {
	return &claims{t: t, table: newTable(t), listed: listed, used: map[string]bool{}}
}

// check holds one price against ours. The key is listed if we disagree.
func (c *claims) check(key, model string, u kpi.Usage, cents *big.Rat) {
	c.t.Helper()
	c.checked++
	got, known := c.table.Price(model, "", u)
	want := new(big.Rat).Mul(cents, big.NewRat(int64(kpi.Cent), 1))
	agrees := known && new(big.Rat).SetInt64(int64(got)).Cmp(want) == 0
	_, listed := c.listed[key]
	if listed && !agrees {
		c.used[key] = true
	}
	if !listed && !agrees {
		c.t.Errorf("%s: we have %v cents (known %v), the source %s", key, got.Cents(), known, cents.FloatString(8))
	}
}

func (c *claims) finish(atLeast int) {
	c.t.Helper()
	for key := range c.listed {
		if !c.used[key] {
			c.t.Errorf("%s is listed as a disagreement but is none", key)
		}
	}
	if c.checked < atLeast {
		c.t.Errorf("%d prices were checked, expected at least %d", c.checked, atLeast)
	}
}

type portkeyPrice struct {
	Price json.Number `json:"price"`
}

type portkeyPrices struct {
	PayAsYouGo map[string]json.RawMessage `json:"pay_as_you_go"`
	Batch      map[string]json.RawMessage `json:"batch_config"`
}

type portkeyMode struct {
	Prices *portkeyPrices `json:"pricing_config"`
	Tiers  map[string]struct {
		Prices portkeyPrices `json:"pricing_config"`
	} `json:"context_tiers"`
}

type portkeyModel struct {
	Prices portkeyPrices `json:"pricing_config"`
	Custom struct {
		Regions map[string]struct {
			Modes map[string]portkeyMode `json:"execution_modes"`
		} `json:"regions"`
	} `json:"custom_pricing"`
}

var portkeyKinds = map[string]string{
	"request_token": "input", "response_token": "output",
	"cache_read_input_token": "cached_input", "cache_write_input_token": "cache_write",
	"request_audio_token": "audio_input", "response_audio_token": "audio_output",
	"cache_read_audio_input_token": "cached_audio_input",
	"request_image_token":          "image_input", "response_image_token": "image_output",
	"cache_read_image_input_token": "cached_image_input", "cached_image_input_token": "cached_image_input",
	"request_text_token": "input", "response_text_token": "output",
	"cached_text_input_token": "cached_input", "cache_read_text_input_token": "cached_input",
}

// portkeySkips are entries in which a field means something else, checked by
// TestPrice, or which are no model.
var portkeySkips = map[string]string{
	"default":    "is not a model but how the others are calculated",
	"sora-2":     "is priced by the second of video, which usage does not carry",
	"sora-2-pro": "is priced by the second of video, which usage does not carry",
	"whisper-1":  "has its price by the minute in the fields for tokens",
	"tts-1":      "has its price by the character in the fields for tokens", "tts-1-1106": "as tts-1",
	"tts-1-hd": "as tts-1", "tts-1-hd-1106": "as tts-1",
}

func TestPortkey(t *testing.T) {
	t.Parallel()
	var models map[string]portkeyModel
	if err := json.Unmarshal(testdata(t, "portkey-openai.json"), &models); err != nil {
		t.Fatal(err)
	}
	c := newClaims(t, portkeyDisagreements)
	for id, m := range models {
		if _, skip := portkeySkips[id]; skip {
			continue
		}
		if strings.Contains(id, "moderation") {
			if cost, known := c.table.Price(id, "", kpi.Usage{Input: 5}); cost != 0 || !known {
				t.Errorf("%s: got %v, %v; want free", id, cost, known)
			}
			continue
		}
		c.portkey(id, id, "", false, m.Prices.PayAsYouGo)
		c.portkey(id+" batch_config", id, "batch", false, m.Prices.Batch)
		for name, mode := range m.Custom.Regions["default"].Modes {
			tier := strings.Replace(name, "standard", "", 1)
			if mode.Prices != nil {
				c.portkey(id+" "+name, id, tier, false, mode.Prices.PayAsYouGo)
			}
			for context, ct := range mode.Tiers {
				c.portkey(id+" "+name+" "+context, id, tier, strings.HasPrefix(context, "gt"), ct.Prices.PayAsYouGo)
			}
		}
	}
	c.finish(900)
}

// portkey checks the prices of one tier: US cents per token and per image.
func (c *claims) portkey(key, id, tier string, long bool, prices map[string]json.RawMessage) {
	c.t.Helper()
	for field, raw := range prices {
		if field == "image" {
			c.portkeyImages(key, id, raw)
			continue
		}
		kind, ok := portkeyKinds[field]
		if !ok {
			continue
		}
		var p portkeyPrice
		if err := json.Unmarshal(raw, &p); err != nil {
			c.t.Fatal(err)
		}
		cents, ok := new(big.Rat).SetString(p.Price.String())
		if !ok || cents.Sign() == 0 {
			continue
		}
		// Some have the noise of a calculation: 7.499999999999999e-05.
		cents.SetString(cents.FloatString(10))
		u, n := kpi.Usage{}, int64(million)
		if u, _ = usageOf(kind); strings.Contains(key, "-272k") || u.Input > 272_000 && modelHasLong(id) {
			u, n = longUsage(kind), 273_000
			if !long {
				u, n = kpi.Usage{Input: u.Input / 273, CachedInput: u.CachedInput / 273, CacheWriteInput: u.CacheWriteInput / 273, Output: u.Output / 273}, 1000
			}
		}
		u.Tier = tier
		want := new(big.Rat).Mul(cents, big.NewRat(n, 1))
		if kind == "output" && u.Input > 0 {
			want.Add(want, c.inputOf(id, u))
		}
		c.check(key+" "+field, id, u, want)
	}
}

func modelHasLong(id string) bool {
	for _, p := range []string{"gpt-5.4", "gpt-5.5", "gpt-5.6"} {
		if strings.HasPrefix(id, p) {
			return true
		}
	}
	return false
}

// inputOf is our own price of the input that an output needs to be in a long
// context; input is checked by itself.
func (c *claims) inputOf(id string, u kpi.Usage) *big.Rat {
	u.Output = 0
	m, _ := c.table.Price(id, "", u)
	return big.NewRat(int64(m), int64(kpi.Cent))
}

func (c *claims) portkeyImages(key, id string, raw json.RawMessage) {
	c.t.Helper()
	var images map[string]map[string]portkeyPrice
	if err := json.Unmarshal(raw, &images); err != nil {
		c.t.Fatal(err)
	}
	for quality, sizes := range images {
		for size, p := range sizes {
			cents, _ := new(big.Rat).SetString(p.Price.String())
			if cents.Sign() == 0 {
				continue
			}
			u := kpi.Usage{Images: 1, ImageQuality: strings.Replace(quality, "default", "", 1), ImageSize: strings.Replace(size, "default", "", 1)}
			listed := key + " image"
			if strings.HasPrefix(id, "gpt-image") && quality == "default" {
				listed += " default"
			}
			c.check(listed, id, u, cents)
		}
	}
}

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
