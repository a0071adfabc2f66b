package pricing

import (
	"math"
	"math/bits"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// The most of anything that one call can have consumed; more is not believed.
const (
	maxUnits   = 1_000_000_000_000
	maxSeconds = 1e9
)

// What to divide a sum by to have kpi.Money, which is 1e-8 dollars.
const (
	perMillion   = 10_000  // units times dollars per million, in 1e-12 dollars
	perMicrosec  = 600_000 // microseconds times dollars per minute, in 1e-6/60e6 dollars
	moneyInMicro = 100     // kpi.Money in a usd
)

// Images whose quality or size is not told have OpenAI's defaults for dall-e.
// The models that decide themselves have no price for standard.
const (
	defaultQuality = "standard"
	defaultSize    = "1024x1024"
)

func (m *model) price(u *kpi.Usage) (kpi.Money, bool) {
	if m.free {
		return 0, true
	}
	if !credible(u) {
		return 0, false
	}
	tier := u.Tier
	if tier == "default" {
		tier = ""
	}
	p, ok := m.plans[tier]
	switch {
	case !ok:
		return 0, false
	case hasTokens(u) && p.pricesTokens():
		return p.tokens(u)
	case tier != "":
		return 0, false
	case u.Images > 0:
		return m.image(u)
	case u.AudioSeconds > 0 && m.minute != unknown:
		return m.audio(u.AudioSeconds)
	case u.Characters > 0 && m.characters != unknown:
		var s sum
		s.add(u.Characters, m.characters)
		return s.money(perMillion)
	}
	return 0, false
}

// credible refuses numbers that no call has.
func credible(u *kpi.Usage) bool {
	for _, n := range [...]int64{
		u.Input, u.Output, u.CachedInput, u.CacheWriteInput, u.AudioInput, u.ImageInput,
		u.AudioOutput, u.ImageOutput, u.Reasoning, u.Images, u.Characters,
	} {
		if n < 0 || n > maxUnits {
			return false
		}
	}
	return u.AudioSeconds >= 0 && u.AudioSeconds <= maxSeconds // false for NaN
}

func hasTokens(u *kpi.Usage) bool {
	return u.Input|u.Output|u.CachedInput|u.CacheWriteInput|u.AudioInput|u.ImageInput|u.AudioOutput|u.ImageOutput != 0
}

func (p *plan) pricesTokens() bool {
	return p.rates[input] != unknown || p.rates[output] != unknown
}

func (p *plan) tokens(u *kpi.Usage) (kpi.Money, bool) {
	r := &p.rates
	if p.above > 0 && u.Input > p.above {
		r = &p.long
	}
	var s sum
	for k, n := range r.split(u) {
		if n == 0 {
			continue
		}
		if r[k] == unknown {
			return 0, false
		}
		s.add(n, r[k])
	}
	return s.money(perMillion)
}

// split sorts the tokens of a call by kind, each into one. On a model that
// makes images, output of which no share is told is images: the ImagesUsage of
// OpenAI's specification 2.3.0 has output_tokens as "the number of image
// tokens in the output image" and makes their details optional.
func (r *rates) split(u *kpi.Usage) [numKinds]int64 {
	parts := u.CachedInput + u.CacheWriteInput + u.AudioInput + u.ImageInput
	twice := max(0, parts-u.Input)
	cachedAudio := min(twice, u.AudioInput, u.CachedInput)
	cachedImage := min(twice-cachedAudio, u.ImageInput, u.CachedInput-cachedAudio)
	imageOut := u.ImageOutput
	if makesImages := r[imageOutput] != unknown; makesImages && imageOut == 0 && u.AudioOutput == 0 {
		imageOut = u.Output
	}
	return [numKinds]int64{
		input:            max(0, u.Input-parts),
		cachedInput:      u.CachedInput - cachedAudio - cachedImage,
		cacheWrite:       u.CacheWriteInput,
		output:           max(0, u.Output-u.AudioOutput-imageOut),
		audioInput:       u.AudioInput - cachedAudio,
		cachedAudioInput: cachedAudio,
		audioOutput:      u.AudioOutput,
		imageInput:       u.ImageInput - cachedImage,
		cachedImageInput: cachedImage,
		imageOutput:      imageOut,
	}
}

func (m *model) image(u *kpi.Usage) (kpi.Money, bool) {
	quality, size := u.ImageQuality, u.ImageSize
	if quality == "" {
		quality = defaultQuality
	}
	if size == "" {
		size = defaultSize
	}
	p := m.images[quality][size]
	if p == nil {
		return 0, false
	}
	var s sum
	s.add(u.Images*moneyInMicro, *p)
	return s.money(1)
}

func (m *model) audio(seconds float64) (kpi.Money, bool) {
	var s sum
	s.add(int64(math.Round(seconds*1e6)), m.minute)
	return s.money(perMicrosec)
}

// sum adds up products exactly. Ten products of the largest count and price
// are far below its limit.
type sum struct{ hi, lo uint64 }

func (s *sum) add(n int64, price usd) {
	hi, lo := bits.Mul64(uint64(n), uint64(price))
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += hi + carry
}

// money divides and rounds half up; false when kpi.Money can't hold it.
func (s *sum) money(divisor uint64) (kpi.Money, bool) {
	lo, carry := bits.Add64(s.lo, divisor/2, 0)
	hi := s.hi + carry
	if hi >= divisor {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, divisor)
	if q > math.MaxInt64 {
		return 0, false
	}
	return kpi.Money(q), true
}
