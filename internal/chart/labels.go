package chart

import (
	"image"
	"image/color"
	"math"
)

// remember keeps what a line covers.
func (p *picture) remember(mask *image.Alpha) {
	inset := p.px(2)
	for y := range p.plot.Dy() {
		row := mask.Pix[(y+inset)*mask.Stride+inset:]
		to := p.ink.Pix[y*p.ink.Stride:]
		for x, a := range row[:p.plot.Dx()] {
			if a != 0 {
				to[x] = a
			}
		}
	}
}

// covered is how many pixels of a box lines cover; a text covers more than any.
func (p *picture) covered(box image.Rectangle) int {
	n := 0
	for _, other := range p.taken {
		if other.Overlaps(box) {
			n += maxWidth * maxHeight
		}
	}
	box = box.Intersect(p.plot)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for _, a := range p.ink.Pix[p.ink.PixOffset(box.Min.X, y):p.ink.PixOffset(box.Max.X, y)] {
			if a != 0 {
				n++
			}
		}
	}
	return n
}

// lastValue marks where the lines end, and writes the worst one's value.
func (p *picture) lastValue(label string) {
	for i := len(p.lines) - 1; i >= 0; i-- {
		l := &p.lines[i]
		at, radius := p.at(p.bounded(l.last)), 2.25*p.unit
		if i == 0 {
			radius = 4 * p.unit
			p.disc(at, radius+1.5*p.unit, p.look.panel)
		}
		p.disc(at, radius, p.look.series[l.ink])
	}
	if label == "" {
		return
	}
	worst := p.lines[0].last
	at := p.at(p.bounded(worst))
	half := p.px(7)
	middle := min(max(int(at.y+0.5), p.plot.Min.Y+p.px(2)), p.plot.Max.Y-p.px(2))
	box := image.Rect(int(at.x)+p.px(besideDot), middle-half, int(at.x)+p.px(besideDot)+p.strong.width(label), middle+half)
	ink := p.look.text
	if p.chart.beyond(worst.Value) {
		ink = p.look.threshold
	}
	p.label(&p.strong, label, box, ink)
}

// bounded is a point that can be drawn.
func (p *picture) bounded(t Point) Point {
	t.Value = min(max(t.Value, -most), most)
	return t
}

// veil is how much of what is behind a label is hidden, of 255.
const veil = 0xe0

// label writes a text into a box, and hides lines behind it.
func (p *picture) label(t *typeface, s string, box image.Rectangle, ink color.NRGBA) {
	if p.covered(box) > 0 || p.limit != nil && p.crosses(box) {
		behind := p.look.panel
		behind.A = veil
		p.fill(image.Rect(box.Min.X-p.px(2), box.Min.Y, box.Max.X+p.px(2), box.Max.Y), behind)
	}
	p.write(t, s, box.Min.X, (box.Min.Y+box.Max.Y)/2, ink)
	p.taken = append(p.taken, box)
}

// crosses reports whether the limit goes through a box.
func (p *picture) crosses(box image.Rectangle) bool {
	top, bottom := p.limitRows()
	return box.Overlaps(image.Rect(p.plot.Min.X, top, p.plot.Max.X, bottom))
}

// thresholdLabel writes the limit above or below its line, at its left or right
// end, where least is in its way.
func (p *picture) thresholdLabel() {
	if p.limit == nil {
		return
	}
	s := p.text.cut("limit "+p.chart.Unit.Write(*p.limit), p.plot.Dx()-p.px(8))
	width, height := p.text.width(s), p.px(14)
	top, bottom := p.limitRows()
	left, right := p.plot.Min.X+p.px(4), p.plot.Max.X-p.px(4)-width
	above, below := top-p.px(1)-height, bottom+p.px(2)
	if p.chart.Below {
		above, below = below, above
	}
	var best image.Rectangle
	fewest := math.MaxInt
	for _, corner := range []image.Point{{left, above}, {left, below}, {right, above}, {right, below}, {(left + right) / 2, above}, {(left + right) / 2, below}} {
		box := image.Rect(corner.X, corner.Y, corner.X+width, corner.Y+height)
		if box.Min.Y < p.plot.Min.Y || box.Max.Y > p.plot.Max.Y {
			continue
		}
		if n := p.covered(box); n < fewest {
			best, fewest = box, n
		}
	}
	if best.Empty() {
		best = image.Rect(left, above, left+width, above+height)
	}
	p.label(&p.text, s, best, p.look.threshold)
}
