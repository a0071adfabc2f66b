package pricing_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
)

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
		n := int64(million)
		u, _ := usageOf(kind)
		if strings.Contains(key, "-272k") || u.Input > 272_000 && modelHasLong(id) {
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
