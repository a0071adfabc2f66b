package pricing_test

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
	"github.com/luneo-platform/luneo/internal/testkit"
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
	dir := testkit.TestData(t)
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
