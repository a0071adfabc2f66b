package chart

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// maxRunes is how much of a text is looked at.
const maxRunes = 400

const ellipsis = "…"

// typeface is a font in one size.
type typeface struct {
	face font.Face
	size float64
}

// typefaces are those of a picture. They are made for each, which takes some
// microseconds, as they must not be used by two at once.
type typefaces struct{ title, text, strong typeface }

// The sizes of text in a picture that is shown 400 pixels wide.
const (
	titleSize = 14.0
	textSize  = 11.5
)

func newTypefaces(scale float64) (*typefaces, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	var f typefaces
	for _, t := range []struct {
		to   *typeface
		from *opentype.Font
		size float64
	}{{&f.title, bold, titleSize}, {&f.text, regular, textSize}, {&f.strong, bold, textSize}} {
		t.to.size = t.size * scale
		t.to.face, err = opentype.NewFace(t.from, &opentype.FaceOptions{Size: t.to.size, DPI: 72})
		if err != nil {
			return nil, fmt.Errorf("chart: %w", err)
		}
	}
	return &f, nil
}

// clean is a text as one line without what is not seen: control characters and
// what turns or joins letters. What is no UTF-8 becomes a replacement character.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == maxRunes {
			break
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			continue
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// width is how wide a text is in pixels, rounded up.
func (t *typeface) width(s string) int {
	return font.MeasureString(t.face, s).Ceil()
}

// cut is a text, or as much of its beginning as fits with an ellipsis.
func (t *typeface) cut(s string, width int) string {
	if t.width(s) <= width {
		return s
	}
	room := fixed.I(width) - font.MeasureString(t.face, ellipsis)
	var used fixed.Int26_6
	last := rune(-1)
	for i, r := range s {
		if last >= 0 {
			used += t.face.Kern(last, r)
		}
		advance, _ := t.face.GlyphAdvance(r)
		used += advance
		last = r
		if used <= room {
			continue
		}
		if i == 0 {
			return ""
		}
		return strings.TrimRight(s[:i], " ·,") + ellipsis
	}
	return s
}

// middle is a text, or its beginning and its end around an ellipsis: names often
// begin alike.
func (t *typeface) middle(s string, width int) string {
	if t.width(s) <= width {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 1; n-- { // how many stay
		head := strings.TrimRight(string(runes[:n/2]), " ")
		if short := head + ellipsis + strings.TrimLeft(string(runes[len(runes)-(n-n/2):]), " "); t.width(short) <= width {
			return short
		}
	}
	return t.cut(s, width)
}

// write paints a text from a left end, around a height at its middle. A letter
// that the font does not have is a box.
func (c *canvas) write(t *typeface, s string, left, middle int, ink color.NRGBA) {
	dot := fixed.P(left, t.baseline(middle))
	last := rune(-1)
	for _, r := range s {
		if last >= 0 {
			dot.X += t.face.Kern(last, r)
		}
		at, mask, _, advance, _ := t.face.Glyph(dot, r)
		if alpha, ok := mask.(*image.Alpha); ok {
			c.cover(alpha, at.Min, ink)
		}
		dot.X += advance
		last = r
	}
}

// capitals is how high capitals and figures are, of the size.
const capitals = 0.72

func (t *typeface) baseline(middle int) int { return middle + int(t.size*capitals/2+0.5) }
