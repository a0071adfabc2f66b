package chart

import "fmt"

// maxLegend is how many names the legend has.
const maxLegend = 6

// entry is a name of the legend with its last value; one without a line is text.
type entry struct {
	name, value string
	line        *line
	left        int
}

// The distances within the legend, and its rows.
const (
	swatch      = 12.0
	swatchGap   = 6.0
	entryGap    = 14.0
	legendLines = 2
)

// legend is what says which line is which: nothing for one alone. It has two rows
// at most; where they are too short for all, first names are cut, then the values
// go, then names.
func (p *picture) legend(width int) [][]entry {
	if len(p.lines) < 2 {
		return nil
	}
	shown := min(len(p.lines), maxLegend)
	value := func(l *line) string { return p.chart.Unit.Write(l.last.Value) }
	none := func(*line) string { return "" }
	for _, widest := range []float64{120, 90, 60} {
		if rows := p.legendRows(shown, value, p.px(widest), width); rows != nil {
			return rows
		}
	}
	if rows := p.legendRows(shown, none, p.px(narrowName), width); rows != nil {
		return rows
	}
	for n := shown - 1; n > 0; n-- {
		if rows := p.legendRows(n, value, p.px(narrowName), width); rows != nil {
			return rows
		}
	}
	return nil
}

// narrowName is how wide names are where there is little room.
const narrowName = 75.0

// legendRows lays out the first names with what is beside them, nil if they do
// not fit.
func (p *picture) legendRows(n int, value func(*line) string, widest, width int) [][]entry {
	var entries []entry
	for i := range p.lines[:n] {
		l := &p.lines[i]
		e := entry{name: p.text.middle(named(l.name), widest), value: value(l), line: l}
		entries = append(entries, e)
	}
	if rest := len(p.lines) - n + p.more; rest > 0 {
		entries = append(entries, entry{name: fmt.Sprintf("+%d more", rest)})
	}
	rows := [][]entry{nil}
	x := 0
	for _, e := range entries {
		wide := p.entryWidth(&e)
		if x > 0 && x+wide > width {
			rows = append(rows, nil)
			x = 0
		}
		if len(rows) > legendLines || wide > width {
			return nil
		}
		e.left = x
		last := len(rows) - 1
		rows[last] = append(rows[last], e)
		x += wide + p.px(entryGap)
	}
	return rows
}

func (p *picture) entryWidth(e *entry) int {
	wide := p.text.width(e.name)
	if e.line != nil {
		wide += p.px(swatch) + p.px(swatchGap)
	}
	if e.value != "" {
		wide += p.px(5) + p.strong.width(e.value)
	}
	return wide
}

func (p *picture) drawLegend() {
	middle := p.plot.Max.Y + p.px(rowHeight+4+rowHeight/2+2)
	for _, row := range p.rows.legend {
		for _, e := range row {
			x := p.px(padding) + e.left
			ink := p.look.axis
			if e.line != nil {
				p.swatch(x, middle, e.line.ink)
				x += p.px(swatch) + p.px(swatchGap)
				ink = p.look.text2
			}
			p.write(&p.text, e.name, x, middle, ink)
			if e.value != "" {
				p.write(&p.strong, e.value, x+p.text.width(e.name)+p.px(5), middle, p.look.text)
			}
		}
		middle += p.px(rowHeight)
	}
}

// swatch paints a short piece of a line.
func (p *picture) swatch(x, middle, ink int) {
	y := float64(middle)
	from, to := spot{float64(x) + 1.5*p.unit, y}, spot{float64(x+p.px(swatch)) - 1.5*p.unit, y}
	r := p.bounds
	r.Min.Y, r.Max.Y = middle-p.px(4), middle+p.px(4)
	p.cover(p.shape(r, func(add func(...spot)) { stroke(add, []spot{from, to}, 3*p.unit) }), r.Min, p.look.series[ink])
}
