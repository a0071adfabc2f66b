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
