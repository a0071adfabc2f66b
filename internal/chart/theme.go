package chart

import "image/color"

// Theme is whether a picture is light or dark.
type Theme int

// The themes.
const (
	Light Theme = iota
	Dark
)

// look is the colours of a theme, as the web UI has them.
type look struct {
	panel, line, base, grid color.NRGBA
	text, text2, axis       color.NRGBA
	// threshold is the limit's, and of what is beyond it; tint lies on its bad
	// side, band where the alert fired, and alarm around a chart that fires.
	threshold, tint, band, alarm color.NRGBA
	series                       [maxSeries]color.NRGBA
	// area is how strong a lone series' colour is below its line, of 255. The
	// limit's words can be read on it, also where the alert fired.
	area uint8
}

func (t Theme) look() look {
	if t == Dark {
		return look{
			panel: rgb(0x12151c), line: rgb(0x232833), base: rgb(0x353c4a), grid: soft(0xffffff, 0x0d),
			text: rgb(0xeceef3), text2: rgb(0xaab0be), axis: rgb(0x8a91a1),
			threshold: rgb(0xff7b72), tint: soft(0xff5c52, 0x12), band: soft(0xff5c52, 0x1f), alarm: soft(0xff7b72, 0x59), area: 0x1f,
			series: [maxSeries]color.NRGBA{rgb(0x5c82ee), rgb(0xf7a106), rgb(0x65c0b1), rgb(0xc65c9c), rgb(0x96890d), rgb(0xb4a2fb), rgb(0x63e8ff), rgb(0xbee196)},
		}
	}
	return look{
		panel: rgb(0xffffff), line: rgb(0xe3e6ec), base: rgb(0xc9ced8), grid: soft(0x14171f, 0x12),
		text: rgb(0x14171f), text2: rgb(0x4b5262), axis: rgb(0x656c7c),
		threshold: rgb(0xc2262e), tint: soft(0xc2262e, 0x0b), band: soft(0xc2262e, 0x17), alarm: soft(0xc2262e, 0x4d), area: 0x12,
		series: [maxSeries]color.NRGBA{rgb(0x3058d7), rgb(0xad6c28), rgb(0x09987b), rgb(0x7f0360), rgb(0xb19218), rgb(0x6b1aa2), rgb(0x13a1cc), rgb(0x3e6200)},
	}
}

func rgb(v uint32) color.NRGBA { return soft(v, 0xff) }

func soft(v uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), alpha}
}
