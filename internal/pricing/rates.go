package pricing

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// kind is a kind of token that has its own price.
type kind int

const (
	input kind = iota
	cachedInput
	cacheWrite
	output
	audioInput
	cachedAudioInput
	audioOutput
	imageInput
	cachedImageInput
	imageOutput
	numKinds
)

// String is the kind's name in a price file.
func (k kind) String() string {
	return [numKinds]string{
		input: "input", cachedInput: "cached_input", cacheWrite: "cache_write", output: "output",
		audioInput: "audio_input", cachedAudioInput: "cached_audio_input", audioOutput: "audio_output",
		imageInput: "image_input", cachedImageInput: "cached_image_input", imageOutput: "image_output",
	}[k]
}

// unknown stands for a price that is not there. Real ones are never negative.
const unknown usd = -1

// rates are the prices per million tokens, by kind.
type rates [numKinds]usd

// plan is what holds for one service tier.
type plan struct {
	rates rates
	// long holds for calls with more than above input tokens.
	long  rates
	above int64
}

// model is a compiled entry of the table; it does not change.
type model struct {
	free       bool
	plans      map[string]plan            // by service tier; "" is the plain one
	images     map[string]map[string]*usd // one, by quality and size
	minute     usd                        // of audio
	characters usd                        // a million of them
}

// The tiers that a price file may name, as OpenAI's service_tier names them,
// and batch, which its answers do not name.
const (
	tierBatch    = "batch"
	tierFlex     = "flex"
	tierPriority = "priority"
)

// compile checks an entry and brings it to the form that Price reads.
func (m *fileModel) compile() (*model, error) {
	free := m.Free != nil && *m.Free
	priced := m.Input != nil || m.Output != nil || len(m.Images) > 0 || m.AudioMinute != nil || m.MillionCharacters != nil
	switch {
	case free && (priced || !m.noTokens() || m.LongContext != nil || len(m.Tiers) > 0):
		return nil, errors.New("free must stand alone, without prices")
	case !free && !priced:
		return nil, errors.New("no price; needed is one of input, output, images, audio_minute, million_characters, or free: true")
	}
	c := &model{free: free, images: m.Images, minute: orUnknown(m.AudioMinute), characters: orUnknown(m.MillionCharacters)}
	if err := checkImages(m.Images); err != nil {
		return nil, err
	}
	plain, err := newPlan(m.fileTokens, m.LongContext)
	if err != nil {
		return nil, err
	}
	c.plans = map[string]plan{"": plain}
	for _, tier := range slices.Sorted(maps.Keys(m.Tiers)) {
		p, err := m.Tiers[tier].plan(tier, plain)
		if err != nil {
			return nil, fmt.Errorf("tiers: %.40q: %w", tier, err)
		}
		c.plans[tier] = p
	}
	return c, nil
}

// checkImages refuses what would read as an image that costs nothing.
func checkImages(images map[string]map[string]*usd) error {
	for _, quality := range slices.Sorted(maps.Keys(images)) {
		if len(images[quality]) == 0 {
			return fmt.Errorf("images: %.40q has no sizes", quality)
		}
		for _, size := range slices.Sorted(maps.Keys(images[quality])) {
			if images[quality][size] == nil {
				return fmt.Errorf("images: %.40q: %.40q has no price", quality, size)
			}
		}
	}
	return nil
}

func (t fileTier) plan(name string, plain plan) (plan, error) {
	if name != tierBatch && name != tierFlex && name != tierPriority {
		return plan{}, errors.New("must be batch, flex or priority")
	}
	if t.Factor == nil {
		if t.Input == nil && t.Output == nil {
			return plan{}, errors.New("no price; needed is factor, input or output")
		}
		p, err := newPlan(t.fileTokens, t.LongContext)
		if plain.above > 0 && p.above == 0 {
			// The model charges more for a long context, the tier does not say
			// how much: above that its price is unknown.
			p.above, p.long = plain.above, fileTokens{}.rates()
		}
		return p, err
	}
	if !t.noTokens() || t.LongContext != nil {
		return plan{}, errors.New("factor must stand alone, without prices")
	}
	var exact [2]bool
	p := plan{above: plain.above}
	p.rates, exact[0] = plain.rates.scaled(*t.Factor)
	p.long, exact[1] = plain.long.scaled(*t.Factor)
	if !exact[0] || !exact[1] {
		return plan{}, fmt.Errorf("factor %v yields a price with more than %d decimals", *t.Factor, usdDecimals)
	}
	return p, nil
}

func newPlan(tokens fileTokens, long *fileLong) (plan, error) {
	p := plan{rates: tokens.rates()}
	if long == nil {
		return p, nil
	}
	if long.Above < 1 || long.Above > math.MaxInt32 {
		return p, fmt.Errorf("long_context: above %d must be from 1 to %d input tokens", long.Above, math.MaxInt32)
	}
	if long.Input == nil {
		return p, errors.New("long_context: input is needed")
	}
	p.above, p.long = long.Above, long.rates()
	return p, nil
}

// list returns the prices in the order of the kinds.
func (t fileTokens) list() [numKinds]*usd {
	return [numKinds]*usd{
		input: t.Input, cachedInput: t.CachedInput, cacheWrite: t.CacheWrite, output: t.Output,
		audioInput: t.AudioInput, cachedAudioInput: t.CachedAudioInput, audioOutput: t.AudioOutput,
		imageInput: t.ImageInput, cachedImageInput: t.CachedImageInput, imageOutput: t.ImageOutput,
	}
}

func (t fileTokens) noTokens() bool { return t == fileTokens{} }

// rates fills in the kinds that cost what another kind costs. OpenAI charges
// for cached input and cache writes only where it says so, and counts images
// as text tokens on models without a price for them.
func (t fileTokens) rates() rates {
	var r rates
	for k, p := range t.list() {
		r[k] = orUnknown(p)
	}
	fallBack := func(k, to kind) {
		if r[k] == unknown {
			r[k] = r[to]
		}
	}
	fallBack(cachedInput, input)
	fallBack(cacheWrite, input)
	fallBack(cachedAudioInput, audioInput)
	if r[imageInput] == unknown {
		fallBack(cachedImageInput, cachedInput)
	}
	fallBack(imageInput, input)
	fallBack(cachedImageInput, imageInput)
	return r
}

// scaled multiplies the known prices; false when one is then not exact.
func (r rates) scaled(factor usd) (rates, bool) {
	all := true
	for k, p := range r {
		if p == unknown {
			continue
		}
		var exact bool
		r[k], exact = p.scaled(factor)
		all = all && exact
	}
	return r, all
}

func orUnknown(p *usd) usd {
	if p == nil {
		return unknown
	}
	return *p
}
