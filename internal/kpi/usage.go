package kpi

// Usage is what one OpenAI call consumed. Parts are contained in their totals,
// as in OpenAI's own usage objects: CachedInput is part of Input, Reasoning is
// part of Output. Numbers are tokens unless they say otherwise.
type Usage struct {
	Input, Output int64

	CachedInput     int64 // of Input, read from the cache
	CacheWriteInput int64 // of Input, written to the cache
	AudioInput      int64 // of Input
	ImageInput      int64 // of Input
	AudioOutput     int64 // of Output
	ImageOutput     int64 // of Output
	Reasoning       int64 // of Output

	Images       int64  // images made, for models priced by the image
	ImageSize    string // 1024x1024…
	ImageQuality string // standard, hd, low, medium, high

	AudioSeconds float64 // for models priced by the minute of audio
	Characters   int64   // for models priced by the character of text

	// Tier is OpenAI's service tier: "" and "default" are the plain price,
	// else flex, priority or batch.
	Tier string
}

// Zero reports whether nothing at all was said.
func (u *Usage) Zero() bool { return u == nil || *u == Usage{} }

// counts are the whole numbers of a usage.
func (u *Usage) counts() [11]*int64 {
	return [11]*int64{
		&u.Input, &u.Output, &u.CachedInput, &u.CacheWriteInput, &u.AudioInput, &u.ImageInput,
		&u.AudioOutput, &u.ImageOutput, &u.Reasoning, &u.Images, &u.Characters,
	}
}

// Add adds n times what another call consumed. Size, quality and tier stay.
func (u *Usage) Add(other Usage, n int64) {
	to, from := u.counts(), other.counts()
	for i := range to {
		*to[i] += n * *from[i]
	}
	u.AudioSeconds += float64(n) * other.AudioSeconds
}

// Split is the same usage as that of n equal calls and what is left over, less
// than one of anything for each call.
func (u Usage) Split(n int64) (each, rest Usage) {
	each, rest = u, u
	e, r := each.counts(), rest.counts()
	for i := range e {
		*e[i], *r[i] = *e[i]/n, *r[i]%n
	}
	each.AudioSeconds, rest.AudioSeconds = u.AudioSeconds/float64(n), 0
	return each, rest
}

// UnpricedKey tells calls without a price apart, as far as a price could.
type UnpricedKey struct {
	Model, Operation string
	Upstream, Tag    string
	Tier             string
	ImageSize        string
	ImageQuality     string
	Long             int64 // LongClass of the input
	Retry            bool
}

// Unpriced is what calls without a price consumed together.
type Unpriced struct {
	UnpricedKey
	Calls int64
	Usage Usage
}

// Correction is what a price that became known later says that such calls cost.
type Correction struct {
	UnpricedKey
	Calls int64
	Cost  Money
}

// LongClass sorts inputs by length, so that all of a class are above a
// threshold of long contexts or none is: OpenAI's are multiples of 8,000 tokens
// (128,000, 200,000, 272,000), and above one means more than it.
func LongClass(input int64) int64 {
	const short, step = 96_000, 8_000
	if input <= short {
		return 0
	}
	return (input - 1) / step
}
