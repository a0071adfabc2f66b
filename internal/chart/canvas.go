package chart

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// canvas is an opaque picture that is painted on.
type canvas struct {
	bounds image.Rectangle
	// pixels are rows of red, green and blue, as 0xrrggbb.
	pixels []uint32
	// shapes is used again for each shape.
	shapes vector.Rasterizer
}

func newCanvas(width, height int, ground color.NRGBA) *canvas {
	c := &canvas{bounds: image.Rect(0, 0, width, height), pixels: make([]uint32, width*height)}
	for i := range c.pixels {
		c.pixels[i] = uint32(ground.R)<<16 | uint32(ground.G)<<8 | uint32(ground.B)
	}
	return c
}

// row is the pixels of a row between two columns.
func (c *canvas) row(y, left, right int) []uint32 {
	start := y * c.bounds.Dx()
	return c.pixels[start+left : start+right]
}

// fill paints a rectangle.
func (c *canvas) fill(r image.Rectangle, ink color.NRGBA) {
	r = r.Intersect(c.bounds)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.row(y, r.Min.X, r.Max.X)
		for i, old := range row {
			row[i] = blend(old, ink, uint32(ink.A))
		}
	}
}

// frame paints the edge of a rectangle.
func (c *canvas) frame(r image.Rectangle, thick int, ink color.NRGBA) {
	c.fill(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+thick), ink)
	c.fill(image.Rect(r.Min.X, r.Max.Y-thick, r.Max.X, r.Max.Y), ink)
	c.fill(image.Rect(r.Min.X, r.Min.Y+thick, r.Min.X+thick, r.Max.Y-thick), ink)
	c.fill(image.Rect(r.Max.X-thick, r.Min.Y+thick, r.Max.X, r.Max.Y-thick), ink)
}

// cover paints through a mask, whose corner lies at a point of the picture.
func (c *canvas) cover(mask *image.Alpha, at image.Point, ink color.NRGBA) {
	r := mask.Rect.Sub(mask.Rect.Min).Add(at)
	seen := r.Intersect(c.bounds)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		covers := mask.Pix[(y-r.Min.Y)*mask.Stride+seen.Min.X-r.Min.X:]
		row := c.row(y, seen.Min.X, seen.Max.X)
		for i, a := range covers[:len(row)] {
			if a = sixteenth(a); a != 0 {
				row[i] = blend(row[i], ink, uint32(a)*uint32(ink.A)/255)
			}
		}
	}
}

// sixteenth rounds how much of a pixel is covered, which nobody sees, and which
// leaves few colours.
func sixteenth(a uint8) uint8 { return uint8((uint32(a) + 8) / 17 * 17) }

// blend is a pixel after so much of a colour, of 255, is laid on it.
func blend(old uint32, ink color.NRGBA, alpha uint32) uint32 {
	mix := func(old, ink uint32) uint32 { return (old*(255-alpha) + ink*alpha + 127) / 255 }
	return mix(old>>16, uint32(ink.R))<<16 | mix(old>>8&0xff, uint32(ink.G))<<8 | mix(old&0xff, uint32(ink.B))
}

// spot is a place in the picture, to parts of a pixel.
type spot struct{ x, y float64 }

// shape is what a closed outline within a rectangle covers.
func (c *canvas) shape(r image.Rectangle, outlines func(add func(...spot))) *image.Alpha {
	c.shapes.Reset(r.Dx(), r.Dy())
	c.shapes.DrawOp = draw.Src
	outlines(func(outline ...spot) {
		for i, s := range outline {
			x, y := float32(s.x-float64(r.Min.X)), float32(s.y-float64(r.Min.Y))
			if i == 0 {
				c.shapes.MoveTo(x, y)
			} else {
				c.shapes.LineTo(x, y)
			}
		}
		c.shapes.ClosePath()
	})
	mask := image.NewAlpha(image.Rect(0, 0, r.Dx(), r.Dy()))
	c.shapes.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask
}

// stroke is what a line of a thickness covers, with round ends and corners. All
// its parts go round the same way, so that where they overlap none takes away
// from another.
func stroke(add func(...spot), line []spot, thick float64) {
	half := thick / 2
	var a spot
	for i, b := range line {
		add(circle(b, half)...)
		if length := math.Hypot(b.x-a.x, b.y-a.y); i > 0 && length > 0 {
			nx, ny := (a.y-b.y)/length*half, (b.x-a.x)/length*half
			add(spot{a.x - nx, a.y - ny}, spot{b.x - nx, b.y - ny}, spot{b.x + nx, b.y + ny}, spot{a.x + nx, a.y + ny})
		}
		a = b
	}
}

// circle is one as a polygon.
func circle(at spot, radius float64) []spot {
	corners := 8 + 4*int(math.Sqrt(radius))
	outline := make([]spot, corners)
	for i := range outline {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
		outline[i] = spot{at.x + radius*cos, at.y + radius*sin}
	}
	return outline
}

// disc paints a dot.
func (c *canvas) disc(at spot, radius float64, ink color.NRGBA) {
	r := image.Rect(int(at.x-radius)-2, int(at.y-radius)-2, int(at.x+radius)+3, int(at.y+radius)+3)
	c.cover(c.shape(r, func(add func(...spot)) { add(circle(at, radius)...) }), r.Min, ink)
}

// maxColours is how many a palette holds.
const maxColours = 256

// encode writes the picture with a palette, which is about half as long. Should
// there be too many colours, the rarest, of which each is a few pixels on the
// edges of letters, become their nearest.
func (c *canvas) encode() ([]byte, error) {
	counts := map[uint32]int{}
	c.runs(func(ink uint32, from, to int) { counts[ink] += to - from })
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	palette := make(color.Palette, 0, maxColours)
	index := make(map[uint32]uint8, len(colours))
	for i, ink := range colours {
		shown := color.RGBA{uint8(ink >> 16), uint8(ink >> 8), uint8(ink), 0xff}
		if i < maxColours {
			palette = append(palette, shown)
			index[ink] = uint8(i)
		} else {
			index[ink] = uint8(palette.Index(shown))
		}
	}
	out := image.NewPaletted(c.bounds, palette)
	c.runs(func(ink uint32, from, to int) {
		i := index[ink]
		for k := from; k < to; k++ {
			out.Pix[k] = i
		}
	})
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return b.Bytes(), nil
}

// runs goes through the pixels, those of one colour in a row together.
func (c *canvas) runs(each func(ink uint32, from, to int)) {
	from := 0
	for to, ink := range c.pixels {
		if ink != c.pixels[from] {
			each(c.pixels[from], from, to)
			from = to
		}
	}
	each(c.pixels[from], from, len(c.pixels))
}
